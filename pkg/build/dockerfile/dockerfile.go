package dockerfile

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// File is a Dockerfile.
type File struct {
	list   []instruction
	escape byte
}

// Parse reads a Dockerfile. What it does not understand it passes over: the
// engine that builds it is the one to complain.
func Parse(text []byte) *File {
	list, escape := instructions(string(text))
	return &File{list, escape}
}

// Taken is what a Dockerfile takes of its context.
type Taken struct {
	Paths []string // slash paths and globs from the context's root, sorted
	All   bool     // the whole context, or what cannot be told
}

// Taken tells what the file takes of its context when it is built with args, all
// of its stages together. What is to happen when another file builds on it
// counts as well: a later stage may be the one that does.
func (f *File) Taken(args map[string]string) Taken {
	var t Taken
	s := f.scope(args)
	for _, in := range f.list {
		s.take(in)
		if in.word == "ONBUILD" {
			in = split(in.rest, f.escape)
		}
		switch in.word {
		case "COPY", "ADD":
			t.add(copied(in), s)
		case "RUN":
			t.add(bound(in), s)
		}
	}
	slices.Sort(t.Paths)
	t.Paths = slices.Compact(t.Paths)
	return t
}

func (t *Taken) add(sources []string, s *scope) {
	for _, word := range sources {
		text, ok := s.expand(word)
		if deep := strings.Index(text, "**"); deep >= 0 {
			text = text[:strings.LastIndexByte(text[:deep], '/')+1] // all in the folder before it
		}
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
	s := f.scope(args)
	for _, in := range f.list {
		s.take(in)
		if in.word != "FROM" {
			continue
		}
		if value, ok := in.flag("--platform"); ok {
			if text, known := expand(value, s.global, f.escape); known && text != "" {
				platform = text
			}
		}
	}
	return platform
}

// Mounts tells whether a RUN of the file mounts something, which the classic
// builder refuses.
func (f *File) Mounts() bool {
	return slices.ContainsFunc(f.list, func(in instruction) bool {
		_, ok := in.flag("--mount")
		return in.word == "RUN" && ok
	})
}

// copied gives the sources of a COPY or ADD that come from the context.
func copied(in instruction) []string {
	if _, ok := in.flag("--from"); ok {
		return nil
	}
	list := between().Split(in.rest, -1) // quotes do not keep a blank in a path: the list form does
	if strings.HasPrefix(in.rest, "[") {
		var exact []string
		if json.Unmarshal([]byte(in.rest), &exact) == nil {
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
	for _, f := range in.flags {
		mount, ok := strings.CutPrefix(f, "--mount=")
		if !ok {
			continue
		}
		fields := map[string]string{"type": "bind", "source": "."}
		for _, field := range strings.Split(mount, ",") {
			key, value, _ := strings.Cut(field, "=")
			if key = strings.ToLower(key); key == "src" {
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
