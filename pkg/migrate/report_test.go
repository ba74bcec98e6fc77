package migrate_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/migrate"
)

const oldLine = "sops -d a.yaml\n"

// found lists the files in which something was found.
func found(r *migrate.Report) []string {
	var files []string
	for _, f := range r.Findings {
		if !slices.Contains(files, f.File) {
			files = append(files, f.File)
		}
	}
	return files
}

// What git tracks or would take is looked into, whatever its name, and no code of others.
func TestFilesThatAreLookedInto(t *testing.T) {
	t.Parallel()
	yes := []string{"a b.sh", "ü.sh", "deep/er/x.sh", "-odd.sh", "x'y\".sh", "new\nline.sh", ".hidden.sh", "vendors/x.sh", "my_vendor/x.sh", "vendor.sh", "[x].sh", "tracked.sh", "CHANGELOG.sh/x.sh"}
	no := []string{"vendor/x.sh", "a/vendor/x.sh", "node_modules/x/y.sh", "third_party/x.sh", ".venv/bin/x.sh", "pkg/testdata/x.sh", "a/.snapshots/x.sh", "__snapshots__/x.sh", "ignored/x.sh", "x.ignored.sh", "CHANGELOG", "CHANGELOG.md"}
	files := map[string]string{".gitignore": "ignored/\n*.ignored.sh\n"}
	for _, file := range slices.Concat(yes, no) {
		files[file] = "#!/bin/sh\n" + oldLine
	}
	o := repository(t, files)
	testkit.Git(t, o.Root, "add", "tracked.sh")
	r := scan(t, o)
	slices.Sort(yes)
	if got := found(r); !slices.Equal(got, yes) {
		t.Errorf("got %q, want %q", got, yes)
	}
	if len(r.Edits) != len(yes) || r.Safe() != len(yes) {
		t.Errorf("%d edits, %d safe", len(r.Edits), r.Safe())
	}
	// What is tracked is looked into where it is ignored too, and what is gone is no error.
	testkit.Git(t, o.Root, "add", "-f", "ignored/x.sh")
	if err := os.Remove(filepath.Join(o.Root, "tracked.sh")); err != nil {
		t.Fatal(err)
	}
	if got := found(scan(t, o)); !slices.Contains(got, "ignored/x.sh") || slices.Contains(got, "tracked.sh") {
		t.Errorf("got %q", got)
	}
}

// A file of a megabyte is one that a person may have written, one byte more is not.
func TestSizesThatAreLookedInto(t *testing.T) {
	t.Parallel()
	text := func(size int) string {
		head := "#!/bin/sh\n" + oldLine
		return head + strings.Repeat("#", size-len(head))
	}
	o := repository(t, map[string]string{"at.sh": text(1 << 20), "over.sh": text(1<<20 + 1), "empty.sh": "", "one.sh": "x"})
	if r := scan(t, o); !slices.Equal(found(r), []string{"at.sh"}) || r.Files != 3 {
		t.Errorf("%q of %d files", found(r), r.Files)
	}
}

