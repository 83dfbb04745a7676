package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
)

// Hex is a byte string as the files write it: lower-case hexadecimal.
type Hex []byte

// UnmarshalJSON takes a text of lower-case hexadecimal and fails on anything else.
func (h *Hex) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("expected hexadecimal, found %.40s", data)
	}
	value, err := hex.DecodeString(text)
	if err != nil || hex.EncodeToString(value) != text {
		return fmt.Errorf("expected lower-case hexadecimal of whole bytes, found %.40q", text)
	}
	*h = value
	return nil
}

// Members is a JSON object whose members are read by whoever knows them.
type Members map[string]json.RawMessage

// Finding is where the appraisal of an invalid vector stops.
type Finding struct {
	Step string `json:"step"`
	Code string `json:"code"`
}

// Flag explains why vectors are invalid.
type Flag struct {
	BugClass     string   `json:"bugClass"`
	Description  string   `json:"description"`
	Effect       string   `json:"effect"`
	Requirements []string `json:"requirements"`
	Finding      Finding  `json:"finding"`
}

// Key is a test key with the chain that certifies it.
type Key struct {
	PKCS8 Hex   `json:"pkcs8"`
	Chain []Hex `json:"chain"`
}

// Mutation is the one thing that was done to a vector; only where it was done matters here.
type Mutation struct {
	At     string          `json:"at"`
	Op     string          `json:"op"`
	Value  json.RawMessage `json:"value"`
	Index  *int            `json:"index"`
	By     *int            `json:"by"`
	Reseal json.RawMessage `json:"reseal"`
}

// Vector is a message, right or wrong, with what is otherwise than in its group.
type Vector struct {
	ID       string    `json:"id"`
	Comment  string    `json:"comment"`
	Result   string    `json:"result"`
	Flags    []string  `json:"flags"`
	Mutation *Mutation `json:"mutation"`
	Inputs   Members   `json:"inputs"`
	Source   Members   `json:"source"`
	Stages   Members   `json:"stages"`
	Output   Members   `json:"output"`
}

// Group holds vectors of one kind that share inputs.
type Group struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Kind    string   `json:"kind"`
	Inputs  Members  `json:"inputs"`
	Source  Members  `json:"source"`
	Stages  Members  `json:"stages"`
	Vectors []Vector `json:"vectors"`
}

// File is one topic, as docs/vectors.md describes it.
type File struct {
	Schema          string            `json:"$schema"`
	Suite           string            `json:"suite"`
	Format          int               `json:"format"`
	Topic           string            `json:"topic"`
	Title           string            `json:"title"`
	Notes           []string          `json:"notes"`
	Specifications  map[string]string `json:"specifications"`
	NumberOfVectors int               `json:"numberOfVectors"`
	Flags           map[string]Flag   `json:"flags"`
	Keys            map[string]Key    `json:"keys"`
	Groups          []Group           `json:"groups"`
}

// strict decodes data into value, and fails on members that value does not have and on anything behind it.
func strict(data []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// parseFile reads a file of vectors and checks what holds for it as a whole.
func parseFile(data []byte) (*File, error) {
	var file File
	if err := strict(data, &file); err != nil {
		return nil, err
	}
	if file.Suite != "expat-conformance" || file.Format != 1 {
		return nil, fmt.Errorf("expected format 1 of expat-conformance, found format %d of %q", file.Format, file.Suite)
	}
	count, seen := 0, map[string]bool{}
	for _, group := range file.Groups {
		for _, vector := range group.Vectors {
			count++
			if err := checkVector(&file, group, vector); err != nil {
				return nil, fmt.Errorf("%s: %w", vector.ID, err)
			}
			if seen[vector.ID] {
				return nil, fmt.Errorf("%s: the id stands twice", vector.ID)
			}
			seen[vector.ID] = true
		}
	}
	if count != file.NumberOfVectors {
		return nil, fmt.Errorf("numberOfVectors is %d, and there are %d", file.NumberOfVectors, count)
	}
	return &file, nil
}

// checkVector checks the members of a vector that have nothing to do with its kind.
func checkVector(file *File, group Group, vector Vector) error {
	if prefix := group.ID + "/"; len(vector.ID) <= len(prefix) || vector.ID[:len(prefix)] != prefix {
		return fmt.Errorf("the id does not begin with that of its group, %s", group.ID)
	}
	switch vector.Result {
	case "valid":
		if len(vector.Flags) != 0 {
			return errors.New("a valid vector has no flags")
		}
	case "invalid":
		if len(vector.Flags) == 0 || vector.Mutation == nil {
			return errors.New("an invalid vector has a flag and a mutation")
		}
	default:
		return fmt.Errorf("result: expected valid or invalid, found %q", vector.Result)
	}
	for _, flag := range vector.Flags {
		if _, ok := file.Flags[flag]; !ok {
			return fmt.Errorf("the flag %q is not explained in the file", flag)
		}
	}
	return nil
}

// overlay lays the members of a vector over those of its group.
func overlay(group, vector Members) Members {
	all := Members{}
	for name, value := range group {
		all[name] = value
	}
	for name, value := range vector {
		all[name] = value
	}
	return all
}

// topicFiles lists the files of vectors in a directory, sorted by name.
func topicFiles(directory string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(directory, "*.json"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: expected files of vectors (*.json), found none", directory)
	}
	sort.Strings(names)
	return names, nil
}

// loadFile reads one file; its name is that of its topic.
func loadFile(name string) (*File, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	file, err := parseFile(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if filepath.Base(name) != file.Topic+".json" {
		return nil, fmt.Errorf("%s: its topic is %q", name, file.Topic)
	}
	return file, nil
}
