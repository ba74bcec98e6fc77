package ci

import (
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/workspace"
)

// A style writes a workflow for some connectors as one person always writes it.
// An addition has to give what that person would have written with one more, and
// a removal what they would have written without it, byte for byte.
type style func(names []string) string

const (
	styleHead = "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n"
	styleTail = "    steps:\n      - run: echo ${{ matrix.connector }}\n"
)

// each joins what is written for each name.
func each(names []string, write func(name string) string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(write(name))
	}
	return b.String()
}

// lines writes one line, or several, a name; {} stands for it.
func lines(before, line, after string) style {
	return func(names []string) string {
		return styleHead + before + each(names, func(name string) string { return strings.ReplaceAll(line, "{}", name) }) + after
	}
}

// inline writes names with something between them.
func inline(before, item, between, after string) style {
	return func(names []string) string {
		var items []string
		for _, name := range names {
			items = append(items, strings.ReplaceAll(item, "{}", name))
		}
		return styleHead + before + strings.Join(items, between) + after
	}
}

// noted adds to the lines of some names.
func noted(s func(note func(name string) string) style) style {
	return s(func(name string) string {
		if !strings.Contains("source-a source-e source-z", name) {
			return ""
		}
		return "  # of " + name + ": 'x', [y]"
	})
}

const styleNew = "source-mm"

