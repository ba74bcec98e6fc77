package jsonschema

// Reductions gives the reduce annotations of a schema as they were written, by
// the pointer of the keyword.
func (s *Schema) Reductions() map[string][]byte { return s.reductions }

// Annotated gives the reduce annotation that holds at each place of a value. It
// comes from the schemas that apply there: of oneOf and anyOf those that hold,
// of if the branch. Of several at one place the outermost counts.
func (s *Schema) Annotated(v Value) map[Value][]byte {
	c, found := s.newCheck(v), map[Value][]byte{}
	c.quiet = 1
	c.annotated(s.root, v, found)
	return found
}

func (c *check) annotated(s *schema, v Value, found map[Value][]byte) {
	if s == nil || !c.enter(s, v, toAnnotate) {
		return
	}
	defer c.leave()
	if _, taken := found[v]; s.reduce != nil && !taken {
		found[v] = s.reduce
	}
	c.annotatedBelow(s, v, found)
	c.annotated(s.ref, v, found)
	for _, sub := range s.all {
		c.annotated(sub, v, found)
	}
	for _, list := range [][]*schema{s.any, s.one} {
		for _, sub := range list {
			if c.quietly(sub, v) {
				c.annotated(sub, v, found)
			}
		}
	}
	if s.cond != nil {
		branch := s.orElse
		if c.quietly(s.cond, v) {
			c.annotated(s.cond, v, found)
			branch = s.then
		}
		c.annotated(branch, v, found)
	}
}

// annotatedBelow looks at members and items.
func (c *check) annotatedBelow(s *schema, v Value, found map[Value][]byte) {
	rest := &seen{allProps: true, allItems: true} // nothing is left over
	if s.unevaluatedProps != nil || s.unevaluatedItems != nil {
		rest = &seen{props: map[string]bool{}, items: map[int]bool{}}
		c.collect(s, v, rest, true)
	}
	switch v.Kind() {
	case Object:
		for m := v.First(); m.Exists(); m = m.Next() {
			c.annotatedMember(s, v, m, found)
			if !rest.allProps && !rest.props[string(m.Key())] {
				c.annotated(s.unevaluatedProps, m, found)
			}
		}
	case Array:
		i := 0
		for item := v.First(); item.Exists(); item = item.Next() {
			if i < len(s.prefix) {
				c.annotated(s.prefix[i], item, found)
			} else {
				c.annotated(s.items, item, found)
			}
			if !rest.allItems && !rest.items[i] {
				c.annotated(s.unevaluatedItems, item, found)
			}
			i++
		}
	}
}

func (c *check) annotatedMember(s *schema, v, m Value, found map[Value][]byte) {
	p, matched := s.properties[string(m.Key())]
	c.annotated(p, m, found)
	for _, p := range s.patterns {
		if p.re.Match(m.Key()) {
			c.annotated(p.schema, m, found)
			matched = true
		}
	}
	if !matched {
		c.annotated(s.additional, m, found)
	}
	c.annotated(s.depSchemas[string(m.Key())], v, found)
}
