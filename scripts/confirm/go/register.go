package main

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
)

//go:embed disagreements.json
var knownDisagreements []byte

// Entry is a disagreement that was looked into: what a library does, who is right, and by which text.
type Entry struct {
	Vectors  []string `json:"vectors"` // ids, or patterns in which * stands for anything but a slash
	Library  string   `json:"library"`
	Question string   `json:"question"`
	Does     string   `json:"does"`
	Right    string   `json:"right"` // vectors, library, program (this one), or both
	Why      string   `json:"why"`
	Text     string   `json:"text"`
}

// Register holds the known disagreements, and which of them were met.
type Register struct {
	entries []Entry
	met     map[string]bool
}

// readRegister reads the known disagreements; it fails on an entry that does not say what it is about.
func readRegister(data []byte) (*Register, error) {
	register := &Register{met: map[string]bool{}}
	if err := strict(data, &register.entries); err != nil {
		return nil, fmt.Errorf("disagreements.json: %w", err)
	}
	for i, entry := range register.entries {
		if len(entry.Vectors) == 0 || entry.Library == "" || entry.Question == "" || entry.Does == "" || entry.Why == "" || entry.Text == "" {
			return nil, fmt.Errorf("disagreements.json: entry %d lacks a member", i)
		}
		if !slices.Contains([]string{"vectors", "library", "program", "both"}, entry.Right) {
			return nil, fmt.Errorf("disagreements.json: entry %d: right: expected vectors, library, program or both, found %q", i, entry.Right)
		}
	}
	return register, nil
}

// find gives the entry that a problem is known by, or nil.
func (r *Register) find(problem Problem) *Entry {
	for i, entry := range r.entries {
		if entry.Library != problem.Library || entry.Question != problem.Question {
			continue
		}
		for _, pattern := range entry.Vectors {
			if matched, err := path.Match(pattern, problem.Vector); err == nil && matched {
				r.met[fmt.Sprint(i, " ", pattern)] = true
				return &r.entries[i]
			}
		}
	}
	return nil
}

// stale lists what no longer happens: such an entry has to go.
func (r *Register) stale() []string {
	lines := []string{}
	for i, entry := range r.entries {
		for _, pattern := range entry.Vectors {
			if !r.met[fmt.Sprint(i, " ", pattern)] {
				lines = append(lines, fmt.Sprintf("disagreements.json: %s no longer disagrees on %s (%s): take the entry out", entry.Library, pattern, entry.Question))
			}
		}
	}
	return lines
}
