//go:build suite

package jsonschema_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// apart are the parts of the official suite that are not followed on purpose:
// nothing is read from the network, a dynamic reference is a plain one, Flow
// checks formats, and a $ref has siblings in all drafts.
var apart = []string{
	"refRemote.json", "vocabulary.json", "dynamicRef.json", "recursiveRef.json", "format.json", "remote ref", "against metaschema",
	"$dynamicRef", "$recursiveRef", "overrides any sibling", "prevents a sibling",
}

// TestSuite runs the official suite: JSON_SCHEMA_SUITE=clone go test -tags suite.
func TestSuite(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(os.Getenv("JSON_SCHEMA_SUITE"), "tests", "draft[42-7]*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no suite: JSON_SCHEMA_SUITE is a clone of json-schema-org/JSON-Schema-Test-Suite (%v)", err)
	}
	passed, left := 0, 0
	for _, file := range files {
		if strings.Contains(file, "draft3") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var groups []struct {
			Description string
			Schema      json.RawMessage
			Tests       []struct {
				Description string
				Data        json.RawMessage
				Valid       bool
			}
		}
		if err := json.Unmarshal(text, &groups); err != nil {
			t.Fatal(err)
		}
		for _, g := range groups {
			name := filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file) + ": " + g.Description
			for _, tt := range g.Tests {
				switch {
				case isApart(name):
					left++
				case (len(validate(t, string(g.Schema), string(tt.Data))) == 0) != tt.Valid:
					t.Errorf("%s: %s: valid is %v", name, tt.Description, tt.Valid)
				default:
					passed++
				}
			}
		}
	}
	t.Logf("%d as the suite says, %d left out", passed, left)
}

func isApart(name string) bool {
	for _, part := range apart {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
