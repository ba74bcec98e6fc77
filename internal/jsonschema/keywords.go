package jsonschema

import "slices"

// assertions are the keywords that stand for themselves.
var assertions map[string]func(*compiler, *schema, Value, string)

// applicators are the keywords that hold schemas.
var applicators map[string]func(*compiler, *schema, Value, string)

func init() { // the tables refer to functions that refer to them
	assertions = map[string]func(*compiler, *schema, Value, string){
		"type":              compileType,
		"enum":              compileEnum,
		"const":             compileConst,
		"required":          func(c *compiler, s *schema, v Value, p string) { s.required = c.texts(v, p) },
		"dependentRequired": compileDependentRequired,
		"pattern":           func(c *compiler, s *schema, v Value, p string) { s.pattern = c.regexp(v, p) },
		"format":            func(c *compiler, s *schema, v Value, p string) { s.format = c.text(v, p) },
		"multipleOf":        compileMultipleOf,
		"uniqueItems":       compileUnique,
		"minLength":         func(c *compiler, s *schema, v Value, p string) { s.minLength = c.limit(v, p) },
		"maxLength":         func(c *compiler, s *schema, v Value, p string) { s.maxLength = c.limit(v, p) },
		"minItems":          func(c *compiler, s *schema, v Value, p string) { s.minItems = c.limit(v, p) },
		"maxItems":          func(c *compiler, s *schema, v Value, p string) { s.maxItems = c.limit(v, p) },
		"minProperties":     func(c *compiler, s *schema, v Value, p string) { s.minProps = c.limit(v, p) },
		"maxProperties":     func(c *compiler, s *schema, v Value, p string) { s.maxProps = c.limit(v, p) },
		"minContains":       func(c *compiler, s *schema, v Value, p string) { s.minContains = c.limit(v, p) },
		"maxContains":       func(c *compiler, s *schema, v Value, p string) { s.maxContains = c.limit(v, p) },
	}
	applicators = map[string]func(*compiler, *schema, Value, string){
		"properties":            func(c *compiler, s *schema, v Value, p string) { s.properties = c.schemas(v, p) },
		"patternProperties":     compilePatterns,
		"additionalProperties":  func(c *compiler, s *schema, v Value, p string) { s.additional = c.schema(v, p) },
		"propertyNames":         func(c *compiler, s *schema, v Value, p string) { s.names = c.schema(v, p) },
		"dependentSchemas":      func(c *compiler, s *schema, v Value, p string) { s.addDependents(c.schemas(v, p)) },
		"dependencies":          compileDependencies,
		"prefixItems":           func(c *compiler, s *schema, v Value, p string) { s.prefix = c.list(v, p) },
		"contains":              func(c *compiler, s *schema, v Value, p string) { s.contains = c.schema(v, p) },
		"allOf":                 func(c *compiler, s *schema, v Value, p string) { s.all = append(s.all, c.list(v, p)...) },
		"anyOf":                 func(c *compiler, s *schema, v Value, p string) { s.any = c.list(v, p) },
		"oneOf":                 func(c *compiler, s *schema, v Value, p string) { s.one = c.list(v, p) },
		"not":                   func(c *compiler, s *schema, v Value, p string) { s.not = c.schema(v, p) },
		"if":                    func(c *compiler, s *schema, v Value, p string) { s.cond = c.schema(v, p) },
		"then":                  func(c *compiler, s *schema, v Value, p string) { s.then = c.schema(v, p) },
		"else":                  func(c *compiler, s *schema, v Value, p string) { s.orElse = c.schema(v, p) },
		"unevaluatedProperties": func(c *compiler, s *schema, v Value, p string) { s.unevaluatedProps = c.schema(v, p) },
		"unevaluatedItems":      func(c *compiler, s *schema, v Value, p string) { s.unevaluatedItems = c.schema(v, p) },
		"$ref":                  compileRef,
		"$dynamicRef":           compileRef,
		"$recursiveRef":         compileRef,
		"$defs":                 func(c *compiler, _ *schema, v Value, p string) { c.schemas(v, p) },
		"definitions":           func(c *compiler, _ *schema, v Value, p string) { c.schemas(v, p) },
	}
}

func compileType(c *compiler, s *schema, v Value, path string) {
	names := []Value{v}
	if v.Kind() == Array {
		names = names[:0]
		for item := v.First(); item.Exists(); item = item.Next() {
			names = append(names, item)
		}
	}
	for _, name := range names {
		i := -1
		if name.Kind() == String {
			i = slices.Index(typeNames, name.Text())
		}
		if i < 0 {
			c.problem(path, "%s is no type", excerpt(name))
			continue
		}
		s.types |= 1 << i
	}
}

