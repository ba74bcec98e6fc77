package debug

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
)

// member is one of an entry, in its order; a value is JSON, or members of its own.
type member struct {
	name    string
	value   any
	members []member
}

// entry is a configuration of launch.json with which VS Code attaches.
type entry []member

// place is where an image has what lies in a folder here.
type place struct{ local, remote string }

// newEntry makes the entry of a connector. Without a place the paths are equal on both sides.
func newEntry(name, language string, port int, at *place) entry {
	e := entry{{name: "name", value: name}}
	if language == "go" {
		e = append(e, member{name: "type", value: "go"}, member{name: "request", value: "attach"}, member{name: "mode", value: "remote"},
			member{name: "debugAdapter", value: "dlv-dap"}, member{name: "host", value: loopback}, member{name: "port", value: port})
		if at != nil {
			e = append(e, member{name: "substitutePath", value: []map[string]string{{"from": at.local, "to": at.remote}}})
		}
		return e
	}
	e = append(e, member{name: "type", value: "debugpy"}, member{name: "request", value: "attach"},
		member{name: "connect", members: []member{{name: "host", value: loopback}, {name: "port", value: port}}})
	if at != nil {
		e = append(e, member{name: "pathMappings", value: []map[string]string{{"localRoot": at.local, "remoteRoot": at.remote}}})
	}
	return append(e, member{name: "justMyCode", value: false})
}

// workspacePath spells a folder as VS Code's variable does, when root is what is open there.
func workspacePath(root, dir string) string {
	rel, err := filepath.Rel(root, dir)
	if err != nil || !filepath.IsLocal(rel) {
		return dir
	}
	if rel == "." {
		return "${workspaceFolder}"
	}
	return "${workspaceFolder}/" + filepath.ToSlash(rel)
}

// name gives what the entry is found by.
func (e entry) name() string {
	s, _ := e[0].value.(string)
	return s
}

// layout is how a file is written.
type layout struct{ nl, indent, unit string }

// text lays an entry out over lines, of which the first is not indented.
func (e entry) text(l layout) string { return object(e, l) }

func object(members []member, l layout) string {
	var lines []string
	for _, m := range members {
		value := jsonText(m.value)
		if m.members != nil {
			value = object(m.members, layout{l.nl, l.indent + l.unit, l.unit})
		}
		lines = append(lines, l.indent+l.unit+jsonText(m.name)+": "+value)
	}
	return "{" + l.nl + strings.Join(lines, ","+l.nl) + l.nl + l.indent + "}"
}

func jsonText(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // texts, numbers and lists of them always encode
	return strings.TrimSpace(b.String())
}

// newFile is a launch.json with this entry alone.
func (e entry) newFile() []byte {
	const unit = "    "
	text := "{\n" + unit + "\"version\": \"0.2.0\",\n" + unit + "\"configurations\": [\n" + unit + unit + e.text(layout{"\n", unit + unit, unit}) + "\n" + unit + "]\n}\n"
	return []byte(text)
}
