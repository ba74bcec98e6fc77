package jsonschema

// combined checks the keywords that hold several schemas for the same value.
func (c *check) combined(s *schema, v Value) bool {
	ok := true
	for _, sub := range s.all {
		ok = c.schema(sub, v) && ok
	}
	if s.any != nil {
		ok = c.anyOf(s, v) && ok
	}
	if s.one != nil {
		matches := 0
		for _, sub := range s.one {
			if c.quietly(sub, v) {
				matches++
			}
		}
		switch {
		case matches == 0:
			ok = c.none(s, "oneOf", s.one, v)
		case matches > 1:
			ok = c.fail(s, "oneOf", excerpt(v), "one of %d forms, and it is %d of them", len(s.one), matches)
		}
	}
	if s.not != nil && c.quietly(s.not, v) {
		ok = c.fail(s, "not", excerpt(v), "anything but that")
	}
	if s.cond != nil {
		branch := s.orElse
		if c.quietly(s.cond, v) {
			branch = s.then
		}
		if branch != nil {
			ok = c.schema(branch, v) && ok
		}
	}
	return ok
}

func (c *check) anyOf(s *schema, v Value) bool {
	for _, sub := range s.any {
		if c.quietly(sub, v) {
			return true
		}
	}
	return c.none(s, "anyOf", s.any, v)
}

// none tells why a value is of no form. Where the type decides among the
// forms, one of them is meant, and it tells more.
func (c *check) none(s *schema, keyword string, forms []*schema, v Value) bool {
	if c.quiet > 0 {
		return false
	}
	var types typeSet
	var meant *schema
	typed := 0
	for _, form := range forms {
		f := form
		for range 10 { // a reference may lead to itself
			if f.ref == nil || f.types != 0 {
				break
			}
			f = f.ref
		}
		if types |= f.types; f.types == 0 || f.types&typeOf(v) != 0 {
			typed++
			meant = form
		}
	}
	switch typed {
	case 0:
		return c.fail(s, keyword, kindWord(v), "%s", types)
	case 1:
		told := len(c.found)
		c.schema(meant, v)
		if len(c.found) > told {
			return false
		}
	}
	return c.fail(s, keyword, excerpt(v), "one of %d forms", len(forms))
}
