package ci

import (
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
	"github.com/connkit/connkit/pkg/workspace"
)

// field is one key of an entry with its value.
type field struct {
	key   string
	value string // what a YAML reader gets
	text  string // how it is written; of a block: its lines, without the blanks up to the key's column
	sure  bool   // from the folder or a flag: an entry that says something else is wrong
	asked bool   // from a flag
	block bool   // a map, list or text of several lines, below its key
}

// kindKeys are the keys whose value is the kind of a connector.
var kindKeys = []string{"type", "connector_type", "kind"}

// fields works out what an entry says besides its name. Keys are those that
// more than half of the neighbours have; their values come from a flag, else
// from the folder, else they are what more than half of the neighbours say.
func (r *repo) fields(p *place, c workspace.Connector, entries []*entry, v Values) ([]field, error) {
	near := r.neighbours(c, entries)
	var list []field
	for _, key := range commonKeys(near) {
		f, err := r.field(p, c, key, entries, near, v)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	for _, asked := range v.asked(list, p.key == "") {
		if !slices.ContainsFunc(list, func(f field) bool { return f.key == asked.key }) {
			list = append(list, asked)
		}
	}
	return list, nil
}

// neighbours are the entries to learn from: those of the same language and
// kind, else of the same language, else those of connectors, else all.
func (r *repo) neighbours(c workspace.Connector, entries []*entry) []*entry {
	others := slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool { return e.name == c.Name })
	for _, like := range []func(workspace.Connector) bool{
		func(it workspace.Connector) bool { return sameLanguage(it, c) && it.Kind == c.Kind },
		func(it workspace.Connector) bool { return sameLanguage(it, c) },
		func(workspace.Connector) bool { return true },
	} {
		near := slices.DeleteFunc(slices.Clone(others), func(e *entry) bool {
			it, ok := r.connectors[e.name]
			return !ok || !like(it)
		})
		if len(near) > 0 {
			return near
		}
	}
	return others
}

// commonKeys gives the keys besides the name that more than half of the entries have.
func commonKeys(entries []*entry) []string {
	count := map[string]int{}
	var order []string
	for _, e := range entries {
		for _, v := range e.values() {
			if count[v.key]++; count[v.key] == 1 {
				order = append(order, v.key)
			}
		}
	}
	return slices.DeleteFunc(order, func(key string) bool { return 2*count[key] <= len(entries) })
}

func (r *repo) field(p *place, c workspace.Connector, key string, all, near []*entry, v Values) (field, error) {
	var with []*yaml.Node
	for _, e := range near {
		if value := yamltext.Get(e.node, key); value != nil {
			with = append(with, value)
		}
	}
	like := usualStyle(with)
	made := func(value string, sure, asked bool) (field, error) {
		return field{key: key, value: value, text: yamltext.Scalar(value, like), sure: sure, asked: asked}, nil
	}
	switch set, ok := v.Set[key]; {
	case ok:
		return made(set, true, true)
	case slices.Contains(kindKeys, key) && v.Type != "":
		return made(v.Type, true, true)
	case slices.Contains(kindKeys, key) && slices.ContainsFunc(with, isKind):
		value, err := r.kindValue(c, key, all)
		if err != nil {
			return field{}, err
		}
		return made(value, true, false)
	case key == "python" && v.Python:
		return made("true", true, true)
	case key == "python" && like.Tag == "!!bool":
		return made(strconv.FormatBool(c.Language == "python"), c.Language == "python", false)
	case key == "version" && c.Version != "":
		return made(c.Version, true, false)
	case key == "version":
		return made("v1", false, false)
	}
	return p.usual(c.Name, key, near)
}

// kindWords are the words for kinds that workflows use.
var kindWords = map[string][]string{
	"capture":         {"capture"},
	"materialization": {"materialization", "materialize"},
	"derivation":      {"derivation", "derive"},
}

func isKind(n *yaml.Node) bool {
	for _, words := range kindWords {
		if slices.Contains(words, n.Value) {
			return true
		}
	}
	return false
}

// kindValue is the word that entries of the same kind use, else the plain one.
func (r *repo) kindValue(c workspace.Connector, key string, all []*entry) (string, error) {
	words := kindWords[c.Kind]
	if len(words) == 0 {
		return "", fault.Usagef("adding %s: its name does not tell whether it is a capture or a materialization", c.Name).
			WithHint("--type capture, or connectors.kinds in %s", workspace.FileName)
	}
	for _, e := range all {
		if v := yamltext.Get(e.node, key); v != nil && slices.Contains(words, v.Value) && r.connectors[e.name].Kind == c.Kind {
			return v.Value, nil
		}
	}
	return words[0], nil
}
