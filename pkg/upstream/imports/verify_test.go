package imports_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/imports"
)

func (w *world) verify(o imports.Options) *imports.Verified {
	w.tb.Helper()
	before := w.state()
	list, err := imports.Verify(w.tb.Context(), o)
	if err != nil {
		w.tb.Fatal(err)
	}
	if w.state() != before {
		w.tb.Error("looking changed the monorepo")
	}
	if len(list) != 1 {
		w.tb.Fatalf("%d imports", len(list))
	}
	return list[0]
}

func (w *world) read(name string) string {
	w.tb.Helper()
	b, err := os.ReadFile(filepath.Join(w.mono, name))
	if err != nil {
		w.tb.Fatal(err)
	}
	return string(b)
}

// Records are true whatever became of the import.
func TestVerifyIsContent(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mods    []func(*upstream.Options)
		happens func(*world)
	}{
		"just imported":      {nil, nil},
		"single parent":      {[]func(*upstream.Options){single}, nil},
		"a tag":              {[]func(*upstream.Options){ref("v1")}, nil},
		"a commit":           {[]func(*upstream.Options){ref("HASH")}, nil},
		"full name of a ref": {[]func(*upstream.Options){ref("refs/heads/main")}, nil},
		"HEAD":               {[]func(*upstream.Options){ref("HEAD")}, nil},
		"the root":           {[]func(*upstream.Options){to("", "source-demo", "LICENSE")}, nil},
		"a single file":      {[]func(*upstream.Options){to("tool.py", "lib/tool.py", "LICENSE")}, nil},
		"local edits":        {nil, func(w *world) { w.put(w.mono, "ours", files("source-demo/main.py", "x\n")) }},
		"a branch that went": {[]func(*upstream.Options){ref("work")}, func(w *world) { w.upGit("branch", "-qD", "work") }},
		"squashed":           {nil, func(w *world) { w.git("reset", "-q", "--soft", "start"); w.git("commit", "-qm", "Import") }},
		"moved":              {nil, func(w *world) { w.git("mv", "source-demo", "source-new"); w.git("commit", "-qm", "mv") }},
		"squashed and moved": {nil, func(w *world) {
			w.git("reset", "-q", "--soft", "start")
			w.git("commit", "-qm", "Import")
			w.git("mv", "source-demo", "source-new")
			w.git("commit", "-qm", "mv")
		}},
		"cherry-picked": {nil, func(w *world) {
			w.git("branch", "other")
			w.git("reset", "-q", "--hard", "start")
			w.git("cherry-pick", "-m", "1", "other")
		}},
		"updated": {nil, func(w *world) { w.put(w.up, "new", files(demo+"/main.py", "new\n")); w.pull() }},
		"updated, second one squashed without a message": {nil, func(w *world) {
			w.put(w.up, "new", files(demo+"/main.py", "new\n"))
			w.git("tag", "-f", "start")
			w.pull()
			w.git("reset", "-q", "--soft", "start")
			w.git("commit", "-qm", "Update")
		}},
		"claimed anew": {nil, func(w *world) {
			w.pull(func(o *upstream.Options) { o.LicensePath = "LICENSE" })
		}},
		"upstream moved on": {nil, func(w *world) { w.put(w.up, "relicense", files(meta, "data:\n  license: ELv2\n"), "LICENSE") }},
		"carried text was edited and updated": {nil, func(w *world) {
			w.put(w.up, "new", files("LICENSE", text(w.tb, "MIT")+"\n"))
			w.put(w.up, "new", files(demo+"/main.py", "new\n"))
			w.pull()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.put(w.up, "two", files("two", "2\n"))
			w.upGit("branch", "work")
			w.upGit("tag", "-am", "v1", "v1")
			w.git("tag", "start")
			mods := tt.mods
			if name == "a commit" {
				mods = []func(*upstream.Options){ref(w.upGit("rev-parse", "main"))}
			}
			w.pull(mods...)
			if tt.happens != nil {
				tt.happens(w)
			}
			v := w.verify(w.options())
			if len(v.Wrong) > 0 || !says(v.Proven, "commit") || !says(v.Proven, "tree") || !says(v.Proven, "licence file") || v.Proven[len(v.Proven)-1] == "" {
				t.Errorf("wrong %q, proven %q, open %q", v.Wrong, v.Proven, v.Open)
			}
			if v := w.verify(w.offline()); len(v.Wrong) > 0 {
				t.Errorf("offline: %q", v.Wrong)
			}
			if name == "local edits" && (v.Edits == nil || *v.Edits != 1) {
				t.Errorf("edits %v", v.Edits)
			}
		})
	}
}

