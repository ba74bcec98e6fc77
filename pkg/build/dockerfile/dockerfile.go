package dockerfile

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// File is a Dockerfile.
type File struct {
	list []instruction
}

// Parse reads a Dockerfile. What it does not understand it passes over: the
// engine that builds it is the one to complain.
func Parse(text []byte) *File { return &File{instructions(string(text))} }

// Taken is what a Dockerfile takes of its context.
type Taken struct {
	Paths []string // slash paths and globs from the context's root, sorted
	All   bool     // the whole context, or what cannot be told
}

// Taken tells what the file takes of its context when it is built with args.
func (f *File) Taken(args map[string]string) Taken {
	var t Taken
	s := scope{args: args, global: map[string]string{}}
	for _, in := range f.list {
		s.take(in)
		switch in.word {
		case "COPY", "ADD":
			t.add(copied(in), s.vars)
		case "RUN":
			t.add(bound(in), s.vars)
		}
	}
	slices.Sort(t.Paths)
	t.Paths = slices.Compact(t.Paths)
	return t
}

func (t *Taken) add(sources []string, vars map[string]string) {
	for _, word := range sources {
		text, ok := expand(word, vars)
		clean := strings.TrimPrefix(path.Clean("/"+text), "/")
		switch {
		case isURL(text):
		case !ok || clean == "":
			t.All = true
		default:
			t.Paths = append(t.Paths, clean)
		}
	}
}

func isURL(s string) bool {
	return strings.Contains(s, "://") || strings.HasPrefix(s, "git@")
}

// Platform is the platform that the file asks for by its FROM lines, or "".
// One that the builder chooses, such as $BUILDPLATFORM, is none.
func (f *File) Platform(args map[string]string) string {
	platform := ""
	s := scope{args: args, global: map[string]string{}}
	for _, in := range f.list {
		s.take(in)
		if in.word != "FROM" {
			continue
		}
		if value, ok := option(in, "--platform"); ok {
			if text, known := expand(value, s.global); known && text != "" {
				platform = text
			}
		}
	}
	return platform
}

// Declares tells whether an ARG of that name stands in the file.
func (f *File) Declares(name string) bool {
	return slices.ContainsFunc(f.list, func(in instruction) bool {
		return in.word == "ARG" && slices.ContainsFunc(words(in.rest), func(w string) bool {
			key, _, _ := strings.Cut(w, "=")
			return key == name
		})
	})
}

// Mounts tells whether a RUN of the file mounts something, which the classic
// builder refuses.
func (f *File) Mounts() bool {
	return slices.ContainsFunc(f.list, func(in instruction) bool {
		_, ok := option(in, "--mount")
		return in.word == "RUN" && ok
	})
}

// scope are the variables that are known at an instruction.
type scope struct {
	args   map[string]string // what the build is started with
	global map[string]string // of the ARG lines before the first FROM
	vars   map[string]string // of the stage; nil before the first
}

func (s *scope) take(in instruction) {
	switch in.word {
	case "FROM":
		s.vars = map[string]string{}
	case "ARG":
		for _, w := range words(in.rest) {
			s.declare(w)
		}
	case "ENV":
		if s.vars != nil {
			s.env(in.rest)
		}
	}
}

func (s *scope) declare(word string) {
	vars := s.vars
	if vars == nil {
		vars = s.global
	}
	key, def, hasDef := strings.Cut(word, "=")
	if value, ok := s.args[key]; ok {
		vars[key] = value
		return
	}
	if hasDef {
		if value, ok := expand(def, vars); ok {
			vars[key] = value
		}
		return
	}
	if value, ok := s.global[key]; ok {
		vars[key] = value
	}
}

// env takes ENV K=V … and the old form ENV K V.
func (s *scope) env(rest string) {
	list := words(rest)
	if len(list) == 0 {
		return
	}
	if !strings.Contains(list[0], "=") {
		key, value, _ := strings.Cut(rest, " ")
		list = []string{key + "=" + strings.TrimSpace(value)}
	}
	for _, w := range list {
		key, word, _ := strings.Cut(w, "=")
		if value, ok := expand(word, s.vars); ok {
			s.vars[key] = value
		} else {
			delete(s.vars, key)
		}
	}
}

// option gives the value of a flag that stands before the other words of an instruction.
func option(in instruction, name string) (string, bool) {
	for _, w := range words(in.rest) {
		if !strings.HasPrefix(w, "--") {
			break
		}
		if value, ok := strings.CutPrefix(w, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// copied gives the sources of a COPY or ADD that come from the context.
func copied(in instruction) []string {
	if _, ok := option(in, "--from"); ok {
		return nil
	}
	list := words(in.rest)
	for len(list) > 0 && strings.HasPrefix(list[0], "--") {
		list = list[1:]
	}
	if rest := strings.Join(list, " "); strings.HasPrefix(rest, "[") {
		var exact []string
		if json.Unmarshal([]byte(rest), &exact) == nil {
			list = exact
		}
	}
	if len(list) < 2 {
		return nil
	}
	return slices.DeleteFunc(list[:len(list)-1], func(w string) bool { return strings.HasPrefix(w, "<<") })
}

// bound gives what the bind mounts of a RUN take from the context.
func bound(in instruction) []string {
	var sources []string
	for _, w := range words(in.rest) {
		mount, ok := strings.CutPrefix(w, "--mount=")
		if !ok {
			continue
		}
		fields := map[string]string{"type": "bind", "source": "."}
		for _, field := range strings.Split(mount, ",") {
			key, value, _ := strings.Cut(field, "=")
			if key == "src" {
				key = "source"
			}
			fields[key] = value
		}
		if fields["type"] == "bind" && fields["from"] == "" {
			sources = append(sources, fields["source"])
		}
	}
	return sources
}
