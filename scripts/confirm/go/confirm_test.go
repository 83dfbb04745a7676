package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const vectors = "../../../vectors"

// load reads all files.
func load(t *testing.T) []*File {
	t.Helper()
	names, err := topicFiles(vectors)
	if err != nil {
		t.Fatal(err)
	}
	files := []*File{}
	for _, name := range names {
		file, err := loadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func TestTheVectorsAreConfirmed(t *testing.T) {
	var out bytes.Buffer
	if code := run(vectors, false, &out); code != 0 {
		t.Fatalf("exit code %d\n%s", code, out.String())
	}
}

var hexadecimal = regexp.MustCompile(`^([0-9a-f]{2})+$`)

// alter gives each way to change one leaf of a JSON value: a bit of bytes, a letter of a text, one more of a number, the other of two truths.
func alter(value any, path string, set func(any), visit func(path string)) {
	switch value := value.(type) {
	case map[string]any:
		for name, child := range value {
			alter(child, path+"."+name, func(other any) { value[name] = other }, visit)
		}
	case []any:
		for i, child := range value {
			alter(child, fmt.Sprintf("%s.%d", path, i), func(other any) { value[i] = other }, visit)
		}
	default:
		if other, ok := otherLeaf(value); ok {
			set(other)
			visit(path)
			set(value)
		}
	}
}

func otherLeaf(value any) (any, bool) {
	switch value := value.(type) {
	case string:
		if hexadecimal.MatchString(value) {
			digit := value[len(value)-1]
			flipped := "0123456789abcdef"[strings.IndexByte("0123456789abcdef", digit)^1]
			return value[:len(value)-1] + string(flipped), true
		}
		if value == "" {
			return "00", true
		}
		return value + "x", true
	case json.Number:
		number, err := value.Int64()
		return json.Number(fmt.Sprint(number + 1)), err == nil
	case bool:
		return !value, true
	}
	return nil, false // null has no other value of its type
}

// idle are the members of a vector that is not mutated whose alteration changes nothing, and why.
var idle = []struct {
	path *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`\.name$`), "names are ours, for whoever reads"},
	{regexp.MustCompile(`^inputs\.profile\.revision$`), "the same in both revisions"},
	{regexp.MustCompile(`^inputs\.profile\.(evidenceNonce|aikHashClaim)\.(cwt|jwt)$`), "of the other serialisation, or of no Evidence"},
	{regexp.MustCompile(`^inputs\.profile\.`), "a parameter of what this vector does not hold"},
	{regexp.MustCompile(`^inputs\.trust\.(pkix|attestation|results)\.`), "roots of what this vector does not hold"},
	{regexp.MustCompile(`^inputs\.policy\.(attestation|measurement|signedCmw)$`), "a policy on what this vector does not hold"},
	{regexp.MustCompile(`^inputs\.endEntityCertificate$`), "its last bit is of its own signature, and only its key counts: TestTheEndEntityCounts"},
	{regexp.MustCompile(`^inputs\.clientHello\.`), "a type of which there is no extension here"},
	{regexp.MustCompile(`^source\.(message|attestation)\.`), "what the message was made from: the stages show what came of it"},
	{regexp.MustCompile(`^source\.identity\.scheme$`), "shown by the stages"},
}

// important are members that an exception above covers in some vectors, and whose alteration has to be noticed in others.
var important = []string{
	"exporter inputs.profile.exporterLabel", "exporter inputs.profile.exporterLength",
	"binding inputs.profile.exporterLabel", "binding inputs.profile.publicKey",
	"evidence inputs.profile.evidenceNonce.cwt", "evidence inputs.profile.evidenceNonce.jwt",
	"evidence inputs.profile.aikHashClaim.cwt", "evidence inputs.profile.aikHashClaim.jwt",
	"evidence inputs.policy.measurement", "evidence inputs.now", "cmw inputs.policy.signedCmw", "cmw inputs.policy.measurement",
	"request inputs.profile.cmwAttestation", "exchange inputs.profile.cmwAttestation", "exchange inputs.policy.measurement",
	"authenticator inputs.now", "exchange source.identity.key", "authenticator source.identity.key",
}