// tampering changes one field of a record.
type tampering struct{ field, pattern, with string }

func tamperings(w *world) []tampering {
	otherBlob := w.upGit("rev-parse", "main:tool.py")
	return []tampering{
		{"version", `version: 1`, `version: 2`},
		{"repository", `repository: .*`, `repository: "` + w.up + `-fork"`},
		{"ref", `ref: .*`, `ref: refs/heads/other`},
		{"ref, short", `ref: .*`, `ref: v1`},
		{"commit", `commit: .*`, `commit: "` + w.upGit("rev-parse", "main^") + `"`},
		{"commit, made up", `commit: .*`, `commit: "` + strings.Repeat("ab", 20) + `"`},
		{"date", `date: .*`, `date: "2020-01-01T00:00:00Z"`},
		{"date, none", `date: .*\n`, ``},
		{"path", `\npath: .*`, "\npath: " + other},
		{"path, the root", `\npath: .*`, "\npath: ."},
		{"tree", `tree: .*`, `tree: "` + w.upGit("rev-parse", "main:"+other) + `"`},
		{"tree, none", `tree: .*\n`, ``},
		{"skipped", `license:\n`, "skipped:\n  - connectors/source-demo/vendor\nlicense:\n"},
		{"license.id", `id: MIT`, `id: Apache-2.0`},
		{"license.id, a choice", `id: MIT`, `id: "MIT OR Apache-2.0"`},
		{"license.path", `  path: .*`, `  path: LICENSE`},
		{"license.blob", `  blob: .*`, `  blob: "` + otherBlob + `"`},
		{"license.blob, none", `  blob: .*\n`, ``},
		{"license.evidence", `evidence: .*`, `evidence: "MIT by LICENSE"`},
		{"license.evidence, none", `  evidence: .*\n`, ``},
		{"license.accepted", `(  evidence: .*\n)`, "$1  accepted: \"fine\"\n"},
		{"carried.file", `file: LICENSE.upstream`, `file: main.py`},
		{"carried.from", `from: LICENSE`, `from: NOTICE`},
		{"carried.blob", `    blob: .*`, `    blob: "` + otherBlob + `"`},
		{"carried, none", `(?s)carried:.*`, ``},
		{"a comment", `\z`, "# checked by hand\n"},
		{"a field more", `\z`, "reviewed: true\n"},
		{"all of it", `(?s).*`, "hello\n"},
		{"nothing left", `(?s).*`, ""},
	}
}

// Whatever of a record is changed, by whatever way, is found, with and without the upstream.
func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"in the work tree", "staged", "committed", "committed after a squash", "committed after an update", "amended"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.upGit("branch", "other")
			w.put(w.up, "two", files(demo+"/main.py", "two\n"))
			w.git("tag", "start")
			w.pull()
			switch how {
			case "committed after a squash":
				w.git("reset", "-q", "--soft", "start")
				w.git("commit", "-qm", "Import")
			case "committed after an update":
				w.put(w.up, "three", files(demo+"/main.py", "three\n"))
				w.pull()
			}
			head := w.git("rev-parse", "HEAD")
			name := "source-demo/UPSTREAM.yaml"
			good := w.read(name)
			for _, tt := range tamperings(w) {
				bad := regexp.MustCompile(tt.pattern).ReplaceAllString(good, tt.with)
				if i := regexp.MustCompile(tt.pattern).FindStringIndex(good); i != nil && tt.field != "all of it" && tt.field != "nothing left" {
					bad = good[:i[0]] + regexp.MustCompile(tt.pattern).ReplaceAllString(good[i[0]:i[1]], tt.with) + good[i[1]:]
				}
				if tt.field == "all of it" || tt.field == "nothing left" {
					bad = tt.with
				}
				if bad == good {
					t.Fatalf("%s: nothing was changed in\n%s", tt.field, good)
				}
				testkit.Put(t, w.mono, files(name, bad))
				switch how {
				case "staged":
					w.git("add", name)
				case "amended":
					w.git("add", name)
					w.git("commit", "-q", "--amend", "--no-edit")
				case "in the work tree":
				default:
					w.git("commit", "-qam", "tidy up")
				}
				for mode, o := range map[string]imports.Options{"offline": w.offline(), "online": w.options()} {
					v := w.verifyAnyway(o)
					if how == "amended" && mode == "offline" && unseen[tt.field] {
						continue
					}
					if len(v.Wrong) == 0 {
						t.Errorf("%s, %s: not found; proven %q, open %q", tt.field, mode, v.Proven, v.Open)
					}
				}
				w.git("reset", "-q", "--hard", head)
			}
			if v := w.verify(w.options()); len(v.Wrong) > 0 {
				t.Errorf("in the end: %q", v.Wrong)
			}
		})
	}
}