func compileEnum(c *compiler, s *schema, v Value, path string) {
	if v.Kind() != Array {
		c.problem(path, "a list is wanted")
		return
	}
	values := map[string]bool{}
	for item := v.First(); item.Exists(); item = item.Next() {
		values[canonical(item)] = true
	}
	s.oneOfValues(values, excerpt(v), path)
}

// oneOfValues takes an enum or a const. Where both stand, both must hold.
func (s *schema) oneOfValues(values map[string]bool, text, path string) {
	if s.enum == nil {
		s.enum, s.enumText = values, text
		return
	}
	s.all = append(s.all, &schema{path: path, enum: values, enumText: text})
}

func compileConst(_ *compiler, s *schema, v Value, path string) {
	s.oneOfValues(map[string]bool{canonical(v): true}, excerpt(v), path)
}

func compileDependentRequired(c *compiler, s *schema, v Value, path string) {
	if !c.is(v, Object, path) {
		return
	}
	if s.depRequired == nil {
		s.depRequired = map[string][]string{}
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		key := string(m.Key())
		s.depRequired[key] = append(s.depRequired[key], c.texts(m, path+"/"+escapePointer.Replace(key))...)
	}
}

// compileDependencies splits the older keyword into the two newer ones.
func compileDependencies(c *compiler, s *schema, v Value, path string) {
	if !c.is(v, Object, path) {
		return
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		at := path + "/" + escapePointer.Replace(string(m.Key()))
		if m.Kind() == Array {
			if s.depRequired == nil {
				s.depRequired = map[string][]string{}
			}
			s.depRequired[string(m.Key())] = append(s.depRequired[string(m.Key())], c.texts(m, at)...)
			continue
		}
		s.addDependents(map[string]*schema{string(m.Key()): c.schema(m, at)})
	}
}

// addDependents takes what the older and the newer keyword say of properties.
func (s *schema) addDependents(more map[string]*schema) {
	if s.depSchemas == nil {
		s.depSchemas = map[string]*schema{}
	}
	for key, sub := range more {
		if other := s.depSchemas[key]; other != nil {
			sub = &schema{path: sub.path, all: []*schema{other, sub}}
		}
		s.depSchemas[key] = sub
	}
}

func compileMultipleOf(c *compiler, s *schema, v Value, path string) {
	if !c.is(v, Number, path) {
		return
	}
	if compare(v.Raw(), []byte("0")) <= 0 {
		c.problem(path, "a number above 0 is wanted")
		return
	}
	s.multipleOf = v.Raw()
}

func compileUnique(c *compiler, s *schema, v Value, path string) {
	if c.is(v, Bool, path) {
		s.unique = v.True()
	}
}

func compilePatterns(c *compiler, s *schema, v Value, path string) {
	if !c.is(v, Object, path) {
		return
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		inner := c.schema(m, path+"/"+escapePointer.Replace(string(m.Key())))
		if re := c.compilePattern(string(m.Key()), path); re != nil {
			s.patterns = append(s.patterns, patternSchema{re, inner})
		}
	}
}

// itemKeyword reads items and additionalItems, whose sense depends on each
// other: a list of schemas is what prefixItems is now.
func (c *compiler) itemKeyword(s *schema, object, v Value, path string) {
	if string(v.Key()) == "items" {
		if v.Kind() == Array {
			s.prefix = c.list(v, path)
		} else {
			s.items = c.schema(v, path)
		}
		return
	}
	rest := c.schema(v, path)
	if items := object.Get("items"); items.Exists() && items.Kind() == Array {
		s.items = rest
	}
}

// boundKeyword reads minimum and its relatives. In draft 4 the exclusive ones
// are booleans beside the others.
func (c *compiler) boundKeyword(s *schema, object, v Value, path string) {
	b := bound{keyword: string(v.Key()), text: v.Raw(), sign: 1}
	if b.keyword == "minimum" || b.keyword == "exclusiveMinimum" {
		b.sign = -1
	}
	exclusive := map[string]string{"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}[b.keyword]
	if exclusive == "" {
		if v.Kind() == Bool {
			return
		}
		b.strict = true
	} else {
		b.strict = object.Get(exclusive).True()
	}
	if c.is(v, Number, path) {
		s.numbers = append(s.numbers, b)
	}
}

func compileRef(c *compiler, s *schema, v Value, path string) {
	if !c.is(v, String, path) {
		return
	}
	target, at, ok := c.resolve(v)
	switch {
	case !ok:
		c.problem(path, "%s leads nowhere", excerpt(v))
	case target.Exists() && s.ref == nil:
		s.ref = c.schema(target, at)
	case target.Exists():
		s.all = append(s.all, c.schema(target, at))
	}
}