// TestEveryMemberCounts alters each member of right vectors, one after the other, and expects a disagreement each time, but for the members above.
func TestEveryMemberCounts(t *testing.T) {
	altered, used := 0, map[string]bool{}
	noticed := map[string]bool{}
	for _, file := range load(t) {
		for _, group := range file.Groups {
			for _, vector := range group.Vectors {
				if vector.Mutation != nil {
					continue
				}
				altered += alterVector(t, file, group, vector, used, noticed)
				break
			}
		}
	}
	if altered < 3000 {
		t.Errorf("only %d members were altered", altered)
	}
	for _, path := range important {
		if !noticed[path] {
			t.Errorf("%s was altered in no vector where that is noticed", path)
		}
	}
	for _, exception := range idle {
		if !used[exception.path.String()] {
			t.Errorf("%s: every alteration is noticed; take the exception out", exception.path)
		}
	}
}

func alterVector(t *testing.T, file *File, group Group, vector Vector, used, noticed map[string]bool) int {
	t.Helper()
	known := map[string]bool{}
	for _, problem := range confirmVector(file, group, vector) {
		known[problem.String()] = true
	}
	whole := map[string]any{}
	for name, members := range map[string]Members{
		"inputs": overlay(group.Inputs, vector.Inputs), "source": overlay(group.Source, vector.Source),
		"stages": overlay(group.Stages, vector.Stages), "output": vector.Output,
	} {
		text, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var value any
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
		whole[name] = value
	}
	count := 0
	alter(whole, "", func(any) {}, func(path string) {
		path = strings.TrimPrefix(path, ".")
		count++
		text, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		var other Vector
		if err := json.Unmarshal(text, &other); err != nil {
			t.Fatal(err)
		}
		other.ID, other.Comment, other.Result, other.Flags = vector.ID, vector.Comment, vector.Result, vector.Flags
		for _, problem := range confirmVector(file, group, other) {
			if !known[problem.String()] {
				noticed[group.Kind+" "+path] = true
				return
			}
		}
		for _, exception := range idle {
			if exception.path.MatchString(path) {
				used[exception.path.String()] = true
				return
			}
		}
		t.Errorf("%s: %s was altered, and nothing is said", vector.ID, path)
	})
	return count
}

// TestTheEndEntityCounts puts another certificate in the place of the end entity's.
func TestTheEndEntityCounts(t *testing.T) {
	files := load(t)
	var other json.RawMessage
	for _, file := range files {
		for _, key := range file.Keys {
			other = json.RawMessage(fmt.Sprintf("\"%x\"", []byte(key.Chain[len(key.Chain)-1])))
		}
	}
	count := 0
	for _, file := range files {
		for _, group := range file.Groups {
			for _, vector := range group.Vectors {
				if group.Inputs["endEntityCertificate"] == nil || vector.Result != "valid" {
					continue
				}
				count++
				vector.Inputs = overlay(vector.Inputs, Members{"endEntityCertificate": other})
				if !disagrees(confirmVector(file, group, vector), "result") {
					t.Errorf("%s: another end entity, and nothing is said", vector.ID)
				}
			}
		}
	}
	if count < 50 {
		t.Errorf("only %d vectors have an end entity", count)
	}
}

// TestEveryPromiseCounts has each vector promise something else, and expects a disagreement each time.
func TestEveryPromiseCounts(t *testing.T) {
	for _, file := range load(t) {
		elsewhere := *file
		elsewhere.Flags = map[string]Flag{}
		for name, flag := range file.Flags {
			flag.Finding.Step += "-of-another"
			elsewhere.Flags[name] = flag
		}
		elsewhere.Flags["Any"] = Flag{Finding: Finding{Step: "frame"}}
		for _, group := range file.Groups {
			for _, vector := range group.Vectors {
				if before := confirmVector(file, group, vector); disagrees(before, "result") || disagrees(before, "reason") {
					continue // not confirmed as it stands: in disagreements.json, or TestTheVectorsAreConfirmed fails
				}
				other := vector
				if vector.Result == "valid" {
					other.Result, other.Flags = "invalid", []string{"Any"}
				} else {
					if !disagrees(confirmVector(&elsewhere, group, vector), "reason") {
						t.Errorf("%s: promised another step, and nothing is said", vector.ID)
					}
					other.Result, other.Flags = "valid", nil
				}
				if !disagrees(confirmVector(&elsewhere, group, other), "result") {
					t.Errorf("%s: said to be %s, and nothing is said", vector.ID, other.Result)
				}
			}
		}
	}
}

