package dockerfile

import (
	"maps"
	"strings"
)

// scope are the variables that are known at an instruction.
type scope struct {
	args   map[string]string // what the build is started with
	escape byte
	global vars            // of the ARG lines before the first FROM
	stage  vars            // of the stage; nil before the first
	env    map[string]bool // those of the stage that an ENV sets
	stages map[string]vars // of the stages before, by name
}

func (f *File) scope(args map[string]string) *scope {
	return &scope{args: args, escape: f.escape, global: vars{}, stages: map[string]vars{}}
}

// expand puts what is known into a word of the stage.
func (s *scope) expand(word string) (string, bool) { return expand(word, s.stage, s.escape) }

// take takes an instruction up.
func (s *scope) take(in instruction) {
	switch in.word {
	case "FROM":
		s.from(between().Split(in.rest, -1))
	case "ARG":
		for _, w := range words(in.rest, s.escape) {
			s.declare(w)
		}
	case "ENV":
		if s.stage != nil {
			s.set(in.rest)
		}
	}
}

// from begins a stage, which has the variables of the stage that it is built on.
func (s *scope) from(list []string) {
	base, _ := expand(list[0], s.global, s.escape)
	s.stage, s.env = maps.Clone(s.stages[strings.ToLower(base)]), map[string]bool{}
	if s.stage == nil {
		s.stage = vars{}
	}
	if len(list) == 3 && strings.EqualFold(list[1], "AS") {
		s.stages[strings.ToLower(list[2])] = s.stage
	}
}

// declare takes up an ARG: a value of the build wins over its default, and that
// over the value that an ARG of the same name before the first FROM has.
func (s *scope) declare(word string) {
	v := s.stage
	if v == nil {
		v = s.global
	}
	key, def, hasDef := strings.Cut(word, "=")
	key = bare(key, s.escape)
	value, given := s.args[key]
	global, isGlobal := s.global[key]
	switch {
	case s.env[key]:
		v[key] = nil // which of the two wins is not the same with every builder
	case given:
		v[key] = &value
	case hasDef:
		v[key] = s.value(def, v)
	case isGlobal:
		v[key] = global
	}
}

// set takes up ENV K=V … and the old form ENV K V. Values see what was before.
func (s *scope) set(rest string) {
	list := words(rest, s.escape)
	if len(list) == 0 {
		return
	}
	if !strings.Contains(list[0], "=") {
		parts := between().Split(rest, 2)
		if len(parts) < 2 {
			return
		}
		list = []string{parts[0] + "=" + parts[1]}
	}
	before := maps.Clone(s.stage)
	for _, w := range list {
		key, word, _ := strings.Cut(w, "=")
		key = bare(key, s.escape)
		s.stage[key], s.env[key] = s.value(word, before), true
	}
}

// value is what a word comes to, or nil.
func (s *scope) value(word string, v vars) *string {
	text, ok := expand(word, v, s.escape)
	if !ok {
		return nil
	}
	return &text
}