var styles = map[string]style{
	"block":                 lines("        connector:\n", "          - {}\n", styleTail),
	"block, not indented":   lines("        connector:\n", "        - {}\n", styleTail),
	"block, deep":           lines("        connector:\n", "                -   {}\n", styleTail),
	"block, single quotes":  lines("        connector:\n", "          - '{}'\n", styleTail),
	"block, double quotes":  lines("        connector:\n", "          - \"{}\"\n", styleTail),
	"block at the end":      lines("        connector:\n", "          - {}\n", ""),
	"block, anchor":         lines("        connector: &all # of them\n", "          - {}\n", styleTail+"  two:\n    runs-on: x\n    strategy:\n      matrix:\n        connector: *all\n    steps: [{run: x}]\n"),
	"block, tagged":         lines("        connector: !!seq\n", "          - {}\n", styleTail),
	"block, a quoted key":   lines("        \"connector\":\n", "          - {}\n", styleTail),
	"block, blank lines":    lines("\n        connector:\n\n", "          - {}\n", "\n\n"+styleTail),
	"block, tabs in a note": lines("        connector:\t# a\tb\n", "          - {}\n", styleTail),
	"between two axes":      lines("        os: [linux]\n        connector:\n", "          - {}\n", "        go:\n          - '1.26'\n"+styleTail),
	"before exclude":        lines("        connector:\n", "          - {}\n", "        exclude:\n          - connector: source-a\n            os: linux\n"+styleTail),
	"brackets":              inline("        connector: [", "{}", ", ", "]\n"+styleTail),
	"brackets, tight":       inline("        connector: [", "{}", ",", "]\n"+styleTail),
	"brackets, padded":      inline("        connector: [ ", "{}", ", ", " ]\n"+styleTail),
	"brackets, quotes":      inline("        connector: [", "'{}'", ", ", "] # so\n"+styleTail),
	"brackets, last comma":  inline("        connector: [", "{}", ", ", ",]\n"+styleTail),
	"brackets, lines":       inline("        connector: [\n          ", "\"{}\"", ",\n          ", "\n        ]\n"+styleTail),
	"brackets, lines comma": inline("        connector: [\n          ", "{}", ",\n          ", ",\n        ]\n"+styleTail),
	"brackets at the end":   inline("        connector: [", "{}", ", ", "]"),
	"matrix in braces": func(names []string) string {
		return strings.TrimSuffix(styleHead, "\n") + " {connector: [" + strings.Join(names, ", ") + "], os: [x]}\n" + styleTail
	},
	"all in JSON": func(names []string) string {
		return `{"on": "push", "jobs": {"build": {"runs-on": "x", "strategy": {"matrix": {"connector": ["` + strings.Join(names, `", "`) + `"]}}, "steps": [{"run": "x"}]}}}` + "\n"
	},
	"maps":                  lines("        connector:\n", "          - name: {}\n            type: capture\n            version: v1\n", "    steps:\n      - run: echo ${{ matrix.connector.name }}\n"),
	"maps, another order":   lines("        connector:\n", "          - type: 'capture'\n            name: \"{}\"\n            version:  v1\n", ""),
	"maps, name last":       lines("        connector:\n", "          - {type: capture, version: v1, name: {}}\n", ""),
	"maps in braces":        lines("        connector:\n", "          - { name: {}, type: capture }\n", ""),
	"maps in brackets":      inline("        connector: [", "{name: {}, type: capture}", ", ", "]\n"),
	"maps in lines":         inline("        connector: [\n          ", "{ name: {}, version: \"v1\" }", ",\n          ", ",\n        ]\n"),
	"maps, dash alone":      lines("        connector:\n", "          -\n            name: {}\n            type: capture\n", ""),
	"maps with its name":    lines("        connector:\n", "          - name: {}\n            image: ghcr.io/x/{}:local\n            docs: \"https://d/{}\"\n", ""),
	"maps with a block":     lines("        connector:\n", "          - name: {}\n            env:\n              IMAGE: {}\n              LIST:\n                - {}\n            run: |\n              build {}\n\n              test\n", styleTail),
	"maps with a list":      lines("        connector:\n", "          - name: {}\n            variants: [{}, x]\n", ""),
	"include":               lines("        include:\n", "          - connector: {}\n            connector_type: capture\n", styleTail),
	"include, not indented": lines("        include:\n", "        - connector: {}\n          python: false\n", styleTail),
	"include in braces":     lines("        include:\n", "          - {connector: {}, connector_type: capture}\n", styleTail),
	"include in brackets":   inline("        include: [", "{connector: {}}", ", ", "]\n"+styleTail),
	"list and include": func(names []string) string {
		return styleHead + "        connector: [" + strings.Join(names, ", ") + "]\n        include:\n" +
			each(names, func(name string) string {
				return "          - connector: " + name + "\n            connector_type: capture\n"
			}) + styleTail
	},
	"include, then list": func(names []string) string {
		return styleHead + "        include:\n" + each(names, func(name string) string { return "          - {connector: '" + name + "', version: v1}\n" }) +
			"        connector:\n" + each(names, func(name string) string { return "        - '" + name + "'\n" }) + styleTail
	},
	"notes behind": noted(func(note func(string) string) style {
		return func(names []string) string {
			return styleHead + "        connector: # all\n" + each(names, func(name string) string { return "          - " + name + note(name) + "\n" }) + "        # the end\n" + styleTail
		}
	}),
	"notes above": noted(func(note func(string) string) style {
		return func(names []string) string {
			return styleHead + "        connector:\n" + each(names, func(name string) string {
				above := ""
				if n := note(name); n != "" {
					above = "        " + n + "\n"
				}
				return above + "          - " + name + "\n"
			}) + styleTail
		}
	}),
	"notes in maps": noted(func(note func(string) string) style {
		return func(names []string) string {
			return styleHead + "        connector:\n" + each(names, func(name string) string {
				return "          - name: " + name + note(name) + "\n            type: capture" + note(name) + "\n"
			}) + styleTail
		}
	}),
	"path filters": func(names []string) string {
		return strings.Replace(styleHead, "on: push\n", "on:\n  push:\n    branches: [main]\n    paths:\n      - lib/**\n"+each(names, func(name string) string { return "      - \"" + name + "/**\"\n" })+
			"  pull_request:\n    paths: ["+each(names, func(name string) string { return name + "/**, " })+"'*.md']\n", 1) +
			"        connector: [" + strings.Join(names, ", ") + "]\n" + styleTail
	},
	"path filters of two forms": func(names []string) string {
		filter := each(names, func(name string) string { return "      - " + name + "/**\n" }) + each(names, func(name string) string { return "      - \"!" + name + "/**.md\"\n" })
		return strings.Replace(styleHead, "on: push\n", "on:\n  push:\n    paths: &p\n"+filter+"  pull_request:\n    paths: *p\n", 1) + "        connector:\n" + each(names, func(name string) string { return "          - " + name + "\n" }) + styleTail
	},
}

