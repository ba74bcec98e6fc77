package remote

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/object"
)

func filesAt(tb testing.TB, q *Quarantine, revision string, depth int) *Files {
	tb.Helper()
	f, err := q.At(tb.Context(), rev(tb, revision), depth)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func TestEntries(t *testing.T) {
	t.Parallel()
	q := at(t, upstream(t), nil)
	f := filesAt(t, q, "main~1", 1)
	for p, want := range map[string]object.Mode{
		"": object.Folder, "LICENSE": object.File, "connectors": object.Folder, demo: object.Folder, demo + "/main.py": object.File, demo + "/src/a b.py": object.File,
		demo + "/src/größe.py": object.File, "connectors/alias": object.Symlink, "connectors/module": object.Submodule,
	} {
		e, err := f.Entry(t.Context(), p)
		if err != nil || e.Mode != want || e.ID != rev(t, "main~1:"+p) && want != object.Submodule {
			t.Errorf("%q: %+v, %v", p, e, err)
		}
	}
	for _, p := range []string{"license", "LICENSE/x", "connectors/", "/connectors", "connectors//source-demo", ".", "..", "connectors/alias/main.py", "connectors/module/x", "no/such", demo + "/src/gro\u0308\u00dfe.py"} {
		if _, err := f.Entry(t.Context(), p); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestListAndRead(t *testing.T) {
	t.Parallel()
	q := at(t, upstream(t), nil)
	f := filesAt(t, q, "main~1", 1)
	list, err := f.List(t.Context(), "connectors")
	var got []string
	for _, e := range list {
		kind := map[bool]string{true: "/"}[e.Dir] + map[bool]string{true: "@"}[e.Link] + map[bool]string{true: "#"}[e.Module]
		got = append(got, e.Name+kind)
		if e.Blob == "" {
			t.Errorf("%s has no object", e.Name)
		}
	}
	if err != nil || strings.Join(got, " ") != "alias@ module# source-demo/" {
		t.Errorf("%q, %v", got, err)
	}
	for _, dir := range []string{"LICENSE", "connectors/alias", "connectors/module", "no"} {
		if _, err := f.List(t.Context(), dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("listing %q: %v", dir, err)
		}
	}
	blobs, err := f.Read(t.Context(), "LICENSE", demo+"/main.py", "connectors/alias", demo+"/main.py")
	if err != nil || len(blobs) != 3 || string(blobs["LICENSE"].Text) != "MIT\n" || string(blobs[demo+"/main.py"].Text) != "print(2)\n" || string(blobs["connectors/alias"].Text) != "source-demo" {
		t.Errorf("%v, %v", blobs, err)
	}
	for p, b := range blobs {
		if b.Path != p || b.ID != rev(t, "main~1:"+p) {
			t.Errorf("%s: %+v", p, b)
		}
	}
	for _, p := range []string{"connectors", "connectors/module", "no"} {
		if _, err := f.Read(t.Context(), "LICENSE", p); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("reading %q: %v", p, err)
		}
	}
	if none, err := f.Read(t.Context()); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}

// Only what was asked for is in the cache: that is what makes a pull cheap.
func TestFetchesWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	q := at(t, upstream(t), nil)
	f := filesAt(t, q, "main", 2)
	if got := q.blobs(t, q.lean); len(got) != 0 {
		t.Errorf("a commit brought files: %v", got)
	}
	e, err := f.Entry(t.Context(), demo)
	if err != nil {
		t.Fatal(err)
	}
	if has, err := f.Has(t.Context(), e); err != nil || has {
		t.Errorf("%v, %v", has, err)
	}
	license, err := f.Entry(t.Context(), "LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	module := object.Entry{Name: "module", Mode: object.Submodule, ID: strings.Repeat("1", 40)}
	for range 2 { // the second time nothing is asked for
		if err := f.Complete(t.Context(), e, license, module, object.Entry{}); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{rev(t, "main:LICENSE"), rev(t, "main:"+demo+"/main.py"), rev(t, "main:"+demo+"/src/a b.py"), rev(t, "main:"+demo+"/src/größe.py")}
	slices.Sort(want)
	if got := q.blobs(t, q.lean); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if has, err := f.Has(t.Context(), e); err != nil || !has {
		t.Errorf("%v, %v", has, err)
	}
	if got := q.blobs(t, q.whole); len(got) != 0 {
		t.Errorf("the repository for poor servers holds %v", got)
	}
}

// What is not there is explained with what is near.
func TestNoSuchPath(t *testing.T) {
	t.Parallel()
	q := at(t, upstream(t), nil)
	f := filesAt(t, q, "main~1", 1)
	for p, hint := range map[string]string{
		"connectors/source-dem":           "did you mean connectors/source-demo",
		"Connectors/source-demo":          "did you mean connectors/source-demo", // the rest is kept, whether it is right or not
		"connector/source-demo/main.py":   "did you mean connectors/source-demo/main.py",
		demo + "/Main.py":                 "did you mean " + demo + "/main.py",
		demo + "/x/y":                     demo + " has main.py, src/",
		"licence":                         "did you mean LICENSE",
		"zzz":                             "the root has LICENSE, README.md, connectors/, other/",
		"connectors/alias/main.py":        "connectors/alias is a symlink there; give the path that it leads to",
		demo + "/main.py/x":               "",
		demo + "/src/zz":                  demo + "/src has a b.py, größe.py",
		"connectors/quite something else": "connectors has alias, module, source-demo/",
	} {
		err := f.NoSuchPath(t.Context(), p)
		refused(t, err, fault.Usage, `finding "`+p+`" in `+upstream(t)+" at "+rev(t, "main~1")[:12]+": it is not there", hint)
	}
}

func TestSampleOfAFolder(t *testing.T) {
	t.Parallel()
	void := filesAt(t, at(t, upstream(t), nil), "main", 1)
	list, err := void.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{0: "nothing", 1: "LICENSE", 3: "LICENSE, README.md, connectors/"} {
		if got := sample(list[:n]); got != want {
			t.Errorf("%d: got %q", n, got)
		}
	}
	many := slices.Repeat(list[:1], 11)
	if got := sample(many); got != strings.Repeat("LICENSE, ", 8)+"and 3 more" {
		t.Errorf("got %q", got)
	}
}

// A tag of a tag leads to its commit; what leads elsewhere is told with its kind.
func TestAtFollowsTags(t *testing.T) {
	t.Parallel()
	q := at(t, upstream(t), nil)
	for _, tag := range []string{"refs/tags/v2", "refs/tags/v2-signed", "v1", "refs/pull/7/head"} {
		f, err := q.At(t.Context(), rev(t, tag), 1)
		if err != nil || f.Commit.ID != rev(t, tag+"^{commit}") || f.Commit.Tree != rev(t, tag+"^{tree}") {
			t.Errorf("%s: %v", tag, err)
		}
	}
	for revision, kind := range map[string]string{"main:LICENSE": "blob", "main:connectors": "tree", "main^{tree}": "tree"} {
		id := rev(t, revision)
		_, err := q.At(t.Context(), id, 1)
		refused(t, err, fault.Usage, "choosing the commit "+id+": in "+upstream(t)+" it is a "+kind, "")
	}
	none := strings.Repeat("1", 40)
	_, err := q.At(t.Context(), none, 1)
	refused(t, err, fault.Usage, "choosing the commit "+none+": "+upstream(t)+" has none of that name", "a commit that was never pushed there, or that a forced push removed, cannot be had")
	if !errors.Is(err, ErrGone) {
		t.Error("it is not told from other errors")
	}
}

// What stands above a path and can say something about its licence comes along with it.
func TestSpeakers(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{
		"LICENSE": "l", "NOTICE.md": "n", "README.md": "r", "setup.py": "s", "LICENSES/MIT.txt": "m", ".reuse/dep5": "d", "g/metadata.yaml": "m", "g/LICENSE-APACHE": "a", "g/other.py": "o", "g/license/x": "x",
		"g/x/LICENSE": "own", "g/x/a.py": "a", "g/x/deep/b.py": "b",
	})
	testkit.Git(t, dir, "init", "-q", "-b", "main")
	testkit.Git(t, dir, "add", "-A")
	testkit.Git(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",COPYING")
	testkit.Git(t, dir, "commit", "-qm", "one")
	f, err := at(t, dir, nil).At(t.Context(), testkit.Git(t, dir, "rev-parse", "HEAD"), 1)
	if err != nil {
		t.Fatal(err)
	}
	above, group := ".reuse LICENSE LICENSES NOTICE.md setup.py", "LICENSE-APACHE metadata.yaml "
	for p, want := range map[string]string{"": "", "g": above, "g/x": group + above, "g/x/a.py": "LICENSE " + group + above, "g/x/deep": "LICENSE " + group + above, "no/such/path": above, "README.md": above} {
		list, err := f.Speakers(t.Context(), p)
		var got []string
		for _, e := range list {
			got = append(got, e.Name)
			if (e.Mode == object.Folder) != (e.Name == "LICENSES" || e.Name == ".reuse") || e.ID == "" {
				t.Errorf("%q: %+v", p, e)
			}
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: got %q, want %q, %v", p, got, want, err)
		}
	}
}
