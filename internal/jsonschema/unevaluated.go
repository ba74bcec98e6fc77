package jsonschema

// seen are the members and items of a value that keywords beside and below a
// schema have looked at, whatever unevaluatedProperties says of the rest.
type seen struct {
	props    map[string]bool
	allProps bool
	items    map[int]bool
	allItems bool
}

// unevaluated checks what no other keyword has looked at.
func (c *check) unevaluated(s *schema, v Value) bool {
	e := &seen{props: map[string]bool{}, items: map[int]bool{}}
	c.collect(s, v, e, true)
	ok, i := true, 0
	for m := v.First(); m.Exists(); m = m.Next() {
		switch {
		case v.Kind() == Object && s.unevaluatedProps != nil && !e.allProps && !e.props[string(m.Key())]:
			c.place = append(c.place, step{key: m.Key()})
			if s.unevaluatedProps.never {
				ok = c.fail(s, "unevaluatedProperties", "", "no such property")
			} else {
				ok = c.schema(s.unevaluatedProps, m) && ok
			}
			c.place = c.place[:len(c.place)-1]
		case v.Kind() == Array && s.unevaluatedItems != nil && !e.allItems && !e.items[i]:
			c.place = append(c.place, step{index: i})
			ok = c.schema(s.unevaluatedItems, m) && ok
			c.place = c.place[:len(c.place)-1]
		}
		i++
	}
	return ok
}

// collect notes what a schema that holds for the value looks at.
func (c *check) collect(s *schema, v Value, e *seen, top bool) {
	if !c.enter(s, v, toCollect) {
		return
	}
	defer c.leave()
	if !top {
		e.allProps = e.allProps || s.unevaluatedProps != nil
		e.allItems = e.allItems || s.unevaluatedItems != nil
	}
	e.allProps = e.allProps || s.additional != nil
	e.allItems = e.allItems || s.items != nil
	i := 0
	for m := v.First(); m.Exists(); m = m.Next() {
		if v.Kind() == Object {
			if _, found := s.properties[string(m.Key())]; found {
				e.props[string(m.Key())] = true
			}
			for _, p := range s.patterns {
				if p.re.Match(m.Key()) {
					e.props[string(m.Key())] = true
				}
			}
			if d, found := s.depSchemas[string(m.Key())]; found {
				c.collect(d, v, e, false)
			}
		} else if i < len(s.prefix) || s.contains != nil && c.quietly(s.contains, m) {
			e.items[i] = true
		}
		i++
	}
	c.collectCombined(s, v, e)
}

func (c *check) collectCombined(s *schema, v Value, e *seen) {
	if s.ref != nil {
		c.collect(s.ref, v, e, false)
	}
	for _, sub := range s.all {
		c.collect(sub, v, e, false)
	}
	for _, list := range [][]*schema{s.any, s.one} {
		for _, sub := range list {
			if c.quietly(sub, v) {
				c.collect(sub, v, e, false)
			}
		}
	}
	if s.cond == nil {
		return
	}
	branch := s.orElse
	if c.quietly(s.cond, v) {
		c.collect(s.cond, v, e, false)
		branch = s.then
	}
	if branch != nil {
		c.collect(branch, v, e, false)
	}
}
