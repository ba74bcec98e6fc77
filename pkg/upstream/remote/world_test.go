package remote

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/testkit"
)

// testHome is the home of all tests of the package, without a person's settings.
var testHome string

func TestMain(m *testing.M) {
	var err error
	if testHome, err = os.MkdirTemp("", "connkit-remote-*"); err != nil {
		panic(err)
	}
	for _, kv := range os.Environ() {
		if key, _, _ := strings.Cut(kv, "="); strings.HasPrefix(key, "GIT_") || strings.HasPrefix(key, "XDG_") || strings.HasSuffix(strings.ToLower(key), "_proxy") {
			_ = os.Unsetenv(key)
		}
	}
	for key, value := range map[string]string{"HOME": testHome, "GIT_CONFIG_GLOBAL": filepath.Join(testHome, ".gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"} {
		_ = os.Setenv(key, value)
	}
	if err := os.WriteFile(filepath.Join(testHome, ".gitconfig"), []byte("[protocol \"file\"]\n\tallow = always\n"), 0o600); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(testHome)
	os.Exit(code)
}

const demo = "connectors/source-demo"

// sampleDir is an upstream that tests only read.
var sampleDir = sync.OnceValue(func() string { return filepath.Join(testHome, "sample", "up") })

var makeSample sync.Once

// upstream gives the sample: four commits on main, of which the first is v1 and the
// second has annotated tags, one of them of another; topic and a pull request beside.
func upstream(tb testing.TB) string {
	tb.Helper()
	makeSample.Do(func() {
		dir := sampleDir()
		git := func(args ...string) string { return testkit.Git(tb, dir, args...) }
		commit := func(message string, files map[string]string) {
			testkit.Put(tb, dir, files)
			git("add", "-A")
			git("commit", "-qm", message)
		}
		testkit.Put(tb, dir, map[string]string{"README.md": "# all\n"})
		git("init", "-q", "-b", "main")
		commit("one", map[string]string{"LICENSE": "MIT\n", demo + "/main.py": "print(1)\n", demo + "/src/a b.py": "a\n", demo + "/src/größe.py": "b\n", "other/big.txt": strings.Repeat("big ", 5000)})
		git("tag", "v1")
		if err := os.Symlink("source-demo", filepath.Join(dir, "connectors", "alias")); err != nil {
			tb.Fatal(err)
		}
		commit("two", map[string]string{demo + "/main.py": "print(2)\n"})
		git("tag", "-am", "second", "v2")
		git("tag", "-am", "tag of a tag", "v2-signed", "v2")
		git("tag", "license-text", "main:LICENSE")
		git("branch", "topic")
		git("update-index", "--add", "--cacheinfo", "160000,"+git("rev-parse", "HEAD")+",connectors/module")
		git("commit", "-qm", "three")
		git("branch", "both", "v1")
		git("tag", "both", "main")
		git("branch", "same")
		git("tag", "same")
		git("branch", "feature/deep/name", "v1")
		git("branch", "abcdef12", "v1")
		git("update-ref", "refs/pull/7/head", git("commit-tree", "-p", "v1", "-m", "a pull request", "v1^{tree}"))
		git("update-ref", "refs/heads/HEAD", git("rev-parse", "v1"))
		git("rm", "-q", "--cached", "connectors/module")
		commit("four", map[string]string{"other/new.txt": "new\n"})
		git("config", "uploadpack.allowFilter", "true")
	})
	return sampleDir()
}

// rev gives what a revision of the sample means.
func rev(tb testing.TB, revision string) string {
	tb.Helper()
	return testkit.Git(tb, upstream(tb), "rev-parse", "--verify", revision)
}

// at opens the quarantine of a URL, in a cache of the test's own.
func at(tb testing.TB, url string, config Config) *Quarantine {
	tb.Helper()
	return inCache(tb, tb.TempDir(), url, config)
}

func inCache(tb testing.TB, cache, url string, config Config) *Quarantine {
	tb.Helper()
	r, err := Find(config, testHome, testHome, url)
	if err != nil {
		tb.Fatal(err)
	}
	q, err := Open(tb.Context(), r, Options{Cache: cache, Format: "sha1", Config: config})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(q.Close)
	return q
}

func settings(pairs ...string) Config {
	var c Config
	for i := 0; i < len(pairs); i += 2 {
		c = append(c, gitcmd.Setting{Key: pairs[i], Value: pairs[i+1]})
	}
	return c
}

// refused wants an error of a kind, with exact words and hint.
func refused(tb testing.TB, err error, kind fault.Kind, says, hint string) {
	tb.Helper()
	switch {
	case err == nil:
		tb.Errorf("it is not refused: %s", says)
	case fault.KindOf(err) != kind:
		tb.Errorf("kind %s, want %s: %v", fault.KindOf(err), kind, err)
	case err.Error() != says || fault.HintOf(err) != hint:
		tb.Errorf("got  %q, hint %q\nwant %q, hint %q", err, fault.HintOf(err), says, hint)
	}
}

// blobs lists the files that a repository of the cache holds, by their names.
func (q *Quarantine) blobs(tb testing.TB, dir string) []string {
	tb.Helper()
	var list []string
	for line := range strings.Lines(testkit.Git(tb, dir, "cat-file", "--batch-all-objects", "--batch-check")) {
		if f := strings.Fields(line); f[1] == "blob" {
			list = append(list, f[0])
		}
	}
	slices.Sort(list)
	return list
}
