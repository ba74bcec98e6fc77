package jsonschema

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Schema is a compiled schema.
type Schema struct {
	root *schema
	// Problems are what makes it no valid JSON Schema, each with a pointer.
	Problems []string
	// Unknown are the keywords that no draft knows, each once; Flow refuses them.
	Unknown []string

	reductions map[string][]byte
	loops      bool // for one value: see enter
}

// schema is one schema object. A keyword that is not there is the zero value.
type schema struct {
	path  string // JSON pointer of the keywords, for messages
	never bool   // the schema false
	types typeSet

	properties   map[string]*schema
	patterns     []patternSchema
	additional   *schema
	names        *schema
	required     []string
	depRequired  map[string][]string
	depSchemas   map[string]*schema
	minProps     limit
	maxProps     limit
	prefix       []*schema
	items        *schema // of the items behind prefix
	contains     *schema
	minContains  limit
	maxContains  limit
	minItems     limit
	maxItems     limit
	unique       bool
	minLength    limit
	maxLength    limit
	pattern      *regexp.Regexp
	format       string
	numbers      []bound
	multipleOf   []byte
	enum         map[string]bool // canonical texts
	enumText     string
	ref          *schema
	all          []*schema
	any          []*schema
	one          []*schema
	not          *schema
	cond         *schema
	then, orElse *schema

	reduce []byte // the annotation, as it was written

	unevaluatedProps *schema
	unevaluatedItems *schema
}

type patternSchema struct {
	re     *regexp.Regexp
	schema *schema
}

// limit is a bound of a count; it is there when set.
type limit struct {
	n   int
	set bool
}

// bound is minimum and its relatives.
type bound struct {
	keyword string
	text    []byte
	sign    int  // -1: the value must not be less; 1: not greater
	strict  bool // nor equal
}

// typeSet is a set of JSON Schema types; 0 is any.
type typeSet uint8

const (
	tNull typeSet = 1 << iota
	tBool
	tInteger
	tNumber
	tString
	tArray
	tObject
)

var typeNames = []string{"null", "boolean", "integer", "number", "string", "array", "object"}

func (t typeSet) String() string {
	var names []string
	for i, name := range typeNames {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if len(names) > 1 {
		return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
	}
	return strings.Join(names, "")
}

// compiler makes schemas of a document. Schemas are kept by their value, which
// references lead to and which may refer to themselves.
type compiler struct {
	doc     *Doc
	made    map[int32]*schema
	paths   map[int32]string
	bases   map[int32]string
	ids     map[string]Value // absolute identifiers and anchors
	result  *Schema
	unknown map[string]bool
}

// Compile reads a schema. Text that is no JSON object and no boolean is an
// error; what is wrong inside is in [Schema.Problems], and is passed over.
func Compile(text []byte) (*Schema, error) {
	c := &compiler{
		doc: &Doc{}, made: map[int32]*schema{}, paths: map[int32]string{}, bases: map[int32]string{},
		ids: map[string]Value{}, result: &Schema{reductions: map[string][]byte{}}, unknown: map[string]bool{},
	}
	root, err := c.doc.Parse(bytes.Clone(text))
	if err != nil {
		return nil, fmt.Errorf("reading a schema: %w", err)
	}
	if root.Kind() != Object && root.Kind() != Bool {
		return nil, errors.New("reading a schema: an object is wanted")
	}
	c.index(root, "", "", false)
	c.result.root = c.schema(root, "")
	c.result.loops = c.loops()
	for k := range c.unknown {
		c.result.Unknown = append(c.result.Unknown, k)
	}
	slices.Sort(c.result.Unknown)
	return c.result, nil
}

func (c *compiler) problem(path, format string, args ...any) {
	if path == "" {
		path = "/"
	}
	c.result.Problems = append(c.result.Problems, path+": "+fmt.Sprintf(format, args...))
}

func (c *compiler) schema(v Value, path string) *schema {
	if made, ok := c.made[v.at]; ok {
		return made
	}
	s := &schema{path: path}
	c.made[v.at] = s
	switch v.Kind() {
	case Bool:
		s.never = !v.True()
	case Object:
		for m := v.First(); m.Exists(); m = m.Next() {
			c.keyword(s, v, m, path+"/"+escapePointer.Replace(string(m.Key())))
		}
	default:
		c.problem(path, "a schema is wanted")
	}
	return s
}

// keyword compiles one member of a schema object.
func (c *compiler) keyword(s *schema, object, v Value, path string) {
	key := string(v.Key())
	for _, table := range []map[string]func(*compiler, *schema, Value, string){assertions, applicators} {
		if compile, ok := table[key]; ok {
			compile(c, s, v, path)
			return
		}
	}
	switch {
	case key == "items" || key == "additionalItems":
		c.itemKeyword(s, object, v, path)
	case key == "minimum" || key == "maximum" || key == "exclusiveMinimum" || key == "exclusiveMaximum":
		c.boundKeyword(s, object, v, path)
	case key == "reduce":
		s.reduce = v.Raw()
		c.result.reductions[path] = s.reduce
	case strings.HasPrefix(key, "x-") || strings.HasPrefix(key, "X-") || slices.Contains(annotations, key):
	default:
		c.unknown[key] = true
	}
}

// annotations are the other keywords that Flow knows: those of the drafts, and its own.
var annotations = strings.Fields(`$schema $id id $anchor $dynamicAnchor $recursiveAnchor $comment $defs definitions $vocabulary
	title description default examples example deprecated readOnly writeOnly contentEncoding contentMediaType contentSchema
	minContains maxContains then else secret airbyte_secret multiline advanced order discriminator nullable redact nonsensitive`)