// Edits keep modes, go through no link, and refuse what a rename would part.
func TestApplyToFilesOfAllKinds(t *testing.T) {
	t.Parallel()
	const newLine = "connkit decrypt a.yaml\n"
	o := repository(t, map[string]string{"run.sh": oldLine, "private.sh": oldLine, "target.txt": "#!/bin/sh\n" + oldLine})
	for name, mode := range map[string]os.FileMode{"run.sh": 0o755, "private.sh": 0o600} {
		if err := os.Chmod(filepath.Join(o.Root, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("target.txt", filepath.Join(o.Root, "link.sh")); err != nil {
		t.Fatal(err)
	}
	r := scan(t, o)
	if err := r.Apply(); err != nil || !r.Written {
		t.Fatalf("%v, written %t", err, r.Written)
	}
	for name, want := range map[string]struct {
		text string
		mode os.FileMode
	}{"run.sh": {newLine, 0o755}, "private.sh": {newLine, 0o600}, "target.txt": {"#!/bin/sh\n" + newLine, 0o644}} {
		info, err := os.Lstat(filepath.Join(o.Root, name))
		if err != nil || info.Mode() != want.mode || read(t, o, name) != want.text {
			t.Errorf("%s: %v, %v, %q", name, info.Mode(), err, read(t, o, name))
		}
	}
	if to, err := os.Readlink(filepath.Join(o.Root, "link.sh")); err != nil || to != "target.txt" {
		t.Errorf("the link: %q, %v", to, err)
	}
	o = repository(t, map[string]string{"a.sh": oldLine, "b.sh": oldLine})
	if err := os.Link(filepath.Join(o.Root, "b.sh"), filepath.Join(o.Root, "b.txt")); err != nil {
		t.Fatal(err)
	}
	r = scan(t, o)
	if err := r.Apply(); fault.Code(err) != 4 || r.Written || read(t, o, "a.sh") != oldLine || read(t, o, "b.txt") != oldLine {
		t.Errorf("two names: %v, written %t", err, r.Written)
	}
}

// Of two reports of the same state the second is not written over the first.
func TestTheSecondOfTwoReports(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{"a.sh": oldLine + "sops -d \"$X\"\n", "b.sh": oldLine})
	first, second := scan(t, o), scan(t, o)
	if err := first.Apply(); err != nil {
		t.Fatal(err)
	}
	if err := second.Apply(); fault.Code(err) != 4 || second.Written {
		t.Errorf("%v", err)
	}
	if err := os.Remove(filepath.Join(o.Root, "b.sh")); err != nil {
		t.Fatal(err)
	}
	if err := first.Apply(); fault.Code(err) != 4 {
		t.Errorf("a file that is gone: %v", err)
	}
}

// Findings come by file, line and column, and each says what it is for and what
// to do, or why a person has to.
func TestFindingsAreInOrderAndWhole(t *testing.T) {
	t.Parallel()
	o := repository(t, map[string]string{
		"z.sh": oldLine + "X=1 sops -d b.yaml; sops -d c.yaml\n", "a.sh": oldLine, "m/README.md": "```sh\n" + oldLine + "```\n`build-local.sh`\n", "source-a/metadata.yaml": "dockerRepository: airbyte/source-a\n", "source-c/config.yaml": sealed,
		".github/workflows/ci.yaml": "jobs:\n  a:\n    strategy: {matrix: {connector: [source-a, source-c]}}\n    steps:\n      - run: sops -d a.yaml\n      - uses: docker/build-push-action@v6\n        with: {tags: '${{ matrix.connector }}'}\n",
	})
	o.Imports = func(context.Context) ([]migrate.Import, error) {
		return []migrate.Import{{Dest: "source-py", Commit: "abc", Repository: "https://example.com/x.git"}}, nil
	}
	r := scan(t, o)
	var places []string
	kinds := map[string]int{}
	for _, f := range r.Findings {
		places = append(places, fmt.Sprintf("%s\x00%04d:%04d", f.File, f.Line, f.Col))
		kinds[f.Kind]++
		if f.Text == "" || f.Does == "" || f.Command == "" && f.Why == "" || f.Safe == (f.Why != "") {
			t.Errorf("%+v", f)
		}
	}
	if !slices.IsSorted(places) {
		t.Errorf("%q", places)
	}
	if want := map[string]int{migrate.Sops: 6, migrate.Call: 1, migrate.Matrix: 1, migrate.Docker: 1, migrate.Imported: 2, migrate.Settings: 1}; !maps.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
	again := scan(t, o)
	if fmt.Sprint(again.Findings) != fmt.Sprint(r.Findings) {
		t.Error("a second scan finds something else")
	}
}

// An import is told by where it came from, as far as that is known, and a folder
// below it is not told again.
func TestImportsAreToldOnce(t *testing.T) {
	t.Parallel()
	metadata := "data:\n  name: x\n  dockerRepository: airbyte/source-x\n"
	for name, tt := range map[string]struct {
		files map[string]string
		im    []migrate.Import
		want  string
	}{
		"no record":              {map[string]string{"source-a/metadata.yaml": metadata}, nil, "source-a/metadata.yaml:3"},
		"not Airbyte's":          {map[string]string{"source-a/metadata.yaml": "dockerRepository: mine/source-a\n"}, nil, ""},
		"no connector":           {map[string]string{"other/metadata.yaml": metadata}, nil, ""},
		"recorded":               {map[string]string{"source-a/metadata.yaml": metadata, "source-a/UPSTREAM.yaml": ""}, nil, ""},
		"recorded above":         {map[string]string{"source-a/x/y/metadata.yaml": metadata, "source-a/x/UPSTREAM.yaml": ""}, nil, ""},
		"recorded beside":        {map[string]string{"source-a/x/metadata.yaml": metadata, "source-a/y/UPSTREAM.yaml": ""}, nil, "source-a/x/metadata.yaml:3"},
		"told":                   {map[string]string{"source-a/metadata.yaml": metadata}, []migrate.Import{{Dest: "source-a", Commit: strings.Repeat("12", 20), Repository: "https://x/y.git"}}, "source-a:0"},
		"told above":             {map[string]string{"source-a/x/metadata.yaml": metadata}, []migrate.Import{{Dest: "source-a", Commit: "12", Repository: "https://x/y.git"}}, "source-a:0"},
		"one of a like name":     {map[string]string{"source-a/metadata.yaml": metadata}, []migrate.Import{{Dest: "source-ab", Commit: "12", Repository: "https://x/y.git"}}, "source-a/metadata.yaml:3 source-ab:0"},
		"a folder with a blank":  {nil, []migrate.Import{{Dest: "source a", Commit: "12", Repository: "https://x/y.git", License: "MIT"}}, "source a:0"},
		"a file that is a link":  {map[string]string{"source-a/x": ""}, nil, ""},
		"metadata of other kind": {map[string]string{"source-a/metadata.yml": metadata}, nil, ""},
	} {
		o := repository(t, tt.files)
		o.Imports = func(context.Context) ([]migrate.Import, error) { return tt.im, nil }
		var got []string
		for _, f := range scan(t, o).Findings {
			got = append(got, fmt.Sprintf("%s:%d", f.File, f.Line))
			if f.Kind != migrate.Imported || f.Safe {
				t.Errorf("%s: %+v", name, f)
			}
			if tt.im != nil && f.Line == 0 && tt.im[0].License == "" && !strings.Contains(f.Does, "under a licence that it does not tell") {
				t.Errorf("%s: %+v", name, f)
			}
			if strings.Contains(f.File, " ") && f.Command != "connkit upstream verify 'source a'" {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

// Calls in programs are told whatever quotes and line breaks they are written with.
func TestCallsInPrograms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`exec.Command("sops", "--decrypt", f)`: "connkit decrypt FILE --strip-suffix", `exec.Command("sops", "-d", f)`: "connkit decrypt FILE --strip-suffix", `spawn('sops', ['decrypt', f])`: "", `["sops", "decrypt", f]`: "connkit decrypt FILE --strip-suffix",
		`["sops", "--encrypt", f]`: "connkit encrypt FILE", `["sops", "-e"]`: "connkit encrypt FILE", `["sops","set",f]`: "connkit secrets set FILE POINTER", `["sops", "updatekeys"]`: "", `("sops")`: "", `"sops -d a.yaml"`: "",
		"['flowctl',\n  'raw',\n  'discover']": "connkit run discover NAME --emit-raw", `["flowctl", "raw", "spec"]`: "connkit run spec NAME", `["flowctl", "raw"]`: "", `["flowctl", "raw", flag]`: "", `["flowctl", "preview", "--source"]`: "connkit run test NAME --snapshot DIR",
		`["flowctl", "capture"]`: "connkit run preview NAME", `["flowctl", "auth", "login"]`: "", `["notflowctl", "preview"]`: "",
	} {
		r := scan(t, repository(t, map[string]string{"x.go": text, "x.py": text, "x.js": text, "x.ts": text, "x.rs": text}))
		if want == "" != (len(r.Findings) == 0) || want != "" && len(r.Findings) != 4 {
			t.Errorf("%s: %+v", text, r.Findings)
		}
		for _, f := range r.Findings {
			if f.Command != want || f.File == "x.rs" || f.Safe || f.Why != migrate.OwnCode {
				t.Errorf("%s: %+v, want %q", text, f, want)
			}
		}
	}
}
