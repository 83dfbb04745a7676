// Package vectors reads the published test vectors of the suite (docs/vectors.md) for the unit tests beside it.
package vectors

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"testing"
)

// Members are the inputs or the output of a vector.
type Members map[string]json.RawMessage

// Vector is one vector with the inputs of its group laid under its own.
type Vector struct {
	ID     string
	Kind   string
	Valid  bool
	Inputs Members
	Output Members
}

type file struct {
	Groups []struct {
		Kind    string
		Inputs  Members
		Vectors []struct {
			ID      string
			Comment string
			Result  string
			Inputs  Members
			Output  Members
		}
	}
}

// Each runs a test for each vector of a topic that is of the kind.
func Each(t *testing.T, topic, kind string, test func(*testing.T, Vector)) {
	t.Helper()
	octets, err := os.ReadFile("../../../vectors/" + topic + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var content file
	if err := json.Unmarshal(octets, &content); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, group := range content.Groups {
		if group.Kind != kind {
			continue
		}
		for _, each := range group.Vectors {
			inputs := maps.Clone(group.Inputs)
			maps.Copy(inputs, each.Inputs)
			count++
			t.Run(each.ID, func(t *testing.T) {
				test(t, Vector{each.ID, group.Kind, each.Result == "valid", inputs, each.Output})
			})
		}
	}
	if count == 0 {
		t.Fatalf("%s has no vector of the kind %s", topic, kind)
	}
}

// Into decodes a member.
func (m Members) Into(t *testing.T, name string, value any) {
	t.Helper()
	if err := json.Unmarshal(m[name], value); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// Bytes decodes a member in hexadecimal; null is nil.
func (m Members) Bytes(t *testing.T, name string) []byte {
	t.Helper()
	var digits *string
	m.Into(t, name, &digits)
	if digits == nil {
		return nil
	}
	octets, err := hex.DecodeString(*digits)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return octets
}
