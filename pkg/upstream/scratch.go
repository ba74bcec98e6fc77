package upstream

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/textedit"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// CacheDir is the folder that upstreams are fetched to: connkit/upstream in
// XDG_CACHE_HOME, else in the system's place for caches.
func CacheDir(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "connkit", "upstream"), nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", noRoom(err)
	}
	return filepath.Join(dir, "connkit", "upstream"), nil
}

// noRoom explains that the cache cannot be written to.
func noRoom(err error) error {
	return fault.Environmentf("making room in the cache: %w", err).WithHint("set XDG_CACHE_HOME to a folder that can be written to")
}

// scratch is a folder for one run. In it is a repository that looks to git
// like another work tree of the monorepo, so that its settings and attributes
// hold, and that keeps all new objects to itself: a plan writes nothing to
// the monorepo.
type scratch struct {
	dir   string
	git   string // the repository
	store *object.Store
}

const scratchPrefix = "run-"

// newScratch makes the folder and removes those of processes that were killed.
func newScratch(cache string) (*scratch, error) {
	tmp := filepath.Join(cache, "tmp")
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, noRoom(err)
	}
	textedit.SweepDead(tmp, scratchPrefix)
	dir, err := os.MkdirTemp(tmp, fmt.Sprintf("%s%d-*", scratchPrefix, os.Getpid()))
	if err != nil {
		return nil, noRoom(err)
	}
	return &scratch{dir: dir, git: filepath.Join(dir, "git")}, nil
}

func (s *scratch) close() {
	_ = os.RemoveAll(s.dir) // what is left is swept by the next run
}

// open makes the repository, which sees the objects of the monorepo.
func (s *scratch) open(m *monorepo) error {
	for _, sub := range []string{"objects/info", "objects/pack", "refs"} {
		if err := os.MkdirAll(filepath.Join(s.git, sub), 0o700); err != nil {
			return noRoom(err)
		}
	}
	for name, text := range map[string]string{
		"HEAD": "ref: refs/heads/none\n", "commondir": m.CommonDir + "\n", alternatesName: filepath.Join(m.CommonDir, "objects") + "\n",
	} {
		if err := os.WriteFile(filepath.Join(s.git, name), []byte(text), 0o600); err != nil {
			return noRoom(err)
		}
	}
	s.store = object.NewStore(s.command(m), m.Format, s.git)
	return nil
}

const alternatesName = "objects/info/alternates"

// join makes the repository see the objects of a quarantine too.
func (s *scratch) join(m *monorepo, q *remote.Quarantine) error {
	list := append(q.ObjectDirs(), filepath.Join(m.CommonDir, "objects"))
	if err := os.WriteFile(filepath.Join(s.git, alternatesName), []byte(strings.Join(list, "\n")+"\n"), 0o600); err != nil {
		return noRoom(err)
	}
	s.store.Add(q.Repositories()...)
	return nil
}

// command is git in the repository of the scratch folder.
func (s *scratch) command(m *monorepo) gitcmd.Git {
	return m.git.With("GIT_DIR="+s.git, "GIT_WORK_TREE="+m.Top, "GIT_OBJECT_DIRECTORY="+filepath.Join(s.git, "objects"))
}