// unseen is what nobody here can tell when the commit of the import itself was
// made anew: the message does not hold it, and no other version of the file is there.
var unseen = map[string]bool{"skipped": true, "carried.from": true, "carried, none": true}

func (w *world) verifyAnyway(o imports.Options) *imports.Verified {
	w.tb.Helper()
	list, err := imports.Verify(w.tb.Context(), o)
	if err != nil && fault.KindOf(err) != fault.Environment || len(list) != 1 {
		w.tb.Fatalf("%d imports, %v", len(list), err)
	}
	return list[0]
}

func TestVerifyFindsRemovedRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	w.put(w.mono, "rm", nil, "source-demo/UPSTREAM.yaml")
	if v := w.verify(w.offline()); !says(v.Wrong, "UPSTREAM.yaml is missing; commit "+w.git("rev-parse", "HEAD")[:12]+" removed it") {
		t.Errorf("%q", v.Wrong)
	}
	w.git("reset", "-q", "--hard", "HEAD^")
	if err := os.Remove(filepath.Join(w.mono, "source-demo/UPSTREAM.yaml")); err != nil {
		t.Fatal(err)
	}
	if v := w.verify(w.offline()); !says(v.Wrong, "is removed from the work tree") {
		t.Errorf("%q", v.Wrong)
	}
	w.git("sparse-checkout", "set", "lib")
	if v := w.verify(w.offline()); len(v.Wrong) > 0 {
		t.Errorf("outside of a sparse checkout: %q", v.Wrong)
	}
}

func TestVerifyFindsChangedTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	testkit.Put(t, w.mono, files("source-demo/LICENSE.upstream", "public domain\n"))
	if v := w.verify(w.offline()); !says(v.Wrong, "LICENSE.upstream is changed in the work tree") {
		t.Errorf("%q", v.Wrong)
	}
	w.git("commit", "-qam", "x")
	if v := w.verify(w.offline()); !says(v.Wrong, "LICENSE.upstream is not what was carried") {
		t.Errorf("%q", v.Wrong)
	}
	w.put(w.mono, "x", nil, "source-demo/LICENSE.upstream")
	if v := w.verify(w.offline()); !says(v.Wrong, "LICENSE.upstream is not there") {
		t.Errorf("%q", v.Wrong)
	}
	w.git("reset", "-q", "--hard", "HEAD~2")
	carried := filepath.Join(w.mono, "source-demo/LICENSE.upstream")
	for _, to := range []string{"nowhere", w.up} {
		if err := os.Remove(carried); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, carried); err != nil {
			t.Fatal(err)
		}
		if v := w.verify(w.offline()); !says(v.Wrong, "LICENSE.upstream is no file in the work tree any more") {
			t.Errorf("%q", v.Wrong)
		}
	}
}

func TestVerifyAfterAForcedPush(t *testing.T) {
	t.Parallel()
	for name, prune := range map[string]bool{"the commit is still there": false, "the commit is gone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.put(w.up, "two", files(demo+"/main.py", "two\n"))
			w.pull()
			w.pull(to(other, "source-other", "LICENSE"), ref("main"))
			w.upGit("reset", "-q", "--hard", "HEAD^")
			w.put(w.up, "another two", files(demo+"/main.py", "too\n"))
			want := "is on no branch and no tag of upstream any more: a forced push took it away"
			if prune {
				w.upGit("reflog", "expire", "--expire=now", "--all")
				w.upGit("gc", "-q", "--prune=now")
				if err := os.RemoveAll(w.cache); err != nil {
					t.Fatal(err)
				}
				want = "upstream has no commit"
			}
			list, err := imports.Verify(t.Context(), w.options())
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				if !says(v.Wrong, want) || !says(v.Wrong, "forced push") {
					t.Errorf("%q", v.Wrong)
				}
			}
			st := w.status()[0]
			if !says(st.Due, "forced push") || st.Behind != nil {
				t.Errorf("%q, %+v", st.Due, st.Behind)
			}
		})
	}
}