// dressed gives a text in other line endings, with a mark at the beginning, without the last line ending.
func dressed(text, how string) string {
	if strings.Contains(how, "no newline") {
		text = strings.TrimSuffix(text, "\n")
	}
	if strings.Contains(how, "CRLF") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if strings.Contains(how, "BOM") {
		text = "\ufeff" + text
	}
	return text
}

// styleRepo knows the connectors of a workflow and the new one.
func styleRepo(t *testing.T, text string, names []string) *repo {
	t.Helper()
	r := &repo{ws: &workspace.Workspace{Root: "/nowhere"}, connectors: map[string]workspace.Connector{}}
	for _, name := range names {
		r.connectors[name] = workspace.Connector{Name: name, Kind: "capture", Language: "go", Version: "v1"}
	}
	w, err := parseWorkflow(".github/workflows/ci.yaml", []byte(text), r.known)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	r.workflows = []*workflow{w}
	return r
}

func TestAnEntryIsWrittenAsItsNeighboursAre(t *testing.T) {
	t.Parallel()
	for name, write := range styles {
		for _, others := range [][]string{{"source-a", "source-b", "source-z"}, {"source-a", "source-b"}, {"source-x", "source-y"}, {"source-a"}} {
			if len(others) == 1 && name == "brackets, tight" {
				continue // one name does not tell what stands between two
			}
			with := append(slices.Clone(others), styleNew)
			slices.Sort(with)
			for _, how := range []string{"", "CRLF", "BOM", "no newline", "CRLF, BOM, no newline"} {
				without, want := dressed(write(others), how), dressed(write(with), how)
				r := styleRepo(t, without, with)
				var change Change
				if err := r.add(r.connectors[styleNew], Options{}, &change); err != nil {
					t.Errorf("%s %q, %v: %v", name, how, others, err)
					continue
				}
				if got := string(r.workflows[0].doc.Text); got != want {
					t.Errorf("%s %q, %v: got\n%q\nwant\n%q", name, how, others, got, want)
				}
				back := styleRepo(t, want, with)
				if err := back.remove(styleNew, Options{}, &Change{}); err != nil || string(back.workflows[0].doc.Text) != without {
					t.Errorf("%s %q, %v: %v, removing gave\n%q\nwant\n%q", name, how, others, err, back.workflows[0].doc.Text, without)
				}
			}
		}
	}
}

// Several entries, in whatever order they come and go, give the same text.
func TestEntriesInAnyOrder(t *testing.T) {
	t.Parallel()
	all := []string{"source-a", "source-b", "source-c", "source-d", "source-e"}
	orders := [][]int{{1, 2, 3}, {3, 2, 1}, {2, 1, 3}, {2, 3, 1}}
	for name, write := range styles {
		before, after := write([]string{all[0], all[4]}), write(all)
		for _, order := range orders {
			r := styleRepo(t, before, all)
			for _, i := range order {
				if err := r.add(r.connectors[all[i]], Options{}, &Change{}); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
			if got := string(r.workflows[0].doc.Text); got != after {
				t.Errorf("%s: added %v, got\n%s\nwant\n%s", name, order, got, after)
			}
			for _, i := range order {
				if err := r.remove(all[i], Options{}, &Change{}); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
			if got := string(r.workflows[0].doc.Text); got != before {
				t.Errorf("%s: removed %v, got\n%s\nwant\n%s", name, order, got, before)
			}
		}
	}
}
