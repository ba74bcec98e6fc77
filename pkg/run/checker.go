package run

import (
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/jsonschema"
	"github.com/connkit/connkit/pkg/flow"
)

// checker checks the documents of a collection and counts them.
type checker struct {
	stats  *BindingStats
	schema *jsonschema.Schema // nil when nothing is checked
	keys   [][]string
	names  []string
	seen   map[string]bool // places and keywords of which there is a sample
}

// mostSamples are kept of a collection.
const mostSamples = 5

var (
	uuidPath        = jsonschema.Pointer(flow.UUIDPointer)
	uuidPlaceholder = []byte(`"` + flow.UUIDPlaceholder + `"`)
)

func newChecker(c flow.Collection, stats *BindingStats, unchecked bool) (*checker, error) {
	k := &checker{stats: stats, names: c.Key, seen: map[string]bool{}}
	for _, key := range c.Key {
		k.keys = append(k.keys, jsonschema.Pointer(key))
	}
	if unchecked {
		return k, nil
	}
	var err error
	if k.schema, err = jsonschema.Compile(c.WriteSchema); err != nil {
		return nil, fault.Usagef("collection %q: %w", c.Name, err).At(c.File, 0, 0)
	}
	return k, nil
}

// count takes a document of the connector. It is checked as Flow does: with
// the identifier that Flow puts into it.
func (k *checker) count(doc jsonschema.Value) {
	k.stats.Documents++
	k.stats.Bytes += len(doc.Raw())
	if k.schema == nil {
		return
	}
	found := k.badKeys(doc)
	doc.Put(uuidPath, uuidPlaceholder)
	found = append(found, k.schema.Validate(doc)...)
	if len(found) == 0 {
		return
	}
	k.stats.Violations++
	for _, v := range found {
		place := v.Path + "\x00" + digits.Replace(v.Pointer)
		if k.seen[place] || len(k.stats.Samples) >= mostSamples {
			continue
		}
		k.seen[place] = true
		k.stats.Samples = append(k.stats.Samples, Violation{v, k.stats.Documents})
	}
}

// digits has the items of an array count as one place.
var digits = strings.NewReplacer("0", "", "1", "", "2", "", "3", "", "4", "", "5", "", "6", "", "7", "", "8", "", "9", "")

func (k *checker) badKeys(doc jsonschema.Value) []jsonschema.Violation {
	var found []jsonschema.Violation
	for i, parts := range k.keys {
		v := doc.Find(parts)
		switch {
		case !v.Exists():
			found = append(found, jsonschema.Violation{Pointer: k.names[i], Path: "key", Want: "a value: it is part of the key"})
		case v.Kind() == jsonschema.Object || v.Kind() == jsonschema.Array:
			found = append(found, jsonschema.Violation{
				Pointer: k.names[i], Path: "key", Got: map[jsonschema.Kind]string{jsonschema.Object: "an object", jsonschema.Array: "an array"}[v.Kind()],
				Want: "a string, integer or boolean: it is part of the key",
			})
		}
	}
	return found
}

// String tells a violation in one line.
func (v Violation) String() string {
	return fmt.Sprintf("%s (%s, document %d)", v.Violation, v.Path, v.Document)
}