func TestVerifyTheScriptsImports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	commit := w.upGit("rev-parse", "main")
	w.copyIn(demo, "source-demo")
	w.script(commit, demo, "source-demo", "MIT", "LICENSE")
	if v := w.verify(w.options()); len(v.Wrong) > 0 || !says(v.Proven, "commit") || !says(v.Proven, "licence") || !says(v.Open, "neither tree nor licence blob") || *v.Edits != 0 {
		t.Errorf("wrong %q, proven %q, open %q", v.Wrong, v.Proven, v.Open)
	}
	for name, tt := range map[string]struct{ commit, path, license, proof, want string }{
		"a made-up licence": {commit, demo, "MADE-UP-1.0", "LICENSE", "MADE-UP-1.0"},
		"another licence":   {commit, demo, "Apache-2.0", "LICENSE", "not identified as Apache-2.0"},
		"a folder as proof": {commit, demo, "MIT", "connectors", "connectors"},
		"no such proof":     {commit, demo, "MIT", "COPYING", "license.path is recorded as COPYING"},
		"no such path":      {commit, "connectors/nope", "MIT", "LICENSE", "path is recorded as connectors/nope"},
		"no such commit":    {strings.Repeat("ab", 20), demo, "MIT", "LICENSE", "upstream has no commit abababababab"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t, w.up, filepath.Join(t.TempDir(), "mono"), w.cache}
			w.run(filepath.Dir(w.mono), "clone", "-q", filepath.Join(filepath.Dir(w.up), "mono"), "mono")
			w.git("reset", "-q", "--hard", "HEAD^")
			w.copyIn(demo, "source-demo")
			w.script(tt.commit, tt.path, "source-demo", tt.license, tt.proof)
			if v := w.verify(w.options()); !says(v.Wrong, tt.want) {
				t.Errorf("%q", v.Wrong)
			}
		})
	}
}

func TestVerifyAcceptedLicences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(w.up, "other", files(meta, "data:\n  license: ELv2\n"))
	w.pull(func(o *upstream.Options) { o.License = "Elastic-2.0" }, accept("agreed"))
	if v := w.verify(w.options()); len(v.Wrong) > 0 || !says(v.Notes, "accepted: agreed") {
		t.Errorf("%q, %q", v.Wrong, v.Notes)
	}
	w.put(w.up, "third", files(meta, "data:\n  license: Foo\n"))
	w.pull(accept("they told us"))
	if v := w.verify(w.options()); len(v.Wrong) > 0 || !says(v.Notes, "accepted (they told us): ") {
		t.Errorf("%q, %q", v.Wrong, v.Notes)
	}
}

func TestVerifyWithoutTheUpstream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	second := newWorld(t)
	w.pull(to(other, "source-other", "LICENSE"), func(o *upstream.Options) { o.Remote = second.up })
	if err := os.Rename(second.up, second.up+".away"); err != nil {
		t.Fatal(err)
	}
	list, err := imports.Verify(t.Context(), w.options())
	if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), second.up) || len(list) != 2 {
		t.Fatalf("%v, %d imports", err, len(list))
	}
	if v := list[0]; v.Error != "" || !says(v.Proven, "licence") {
		t.Errorf("%+v", v)
	}
	if v := list[1]; v.Error == "" || !says(v.Proven, "record") || len(v.Wrong) > 0 {
		t.Errorf("%+v", v)
	}
	for _, v := range list {
		if len(v.Wrong) > 0 {
			t.Errorf("%q", v.Wrong)
		}
	}
}

func TestVerifySkippedSubmodules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.upGit("update-index", "--add", "--cacheinfo", "160000,"+w.upGit("rev-parse", "HEAD")+","+demo+"/vendor/sub")
	w.upGit("commit", "-qm", "submodule")
	w.pull(func(o *upstream.Options) { o.SkipSubmodules = true })
	if v := w.verify(w.options()); len(v.Wrong) > 0 || *v.Edits != 0 {
		t.Errorf("%q, %d edits", v.Wrong, *v.Edits)
	}
	if d := w.diff(true, "source-demo"); d.Patch != "" {
		t.Errorf("%s", d.Patch)
	}
	w.put(w.mono, "x", files("source-demo/UPSTREAM.yaml", regexp.MustCompile(`(?s)skipped:.*license:`).ReplaceAllString(w.read("source-demo/UPSTREAM.yaml"), "license:")))
	if v := w.verify(w.options()); !says(v.Wrong, "skipped") {
		t.Errorf("%q", v.Wrong)
	}
}
