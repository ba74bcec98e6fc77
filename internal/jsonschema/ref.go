package jsonschema

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// named are the keywords below which keys are names, and no keywords.
var named = []string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}

// index notes the identifiers and anchors below a value, and what each value's
// references are relative to. With names the value is a map of schemas by name.
func (c *compiler) index(v Value, path, base string, names bool) {
	c.paths[v.at] = path
	if v.Kind() == Object {
		for _, key := range []string{"$id", "id"} {
			if id := v.Get(key); id.Exists() && id.Kind() == String && !strings.HasPrefix(id.Text(), "#") {
				base = join(base, id.Text())
				c.ids[strings.TrimSuffix(base, "#")] = v
			}
		}
		for _, key := range []string{"$anchor", "$dynamicAnchor", "$id", "id"} {
			if a := v.Get(key); a.Exists() && a.Kind() == String {
				if name := strings.TrimPrefix(a.Text(), "#"); strings.Contains(key, "nchor") || name != a.Text() {
					c.ids[strings.TrimSuffix(base, "#")+"#"+name] = v
				}
			}
		}
	}
	c.bases[v.at] = base
	i := 0
	for m := v.First(); m.Exists(); m = m.Next() {
		part := string(m.Key())
		if v.Kind() == Array {
			part = strconv.Itoa(i)
		}
		if names || part != "enum" && part != "const" { // what stands there is data
			c.index(m, path+"/"+escapePointer.Replace(part), base, !names && slices.Contains(named, part))
		}
		i++
	}
}

// resolve finds what a reference leads to, and its path. The schemas of the
// drafts themselves are not read: they let everything pass.
func (c *compiler) resolve(ref Value) (target Value, path string, ok bool) {
	full := join(c.bases[ref.at], ref.Text())
	base, fragment, _ := strings.Cut(full, "#")
	if v, found := c.ids[base+"#"+fragment]; found && fragment != "" {
		return v, c.paths[v.at], true
	}
	root := Value{c.doc, 0}
	if base != "" {
		if v, found := c.ids[base]; found {
			root = v
		} else if strings.Contains(base, "json-schema.org/") {
			return Value{}, "", true
		} else if base != strings.TrimSuffix(c.bases[ref.at], "#") || c.bases[0] != c.bases[ref.at] {
			return Value{}, "", false
		}
	}
	if fragment != "" && !strings.HasPrefix(fragment, "/") {
		return Value{}, "", false
	}
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	v := root.Find(Pointer(fragment))
	if !v.Exists() || v.Kind() != Object && v.Kind() != Bool {
		return Value{}, "", false
	}
	return v, c.paths[v.at], true
}

func join(base, ref string) string {
	b, err := url.Parse(base)
	if err != nil {
		return ref
	}
	r, err := url.Parse(ref)
	if err != nil {
		return ref
	}
	if base == "" {
		return ref
	}
	return b.ResolveReference(r).String()
}
