package ci

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/workspace"
)

// onDisk puts a workflow and folders of connectors into a repository.
func onDisk(t *testing.T, text string, folders []string) (*workspace.Workspace, []workspace.Connector) {
	t.Helper()
	files := map[string]string{".git/": "", workflowDir + "/ci.yaml": text, "lib/x": ""}
	var all []workspace.Connector
	for _, name := range folders {
		files[name+"/main.go"], files[name+"/VERSION"] = "package main\n", "v1\n"
		all = append(all, workspace.Connector{Name: name, Kind: "capture", Language: "go", Version: "v1"})
	}
	return &workspace.Workspace{Root: testkit.Tree(t, files)}, all
}

// mended gives the workflow after the one change that a finding tells to make.
func mended(t *testing.T, ws *workspace.Workspace, all []workspace.Connector, fix string) string {
	t.Helper()
	words := strings.Fields(fix)
	var change Change
	var err error
	switch name := words[len(words)-1]; words[2] {
	case "add":
		i := slices.IndexFunc(all, func(c workspace.Connector) bool { return c.Name == name })
		change, err = Add(ws, all, all[i:i+1], Options{})
	case "remove":
		change, err = Remove(t.Context(), ws, all, []string{name}, Options{})
	}
	if err != nil {
		t.Fatalf("%s: %v", fix, err)
	}
	text := ""
	change.Each(func(_ string, _, after []byte) { text = string(after) })
	return text
}

// Of any style: check finds nothing in what is right, the one connector that is
// missing or gone, and what it tells to do gives what is right.
func TestCheckAgreesWithAddAndRemove(t *testing.T) {
	t.Parallel()
	names := []string{"source-a", "source-b", styleNew, "source-z"}
	fewer := []string{"source-a", "source-b", "source-z"}
	for name, write := range styles {
		whole, part := write(names), write(fewer)
		for _, tt := range []struct {
			text, fix, message, want string
			folders                  []string
		}{
			{text: whole, folders: names},
			{text: part, folders: fewer},
			{text: part, folders: names, message: styleNew + " stands in no matrix", fix: "connkit ci add " + styleNew, want: whole},
			{text: whole, folders: fewer, message: styleNew + " has no folder", fix: "connkit ci remove " + styleNew, want: part},
		} {
			ws, all := onDisk(t, tt.text, tt.folders)
			found, err := Check(ws, all, nil, Target{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			found = slices.DeleteFunc(found, func(f Finding) bool { return strings.Contains(f.Message, "the paths of ") && tt.message != "" }) // they say the same again
			for i, f := range found {
				if f.Message != tt.message || f.Fix != tt.fix || f.File != workflowDir+"/ci.yaml" || f.Line == 0 || f.Level != "error" || i > 1 {
					t.Errorf("%s: found %+v, want %q", name, f, tt.message)
				}
			}
			if tt.message == "" {
				continue
			}
			if len(found) == 0 {
				t.Errorf("%s: %q is not found", name, tt.message)
			} else if got := mended(t, ws, all, found[0].Fix); got != tt.want {
				t.Errorf("%s: %s gave\n%s\nwant\n%s", name, found[0].Fix, got, tt.want)
			}
		}
	}
}

// at gives the text that begins at a place.
func at(text string, line, column int) string {
	lines := strings.SplitAfter(strings.TrimPrefix(text, "\ufeff"), "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	runes := []rune(lines[line-1])
	if column < 1 || column > len(runes) {
		return ""
	}
	return string(runes[column-1:]) + strings.Join(lines[line:], "")
}

// The places that edits and spots tell are where the entry begins: of an addition
// in the new text, of a removal in the old one.
func TestPlacesAreWhereTheEntryIs(t *testing.T) {
	t.Parallel()
	names := []string{"source-a", "source-b", styleNew, "source-z"}
	fewer := []string{"source-a", "source-b", "source-z"}
	for name, write := range styles {
		for _, how := range []string{"", "CRLF, BOM"} {
			whole, part := dressed(write(names), how), dressed(write(fewer), how)
			begins := func(what, text, shape string, line, column int) {
				t.Helper()
				entry, _, _ := strings.Cut(at(text, line, column), "source-z")
				if !strings.Contains(entry, styleNew) || strings.HasPrefix(entry, "-") || strings.HasPrefix(entry, " ") || strings.Contains(entry, "source-a") || strings.Contains(entry, "source-b") {
					t.Errorf("%s %q: %s of %s at %d:%d is %q", name, how, what, shape, line, column, entry)
				}
			}
			ws, all := onDisk(t, part, names)
			change, err := Add(ws, all, all[2:3], Options{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, e := range change.Edits {
				begins("an addition", whole, e.Shape, e.Line, e.Column)
				line, _, _ := strings.Cut(at(whole, e.Line, 1), "\n")
				if inBrackets := strings.Contains(line, "["); (e.Shape == shapePaths || e.Shape == shapeNames) && inBrackets != (e.Style == "flow") && !strings.HasPrefix(name, "brackets") {
					t.Errorf("%s: %q is told to be of style %s", name, line, e.Style)
				}
				if e.Action != "add" || e.Connector != styleNew || !strings.Contains(e.Text, styleNew) || e.File != workflowDir+"/ci.yaml" {
					t.Errorf("%s: %+v", name, e)
				}
			}
			ws, all = onDisk(t, whole, names)
			change, err = Remove(t.Context(), ws, all, []string{styleNew}, Options{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, e := range change.Edits {
				begins("a removal", whole, e.Shape, e.Line, e.Column)
				if e.Action != "remove" || !strings.Contains(whole, e.Text) || !strings.Contains(e.Text, styleNew) {
					t.Errorf("%s: %+v", name, e)
				}
			}
			list, err := List(ws, all, nil, Target{})
			if err != nil || len(list) != len(names) {
				t.Fatalf("%s: %+v, %v", name, list, err)
			}
			for _, spot := range list[2].Spots {
				begins("a spot", whole, spot.Shape, spot.Line, spot.Column)
			}
			second, err := Add(ws, all, all[2:3], Options{})
			if err != nil || len(second.Edits) != 0 || len(second.Present) == 0 {
				t.Fatalf("%s: a second addition: %+v, %v", name, second, err)
			}
			for _, e := range second.Present {
				begins("what is there", whole, e.Shape, e.Line, e.Column)
			}
		}
	}
}

// Of the texts of edits the new workflow is put together: nothing else is in it.
func TestEditsTellAllThatChanges(t *testing.T) {
	t.Parallel()
	names := []string{"source-a", "source-b", styleNew, "source-z"}
	for name, write := range styles {
		part := write([]string{"source-a", "source-b", "source-z"})
		ws, all := onDisk(t, part, names)
		change, err := Add(ws, all, all[2:3], Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		added := 0
		for _, e := range change.Edits {
			added += len(e.Text)
		}
		files := 0
		change.Each(func(file string, before, after []byte) {
			files++
			if file != workflowDir+"/ci.yaml" || string(before) != part || len(after) != len(before)+added {
				t.Errorf("%s: %s: %d bytes became %d, and %d are told", name, file, len(before), len(after), added)
			}
		})
		if files != 1 {
			t.Errorf("%s: %d files", name, files)
		}
		if err := change.Apply(); err != nil {
			t.Fatal(err)
		}
		if left, _ := filepath.Glob(filepath.Join(ws.Root, workflowDir, ".*")); len(left) > 0 {
			t.Errorf("%s: left %q", name, left)
		}
	}
}
