package ci

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
	"github.com/connkit/connkit/pkg/workspace"
)

// Values are what a person says about an entry; they win over what the folder
// and the neighbours say.
type Values struct {
	Type   string            // value of the key for the kind: capture, materialization
	Python bool              // python: true
	Set    map[string]string // any key
}

// IsKey tells whether a text can be the key of an entry.
func IsKey(s string) bool { return keyPattern.MatchString(s) }

var keyPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func (v Values) empty() bool { return v.Type == "" && !v.Python && len(v.Set) == 0 }

// field is one key of an entry with its value.
type field struct {
	key   string
	value string // what a YAML reader gets
	text  string // how it is written
	sure  bool   // from the folder or a flag: an entry that says something else is wrong
	asked bool   // from a flag
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

// asked spells the flags as fields, for keys that the neighbours do not have.
func (v Values) asked(have []field, include bool) []field {
	var list []field
	add := func(key, value string) {
		list = append(list, field{key, value, yamltext.Scalar(value, plainly(value)), true, true})
	}
	isKind := func(f field) bool { return slices.Contains(kindKeys, f.key) }
	switch {
	case v.Type == "" || slices.ContainsFunc(have, isKind):
	case include:
		add("connector_type", v.Type)
	default:
		add("type", v.Type)
	}
	if v.Python {
		add("python", "true")
	}
	for _, key := range sortedKeys(v.Set) {
		add(key, v.Set[key])
	}
	return list
}

// plainly is a scalar to write a value like, when there is none: words, whole
// numbers and booleans go without quotes. A fraction is quoted, since a
// workflow would print 1.0 as 1.
func plainly(value string) *yaml.Node {
	var n yaml.Node
	if yaml.Unmarshal([]byte(value), &n) == nil && len(n.Content) == 1 {
		if tag := n.Content[0].Tag; tag == "!!int" || tag == "!!bool" {
			return &yaml.Node{Tag: tag}
		}
	}
	return &yaml.Node{Tag: "!!str"}
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
		return field{key, value, yamltext.Scalar(value, like), sure, asked}, nil
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
		return made(fmt.Sprint(c.Language == "python"), c.Language == "python", false)
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

// Types lists the words for kinds that an entry can say.
func Types() []string {
	return []string{"capture", "materialization", "materialize", "derivation", "derive"}
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

// usualStyle is a scalar in the style that most of the values have.
func usualStyle(values []*yaml.Node) *yaml.Node {
	count := map[yaml.Style]int{}
	best := &yaml.Node{Tag: "!!str"}
	for _, v := range values {
		style := v.Style &^ yaml.TaggedStyle
		if count[style]++; count[style] > count[best.Style&^yaml.TaggedStyle] || best.Kind == 0 {
			best = v
		}
	}
	return best
}

// nameText writes a name in the style that most of the others have; it is text
// whatever they are.
func nameText(name string, like []*yaml.Node) string {
	return yamltext.Scalar(name, &yaml.Node{Style: usualStyle(like).Style, Tag: "!!str"})
}

// usual is what more than half of the neighbours write for a key. A value that
// holds its connector's name counts as the same with another name.
func (p *place) usual(name, key string, near []*entry) (field, error) {
	const here = "\x00"
	count := map[string]int{}
	value := map[string]string{}
	total := 0
	for _, e := range near {
		v := yamltext.Get(e.node, key)
		if v == nil {
			continue
		}
		total++
		span, err := p.wf.doc.Span(v)
		if err != nil {
			return field{}, err
		}
		text := strings.ReplaceAll(string(p.wf.doc.Bytes(span)), e.name, here)
		if v.Anchor != "" {
			continue // a second anchor of a name would be another value
		}
		count[text]++
		value[text] = strings.ReplaceAll(v.Value, e.name, here)
	}
	for text, n := range count {
		if 2*n > total && !strings.Contains(text, "\n") {
			named := func(s string) string { return strings.ReplaceAll(s, here, name) }
			return field{key, named(value[text]), named(text), false, false}, nil
		}
	}
	return field{}, fault.Usagef("adding %s: the entries of %s differ in %q, so its value has to be given", name, p, key).
		WithHint("--set %s=VALUE", key)
}

// lay writes an entry out in the layout of a neighbour: its order of keys, its
// blanks behind the dash and the colons, block or braces.
type layout struct {
	doc   *yamltext.Doc
	model *yaml.Node // nil: one key a line
	dash  string     // what stands between the dash and the item; "" is a dash on a line of its own
	deep  int        // column of the keys below that of the dash
}

func newLayout(doc *yamltext.Doc, seq *yamltext.Seq, e *entry) layout {
	if e == nil {
		return layout{doc: doc, dash: " ", deep: 2}
	}
	l := layout{doc: doc, model: e.node, dash: " ", deep: 2}
	if !seq.Block {
		return l
	}
	span, err := doc.Span(e.node)
	if err != nil {
		return l
	}
	gap := string(doc.Text[seq.Items[e.at].Start+1 : span.Start])
	if e.node.Anchor != "" || e.node.Style&yaml.TaggedStyle != 0 {
		return l
	}
	if strings.ContainsAny(gap, "\n#") {
		l.dash = ""
		_, l.deep = doc.Position(span.Start)
		_, dash := doc.Position(seq.Items[e.at].Start)
		l.deep -= dash
		return l
	}
	l.dash, l.deep = gap, 1+len(gap)
	return l
}

// item gives the lines of an entry: without dash for a list in brackets.
func (l layout) item(block bool, pairs []field) []string {
	braces := l.model != nil && l.model.Style&yaml.FlowStyle != 0
	if !block || braces {
		text := l.braces(pairs)
		if block {
			text = "-" + l.dash + text
		}
		return []string{text}
	}
	var lines []string
	for _, f := range l.order(pairs) {
		lines = append(lines, strings.Repeat(" ", l.deep)+l.pair(f))
	}
	if l.dash == "" {
		return append([]string{"-"}, lines...)
	}
	lines[0] = "-" + l.dash + lines[0][l.deep:]
	return lines
}

// order sorts fields as the neighbour has them; others stay behind.
func (l layout) order(pairs []field) []field {
	rank := func(f field) int {
		if l.model != nil && l.model.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(l.model.Content); i += 2 {
				if l.model.Content[i].Value == f.key {
					return i
				}
			}
		}
		return 1 << 20
	}
	sorted := slices.Clone(pairs)
	slices.SortStableFunc(sorted, func(a, b field) int { return rank(a) - rank(b) })
	return sorted
}

// pair writes key and value with the key's quotes and the blanks of the neighbour.
func (l layout) pair(f field) string {
	key, sep := yamltext.Scalar(f.key, &yaml.Node{Tag: "!!str"}), ": "
	if k, v := yamltext.Pair(l.model, f.key); k != nil {
		ks, err := l.doc.Span(k)
		if err == nil && k.Anchor == "" {
			key = string(l.doc.Bytes(ks))
		}
		if vs, verr := l.doc.Span(v); err == nil && verr == nil && ks.End < vs.Start {
			if between := l.doc.Text[ks.End:vs.Start]; !bytes.ContainsAny(between, "\n#&!") {
				sep = string(between)
			}
		}
	}
	return key + sep + f.text
}

func (l layout) braces(pairs []field) string {
	pad, comma := "", ", "
	if l.model != nil && l.model.Kind == yaml.MappingNode && l.model.Style&yaml.FlowStyle != 0 {
		if open, err := l.doc.Span(l.model); err == nil {
			text := string(l.doc.Bytes(open))
			if strings.HasPrefix(text, "{ ") {
				pad = " "
			}
		}
	}
	var all []string
	for _, f := range l.order(pairs) {
		all = append(all, l.pair(f))
	}
	return "{" + pad + strings.Join(all, comma) + pad + "}"
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
