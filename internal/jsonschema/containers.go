package jsonschema

func (c *check) object(s *schema, v Value) bool {
	ok, count := true, 0
	for m := v.First(); m.Exists(); m = m.Next() {
		count++
		if s.properties != nil || s.patterns != nil || s.additional != nil {
			c.place = append(c.place, step{key: m.Key()})
			ok = c.member(s, m) && ok
			c.place = c.place[:len(c.place)-1]
		}
		if s.names != nil {
			ok = c.name(s, m) && ok
		}
		if s.depRequired != nil || s.depSchemas != nil {
			ok = c.dependents(s, v, m) && ok
		}
	}
	for _, name := range s.required {
		if !v.Get(name).Exists() {
			ok = c.fail(s, "required", "", "the property %q", name)
		}
	}
	if s.minProps.set && count < s.minProps.n {
		ok = c.fail(s, "minProperties", "", "at least %d properties", s.minProps.n)
	}
	if s.maxProps.set && count > s.maxProps.n {
		ok = c.fail(s, "maxProperties", "", "at most %d properties", s.maxProps.n)
	}
	return ok
}

func (c *check) member(s *schema, m Value) bool {
	ok, matched := true, false
	if p, found := s.properties[string(m.Key())]; found {
		ok, matched = c.schema(p, m), true
	}
	for _, p := range s.patterns {
		if p.re.Match(m.Key()) {
			ok, matched = c.schema(p.schema, m) && ok, true
		}
	}
	if matched || s.additional == nil {
		return ok
	}
	if s.additional.never {
		return c.fail(s, "additionalProperties", "", "no such property")
	}
	return c.schema(s.additional, m)
}

func (c *check) name(s *schema, m Value) bool {
	var d Doc
	d.nodes = []node{{kind: String, text: append(append([]byte{'"'}, m.Key()...), '"')}}
	if c.quietly(s.names, Value{&d, 0}) {
		return true
	}
	return c.fail(s, "propertyNames", "", "another name than %q", m.Key())
}

func (c *check) dependents(s *schema, v, m Value) bool {
	ok := true
	for _, name := range s.depRequired[string(m.Key())] {
		if !v.Get(name).Exists() {
			ok = c.fail(s, "dependentRequired", "", "the property %q beside %q", name, m.Key())
		}
	}
	if d, found := s.depSchemas[string(m.Key())]; found {
		ok = c.schema(d, v) && ok
	}
	return ok
}

func (c *check) array(s *schema, v Value) bool {
	ok, count, contained := true, 0, 0
	for item := v.First(); item.Exists(); item = item.Next() {
		c.place = append(c.place, step{index: count})
		if count < len(s.prefix) {
			ok = c.schema(s.prefix[count], item) && ok
		} else if s.items != nil {
			ok = c.schema(s.items, item) && ok
		}
		if s.contains != nil && c.quietly(s.contains, item) {
			contained++
		}
		c.place = c.place[:len(c.place)-1]
		count++
	}
	if s.minItems.set && count < s.minItems.n {
		ok = c.fail(s, "minItems", "", "at least %d items", s.minItems.n)
	}
	if s.maxItems.set && count > s.maxItems.n {
		ok = c.fail(s, "maxItems", "", "at most %d items", s.maxItems.n)
	}
	if s.contains != nil {
		least := 1
		if s.minContains.set {
			least = s.minContains.n
		}
		if contained < least || s.maxContains.set && contained > s.maxContains.n {
			ok = c.fail(s, "contains", "", "another number of items as it says (there are %d)", contained)
		}
	}
	if s.unique && !unique(v) {
		ok = c.fail(s, "uniqueItems", "", "no item twice")
	}
	return ok
}

func unique(v Value) bool {
	seen := map[string]bool{}
	for item := v.First(); item.Exists(); item = item.Next() {
		text := canonical(item)
		if seen[text] {
			return false
		}
		seen[text] = true
	}
	return true
}
