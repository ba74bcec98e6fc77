package jsonschema

import (
	"fmt"
	"strconv"
	"strings"
)

// Violation is a place where a document is not as its schema says.
type Violation struct {
	Pointer string `json:"pointer"` // into the document
	Path    string `json:"path"`    // of the keyword in the schema
	Got     string `json:"got"`     // the value, cut; "" where the kind says it all
	Want    string `json:"want"`
}

// String tells the violation in one line.
func (v Violation) String() string {
	text := v.Pointer + ": "
	if v.Pointer == "" {
		text = "/: "
	}
	if v.Got != "" {
		text += "got " + v.Got + ", "
	}
	return text + "want " + v.Want
}

// mostViolations are told of one document.
const mostViolations = 10

// Validate checks a value. It gives what is wrong, or nothing.
func (s *Schema) Validate(v Value) []Violation {
	c := s.newCheck(v)
	c.schema(s.root, v)
	if c.endless {
		return append(c.found, Violation{Path: "/", Want: "a schema that can be checked: this one takes too many steps"})
	}
	return c.found
}

// check is one validation. The place in the document is kept as a stack, and
// spelt only when something is wrong there.
type check struct {
	place []step
	quiet int // above 0 only the answer counts
	found []Violation

	deep, steps, most int
	endless           bool    // it was given up
	loops             bool    // the schema may lead back to itself for one value
	active            []visit // then what is being followed
}

func (s *Schema) newCheck(v Value) check {
	return check{most: baseSteps + nodeSteps*len(v.doc.nodes), loops: s.loops}
}

type step struct {
	key   []byte
	index int
}

func (c *check) pointer() string {
	var b strings.Builder
	for _, s := range c.place {
		b.WriteByte('/')
		if s.key != nil {
			b.WriteString(escapePointer.Replace(string(s.key)))
		} else {
			b.WriteString(strconv.Itoa(s.index))
		}
	}
	return b.String()
}

// fail notes a violation; it is false, to be returned.
func (c *check) fail(s *schema, keyword, got, format string, args ...any) bool {
	if c.quiet == 0 && len(c.found) < mostViolations {
		path := s.path
		if keyword != "" || path == "" {
			path += "/" + keyword
		}
		c.found = append(c.found, Violation{c.pointer(), path, got, fmt.Sprintf(format, args...)})
	}
	return false
}

// schema tells whether the value is valid. Every keyword is looked at, so that
// all that is wrong is told.
func (c *check) schema(s *schema, v Value) bool {
	if s.never {
		return c.fail(s, "", excerpt(v), "nothing here")
	}
	if !c.enter(s, v, toCheck) {
		return true
	}
	ok := c.keywords(s, v)
	c.leave()
	return ok
}

func (c *check) keywords(s *schema, v Value) bool {
	ok := c.types(s, v)
	if !ok {
		return false // what the other keywords would say follows from it
	}
	if s.enum != nil && !s.enum[canonical(v)] {
		ok = c.fail(s, "enum", excerpt(v), "one of %s", s.enumText)
	}
	switch v.Kind() {
	case String:
		ok = c.text(s, v) && ok
	case Number:
		ok = c.number(s, v) && ok
	case Array:
		ok = c.array(s, v) && ok
	case Object:
		ok = c.object(s, v) && ok
	}
	if s.ref != nil {
		ok = c.schema(s.ref, v) && ok
	}
	ok = c.combined(s, v) && ok
	if s.unevaluatedProps != nil || s.unevaluatedItems != nil {
		ok = c.unevaluated(s, v) && ok
	}
	return ok
}

// quietly tells whether a value is valid without noting why it is not.
func (c *check) quietly(s *schema, v Value) bool {
	c.quiet++
	ok := c.schema(s, v)
	c.quiet--
	return ok
}