// disagrees tells whether the file itself is not confirmed in this question.
func disagrees(problems []Problem, question string) bool {
	for _, problem := range problems {
		if problem.Library == "vectors" && problem.Question == question {
			return true
		}
	}
	return false
}

// TestWhatIsNotKnownIsAnError edits a file as text, and expects that it is not read.
func TestWhatIsNotKnownIsAnError(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(vectors, "bindings.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string][2]string{
		"a member of the file":    {`"suite":`, `"another": 1, "suite":`},
		"a member of a vector":    {`"comment":`, `"another": 1, "comment":`},
		"a format":                {`"format": 1`, `"format": 2`},
		"a result":                {`"result": "valid"`, `"result": "acceptable"`},
		"a kind":                  {`"kind": "binding"`, `"kind": "another"`},
		"a member of the inputs":  {`"inputs": {`, `"inputs": { "another": 1,`},
		"a stage":                 {`"stages": {`, `"stages": { "another": { "value": {} },`},
		"a member of a stage":     {`"hashInput":`, `"another": 1, "hashInput":`},
		"a member of the profile": {`"exporterLabel":`, `"another": 1, "exporterLabel":`},
		"upper case":              {`"certificateRequestContext": "`, `"certificateRequestContext": "AB`},
		"a count":                 {`"numberOfVectors": `, `"numberOfVectors": 1`},
		"a suite":                 {`"cipherSuite": "TLS_AES_128_GCM_SHA256"`, `"cipherSuite": "TLS_AES_128_CCM_SHA256"`},
		"a duplicate id":          {`"id": "bindings/sha256/key-ed25519"`, `"id": "bindings/sha256/key-p256"`},
	} {
		edited := bytes.Replace(data, []byte(edit[0]), []byte(edit[1]), 1)
		if bytes.Equal(edited, data) {
			t.Errorf("%s: the edit changes nothing", name)
			continue
		}
		file, err := parseFile(edited)
		if err != nil {
			continue
		}
		register := &Register{met: map[string]bool{}}
		if tally := confirmFile(file, register, func(string) {}, false); tally.unknown == 0 {
			t.Errorf("%s: nothing is said", name)
		}
	}
}

func TestTopicsAreAllThere(t *testing.T) {
	directory := t.TempDir()
	if code := run(directory, false, io.Discard); code != 2 {
		t.Errorf("no files: exit code %d", code)
	}
	data, err := os.ReadFile(filepath.Join(vectors, "exporter.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(directory, "exporter.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run(directory, false, io.Discard); code != 2 {
		t.Errorf("one topic of many: exit code %d", code)
	}
}

// TestTheRegisterHasToFit proves that what a library does differently counts where it is not known, and that an entry has to apply.
func TestTheRegisterHasToFit(t *testing.T) {
	saved := knownDisagreements
	defer func() { knownDisagreements = saved }()
	for name, edit := range map[string]func([]Entry) []Entry{
		"an entry is missing": func(entries []Entry) []Entry { return entries[1:] },
		"an entry is stale": func(entries []Entry) []Entry {
			return append(entries, Entry{[]string{"bindings/*/key-p256"}, "veraison/cmw", "deserialize", "nothing", "both", "none", "none"})
		},
	} {
		var entries []Entry
		if err := json.Unmarshal(saved, &entries); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(edit(entries))
		if err != nil {
			t.Fatal(err)
		}
		knownDisagreements = data
		if code := run(vectors, false, io.Discard); code != 1 {
			t.Errorf("%s: exit code %d", name, code)
		}
	}
	if _, err := readRegister([]byte(`[{"vectors": ["a/*"], "library": "x", "question": "y", "does": "z", "right": "nobody", "why": "w", "text": "v"}]`)); err == nil {
		t.Error("an entry by which nobody is right is read")
	}
}
