package ci_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/ci"
	"github.com/connkit/connkit/pkg/workspace"
)

// scene is one case of testdata/edits: what is run on which workflow, and what
// comes out. Its comment holds lines of "word: value":
//
//	run: NAME... [also=STEP] [set=K=V] [type=T] [python] [update] [job=J] [axis=A] [workflow=W]
//	python, go: folders of connectors; NAME=v2 gives one a VERSION
//	text: crlf, no-newline or bom: done to both texts
//	error: what the message holds; code: its exit code
//
// Files are in.yaml and want.yaml, or others by their names.
type scene struct {
	run, python, goes, text []string
	error                   string
	code                    int
	in, want                map[string]string
}

func readScene(t *testing.T, file string) scene {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := scene{in: map[string]string{}, want: map[string]string{}, code: 2}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		switch words := splitWords(value); key {
		case "run":
			s.run = words
		case "python":
			s.python = words
		case "go":
			s.goes = words
		case "text":
			s.text = words
		case "error":
			s.error = value
		case "code":
			s.code = int(value[0] - '0')
		default:
			t.Fatalf("%s: unknown line %q", file, line)
		}
	}
	for _, f := range archive.Files {
		text := s.dress(string(f.Data))
		switch rest, isWant := strings.CutPrefix(f.Name, "want-"); {
		case f.Name == "in.yaml":
			s.in[".github/workflows/ci.yaml"] = text
		case f.Name == "want.yaml":
			s.want[".github/workflows/ci.yaml"] = text
		case isWant:
			s.want[".github/workflows/"+rest] = text
		default:
			s.in[".github/workflows/"+f.Name] = text
		}
	}
	return s
}

// splitWords splits at blanks; a + in a word stands for a blank.
func splitWords(s string) []string {
	words := strings.Fields(s)
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], "+", " ")
	}
	return words
}

func (s scene) dress(text string) string {
	if slices.Contains(s.text, "no-newline") {
		text = strings.TrimSuffix(text, "\n")
	}
	if slices.Contains(s.text, "crlf") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if slices.Contains(s.text, "bom") {
		text = "\ufeff" + text
	}
	return text
}

func (s scene) workspace(t *testing.T) (*workspace.Workspace, []workspace.Connector) {
	t.Helper()
	files := map[string]string{}
	for file, folders := range map[string][]string{"pyproject.toml": s.python, "main.go": s.goes} {
		for _, name := range folders {
			name, version, ok := strings.Cut(name, "=")
			files[name+"/"+file] = "package main\n"
			if ok {
				files[name+"/VERSION"] = version + "\n"
			}
		}
	}
	root := testkit.Tree(t, files)
	testkit.Put(t, root, s.in)
	return openAt(t, root)
}

func (s scene) options(t *testing.T) (names []string, o ci.Options) {
	t.Helper()
	o.Set = map[string]string{}
	for _, word := range s.run {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "also":
			o.Also = append(o.Also, value)
		case "set":
			k, v, _ := strings.Cut(value, "=")
			o.Set[k] = v
		case "type":
			o.Type = value
		case "python":
			o.Python = true
		case "update":
			o.Update = true
		case "job":
			o.Job = value
		case "axis":
			o.Axis = value
		case "workflow":
			o.Workflow = value
		default:
			names = append(names, word)
		}
	}
	return names, o
}

func pick(all []workspace.Connector, names []string) []workspace.Connector {
	var list []workspace.Connector
	for _, name := range names {
		if i := slices.IndexFunc(all, func(c workspace.Connector) bool { return c.Name == name }); i >= 0 {
			list = append(list, all[i])
		}
	}
	return list
}

// texts gives the workflows as they are after a change.
func texts(in map[string]string, change ci.Change) map[string]string {
	got := map[string]string{}
	for name, text := range in {
		got[name] = text
	}
	change.Each(func(file string, _, after []byte) { got[file] = string(after) })
	return got
}

func TestEdits(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/edits/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d scenes, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			readScene(t, file).play(t)
		})
	}
}

func (s scene) play(t *testing.T) {
	t.Helper()
	ws, all := s.workspace(t)
	names, o := s.options(t)
	change, err := ci.Add(ws, all, pick(all, names), o)
	if s.error != "" {
		if fault.Code(err) != s.code || !strings.Contains(err.Error()+"\n"+fault.HintOf(err), s.error) {
			t.Errorf("got %v (exit %d, hint %q), want %q (exit %d)", err, fault.Code(err), fault.HintOf(err), s.error, s.code)
		}
		return
	}
	if err != nil {
		t.Fatalf("%v (%s)", err, fault.HintOf(err))
	}
	got := texts(s.in, change)
	for name, want := range s.want {
		if got[name] != want {
			t.Errorf("%s: got\n%q\nwant\n%q", name, got[name], want)
		}
	}
	s.again(t, ws, all, change, o)
}

// again checks that a second addition changes nothing and that a removal gives
// the original back, byte for byte.
func (s scene) again(t *testing.T, ws *workspace.Workspace, all []workspace.Connector, change ci.Change, o ci.Options) {
	t.Helper()
	names, _ := s.options(t)
	if err := change.Apply(); err != nil {
		t.Fatal(err)
	}
	second, err := ci.Add(ws, all, pick(all, names), o)
	if err != nil || len(second.Edits) != 0 || len(second.Present) == 0 {
		t.Errorf("a second addition: %+v, %v", second, err)
	}
	partly := strings.Contains(s.in[".github/workflows/ci.yaml"], names[0]+"\n")
	if o.Update || partly {
		return // taking it out takes what was there before along
	}
	for _, e := range change.Edits {
		if e.Line == 0 || e.Column == 0 || e.Text == "" || e.Shape == "" || e.Style == "" {
			t.Errorf("an edit says too little: %+v", e)
		}
	}
	back, err := ci.Remove(t.Context(), ws, all, names, ci.Options{Target: o.Target})
	if err != nil {
		t.Fatalf("removing: %v", err)
	}
	got := texts(texts(s.in, change), back)
	for name, want := range s.in {
		if got[name] != want {
			t.Errorf("%s after add and remove: got\n%q\nwant\n%q", name, got[name], want)
		}
	}
}
