package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// A place has a name that any file system takes, and is that of one upstream and format alone.
func TestPlaces(t *testing.T) {
	t.Parallel()
	safe := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,40}-[0-9a-f]{16}$|^-[0-9a-f]{16}$`)
	seen := map[string]string{}
	for _, url := range []string{
		"https://github.com/big/data.git", "https://github.com/big/data", "https://github.com/other/data.git", "git@github.com:big/data.git", "/srv/data", "/srv/data/", "file:///srv/data",
		"host:data", "https://host", "https://host/", "/", "..", "/srv/../x", "/srv/größe und mehr", "/srv/.git", "/srv/a\nb", "-x", "https://host/" + strings.Repeat("long", 100), "https://host/CON", "host:a:b",
	} {
		for _, format := range []string{"sha1", "sha256"} {
			dir := placeOf("/cache", Remote{URL: url}, format)
			name := filepath.Base(dir)
			if filepath.Dir(dir) != "/cache" || !safe.MatchString(name) {
				t.Errorf("%q: %q", url, dir)
			}
			if other, twice := seen[dir]; twice {
				t.Errorf("%q and %s have one place", url, other)
			}
			seen[dir] = url + " " + format
			if again := placeOf("/cache", Remote{Name: "up", URL: url, raw: "https://ann:pw@x"}, format); again != dir {
				t.Errorf("%q: credentials and names make another place: %q", url, again)
			}
		}
	}
}

// What is fetched lies there for the next run, and another process has to wait.
func TestQuarantineIsKept(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	s := testkit.ServeGit(t, filepath.Dir(upstream(t)), testkit.GitServing{})
	waits := make(chan string, 10)
	open := func() (*Quarantine, error) {
		r, err := Find(nil, testHome, testHome, s.URL+"/up/.git")
		if err != nil {
			t.Fatal(err)
		}
		report := Report{Step: func(format string, args ...any) {
			if text := fmt.Sprintf(format, args...); strings.HasPrefix(text, "waiting") {
				waits <- text
			}
		}}
		return Open(t.Context(), r, Options{Cache: cache, Format: "sha1", Report: report})
	}
	first, err := open()
	if err != nil {
		t.Fatal(err)
	}
	commit := rev(t, "main")
	if _, err := first.At(t.Context(), commit, 2); err != nil {
		t.Fatal(err)
	}
	requests := s.Requests.Load()
	opened := make(chan *Quarantine)
	go func() {
		q, _ := open()
		opened <- q
	}()
	if text := <-waits; text != "waiting for another import from "+s.URL+"/up/.git" || len(opened) > 0 {
		t.Errorf("the second is told %q", text)
	}
	first.Close()
	second := <-opened
	defer second.Close()
	if _, err := second.At(t.Context(), commit, 2); err != nil || s.Requests.Load() != requests {
		t.Errorf("%d requests, then %d: %v", requests, s.Requests.Load(), err)
	}
	if got := second.Remote().URL; got != s.URL+"/up/.git" {
		t.Errorf("it is that of %s", got)
	}
}

func TestQuarantineNeedsRoom(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{"file": "x"})
	r, err := Find(nil, dir, dir, upstream(t))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), r, Options{Cache: filepath.Join(dir, "file", "cache"), Format: "sha1"})
	if fault.KindOf(err) != fault.Environment || !strings.HasPrefix(err.Error(), "making room in the cache: mkdir ") || fault.HintOf(err) != "set XDG_CACHE_HOME to a folder that can be written to" {
		t.Errorf("%v", err)
	}
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if q, err := Open(cancelled, r, Options{Cache: filepath.Join(dir, "cache"), Format: "sha1"}); err == nil {
		q.Close()
		t.Error("a run that was interrupted goes on")
	}
	if q, err := Open(t.Context(), r, Options{Cache: filepath.Join(dir, "cache"), Format: "sha1"}); err != nil {
		t.Errorf("an interrupted run keeps the lock: %v", err)
	} else {
		q.Close()
	}
}

// A repository of the cache is one that git takes, however often it is prepared,
// and one that was left half made is made whole.
func TestInitBare(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		dir := filepath.Join(t.TempDir(), "x.git")
		if err := initBare(dir, format); err != nil {
			t.Fatal(err)
		}
		if got := testkit.Git(t, dir, "rev-parse", "--is-bare-repository", "--show-object-format"); got != "true\n"+format {
			t.Errorf("git says %q", got)
		}
		config := filepath.Join(dir, "config")
		testkit.Put(t, dir, map[string]string{"config": "[core]\n\tbare = true\n\tx = kept\n"})
		if err := initBare(dir, format); err != nil {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(config); !strings.Contains(string(text), "kept") {
			t.Error("a repository that is there was written anew")
		}
		testkit.Put(t, dir, map[string]string{"HEAD": "", "config": ""}) // a full disk
		if err := initBare(dir, format); err != nil {
			t.Fatal(err)
		}
		if got := testkit.Git(t, dir, "rev-parse", "--show-object-format"); got != format {
			t.Errorf("git says %q", got)
		}
		if info, err := os.Stat(config); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others can read what was fetched with a person's rights: %v, %v", info.Mode(), err)
		}
	}
}

// What a killed git left goes, what it made stays, and a heap of packs is thrown away.
func TestSweep(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"HEAD": "x", "HEAD.lock": "", "shallow.lock": "", "config": "x", "objects/pack/tmp_pack_ab": "x", "objects/pack/pack-1.keep": "x", "objects/pack/pack-1.pack": "x", "objects/pack/pack-1.idx": "x",
		"objects/tmp_obj_x": "x", "objects/ab/cd": "x", "refs/heads/main.lock/x": "", "objects/pack/tmp_idx_1/x": "x",
	}
	dir := testkit.Tree(t, files)
	sweep(dir)
	var left []string
	_ = filepath.WalkDir(dir, func(p string, d os.DirEntry, _ error) error {
		if !d.IsDir() {
			rel, _ := filepath.Rel(dir, p)
			left = append(left, rel)
		}
		return nil
	})
	if want := []string{"HEAD", "config", "objects/ab/cd", "objects/pack/pack-1.idx", "objects/pack/pack-1.pack", "refs/heads/main.lock/x"}; !slices.Equal(left, want) {
		t.Errorf("left: %q", left)
	}
	for n := range mostPacks {
		testkit.Put(t, dir, map[string]string{"objects/pack/pack-" + strconv.Itoa(n) + ".pack": "x"})
	}
	if sweep(dir); len(matching(filepath.Join(dir, "objects", "pack"), "*.pack")) != mostPacks { // pack-1 was there
		t.Error("packs are thrown away before there are too many")
	}
	testkit.Put(t, dir, map[string]string{"objects/pack/one-more.pack": "x"})
	sweep(dir)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("a heap of packs is kept")
	}
	sweep(dir) // nothing is there
}

// The cache tells what is in it; what is none of its own is neither listed nor touched.
func TestCache(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	if list, err := Cache(filepath.Join(cache, "none")); err != nil || list == nil || len(list) != 0 {
		t.Errorf("a cache that is not there: %v, %v", list, err)
	}
	testkit.Put(t, cache, map[string]string{"tmp/run-1/x": "x", "mine.txt": "x", "folder/y": "y"})
	for _, url := range []string{upstream(t), "file://" + upstream(t)} {
		q := inCache(t, cache, url, nil)
		if _, err := q.At(t.Context(), rev(t, "v1"), 1); err != nil {
			t.Fatal(err)
		}
		q.Close()
	}
	list, err := Cache(cache)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	var urls []string
	for _, c := range list {
		urls = append(urls, c.URL)
		if c.Bytes < 500 || c.Bytes > 1<<20 || time.Since(c.Fetched) > time.Hour || filepath.Dir(c.Dir) != cache {
			t.Errorf("%+v", c)
		}
	}
	slices.Sort(urls)
	if want := []string{upstream(t), "file://" + upstream(t)}; !slices.Equal(urls, want) {
		t.Errorf("%q", urls)
	}
	held := inCache(t, cache, list[0].URL, nil)
	waiting, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if err := Clean(waiting, list[0]); err == nil || err.Error() != "enough" {
		t.Errorf("an upstream that is in use: %v", err)
	}
	held.Close()
	for _, c := range list {
		if err := Clean(t.Context(), c); err != nil {
			t.Error(err)
		}
	}
	if list, err := Cache(cache); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := os.Stat(filepath.Join(cache, "folder", "y")); err != nil {
		t.Error(err)
	}
	if _, err := Cache(filepath.Join(cache, "mine.txt")); err == nil || !strings.HasPrefix(err.Error(), "reading the cache: ") {
		t.Errorf("%v", err)
	}
}

// A password in the URL stands in no file of the cache.
func TestCacheHoldsNoPassword(t *testing.T) {
	t.Parallel()
	const secret = "s3cret-w0rd"
	cache := t.TempDir()
	s := testkit.ServeGit(t, filepath.Dir(upstream(t)), testkit.GitServing{Password: secret})
	url := strings.Replace(s.URL, "http://", "http://ann:"+secret+"@", 1) + "/up/.git"
	q := inCache(t, cache, url, nil)
	f, err := q.At(t.Context(), rev(t, "v1"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(t.Context(), "LICENSE"); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Past(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(cache, func(p string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		text, err := os.ReadFile(p)
		if strings.Contains(string(text), secret) {
			t.Errorf("%s has the password", p)
		}
		return err
	})
	if err != nil || files < 10 {
		t.Errorf("%d files, %v", files, err)
	}
}
