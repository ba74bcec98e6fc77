package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// Report is told what a fetch does. Either may be nil.
type Report struct {
	Step     func(format string, args ...any) // a new phase
	Progress func(text string)                // how far the phase is
}

func (r Report) step(format string, args ...any) {
	if r.Step != nil {
		r.Step(format, args...)
	}
}

// Quarantine is the place in the user's cache that one upstream is fetched to.
// It is this process's alone until it is closed. What is in it can go at any
// time: it is fetched again.
type Quarantine struct {
	dir      string
	remote   Remote
	format   string
	settings []gitcmd.Setting
	terminal bool
	report   Report
	lock     *os.File

	lean  string // one commit deep, and of its files those that were asked for
	whole string // all files: for servers that cannot give some
	store *object.Store

	config Config // of the monorepo
	smart  bool   // the upstream is known to speak git's protocol
}

// Options say where a quarantine is and how its upstream is reached.
type Options struct {
	Cache    string // folder of all quarantines
	Format   string // of object names in the monorepo: sha1 or sha256
	Config   Config // of the monorepo
	Terminal bool   // git may ask a person for a password
	Report   Report
}

// Open takes the quarantine of an upstream, waiting while another process has it.
func Open(ctx context.Context, r Remote, o Options) (*Quarantine, error) {
	q := &Quarantine{dir: placeOf(o.Cache, r, o.Format), remote: r, format: o.Format, terminal: o.Terminal, report: o.Report, config: o.Config}
	var err error
	if q.lock, err = lockFolder(ctx, q.dir, func() { o.Report.step("waiting for another import from %s", r) }); err != nil {
		return nil, err
	}
	q.lean, q.whole = filepath.Join(q.dir, "lean.git"), filepath.Join(q.dir, "whole.git")
	if err := q.prepare(ctx, o.Config); err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

// Close gives the quarantine free.
func (q *Quarantine) Close() {
	if q.store != nil {
		q.store.Close()
	}
	unlock(q.lock)
}

// noRoom explains that the cache cannot be written to.
func noRoom(err error) error {
	return fault.Environmentf("making room in the cache: %w", err).WithHint("set XDG_CACHE_HOME to a folder that can be written to")
}

const (
	lockName = "lock"
	urlName  = "url"
)

var notInName = pattern.Lazy(`[^A-Za-z0-9.-]+`)

func placeOf(cache string, r Remote, format string) string {
	sum := sha256.Sum256([]byte(r.URL + "\x00" + format))
	name := strings.TrimSuffix(path.Base(strings.TrimRight(r.URL, "/")), ".git")
	name = strings.Trim(notInName().ReplaceAllString(name, "-"), "-.")
	return filepath.Join(cache, name[:min(len(name), 40)]+"-"+hex.EncodeToString(sum[:8]))
}

func (q *Quarantine) prepare(ctx context.Context, monorepo Config) error {
	if err := os.WriteFile(filepath.Join(q.dir, urlName), []byte(q.remote.URL+"\n"), 0o600); err != nil {
		return noRoom(err)
	}
	for _, dir := range []string{q.lean, q.whole} {
		sweep(dir)
		if err := initBare(dir, q.format); err != nil {
			return noRoom(err)
		}
	}
	own, err := ReadConfig(ctx, gitcmd.Git{Dir: q.lean})
	if err != nil {
		return fmt.Errorf("reading git's configuration: %w", err)
	}
	q.settings = append(monorepo.beyond(own), q.access()...)
	q.store = object.NewStore(q.offline(), q.format, q.lean, q.whole)
	return nil
}

// access gives the settings by which git reaches this upstream. Git's own
// command line never has the URL: it may hold a password.
func (q *Quarantine) access() []gitcmd.Setting {
	list := slices.Clone(q.remote.settings)
	has := func(key string) bool {
		return slices.ContainsFunc(list, func(s gitcmd.Setting) bool { return s.Key == key })
	}
	if q.remote.local() && !has("remote."+alias+".uploadpack") {
		// The upstream is ours to read as a whole, so it may as well give us the parts.
		list = append(list, gitcmd.Setting{Key: "remote." + alias + ".uploadpack",
			Value: "git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack"})
	}
	return append(list, gitcmd.Access(alias, q.remote.raw)...)
}

// net is git with a way to the upstream, in one of the quarantine's repositories.
func (q *Quarantine) net(dir string) gitcmd.Git {
	// No git may fetch what it misses on its own; those before 2.45 do not know the variable, see isSmart.
	g := gitcmd.Git{Dir: dir, Settings: q.settings, Terminal: q.terminal, Env: []string{"GIT_NO_LAZY_FETCH=1"}}
	if dir != q.whole {
		// Said for the fetch alone: where it stands in the configuration, every git
		// that misses an object asks the upstream for it.
		g = g.WithSettings(gitcmd.Setting{Key: "remote." + alias + ".promisor", Value: "true"},
			gitcmd.Setting{Key: "remote." + alias + ".partialclonefilter", Value: "blob:none"})
	}
	if q.report.Progress != nil {
		g.Stderr = &progressWriter{report: q.report.Progress}
	}
	return g
}

// offline is git without a way to the upstream.
func (q *Quarantine) offline() gitcmd.Git {
	return gitcmd.Git{Dir: q.lean, Env: []string{"GIT_ALTERNATE_OBJECT_DIRECTORIES=" + gitcmd.PathList(filepath.Join(q.whole, "objects"))}}
}

// ObjectDirs are the folders in which git finds what was fetched.
func (q *Quarantine) ObjectDirs() []string {
	return []string{filepath.Join(q.lean, "objects"), filepath.Join(q.whole, "objects")}
}

// Repositories are the folders of which [object.NewStore] makes a store of what was fetched.
func (q *Quarantine) Repositories() []string { return []string{q.lean, q.whole} }

// Remote gives the upstream that this is the quarantine of.
func (q *Quarantine) Remote() Remote { return q.remote }

func (q *Quarantine) hashLen() int {
	if q.format == "sha256" {
		return 64
	}
	return 40
}
