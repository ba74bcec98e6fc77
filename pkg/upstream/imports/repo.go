package imports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// Options say which repository and which of its imports are meant.
type Options struct {
	Dir     string   // where the user stands, absolute
	Root    string   // folder that Dests are seen from, absolute; "" is the top of the repository
	Cache   string   // folder for what is fetched
	Dests   []string // imports, or folders around or in them; none is all
	Offline bool     // reach no upstream

	Terminal bool // git may ask for passwords
	Report   remote.Report
}

// repo is the monorepo.
type repo struct {
	*gitcmd.Repo
	opts   Options
	git    gitcmd.Git
	config remote.Config
	head   string // commit, "" on a branch without one
}

func open(ctx context.Context, o Options) (*repo, error) {
	if err := gitcmd.CheckVersion(ctx); err != nil {
		return nil, err
	}
	found, err := gitcmd.Open(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	r := &repo{Repo: found, opts: o, git: found.Git().With("GIT_NO_LAZY_FETCH=1")}
	if r.opts.Root == "" {
		r.opts.Root = r.Top
	}
	if r.config, err = remote.ReadConfig(ctx, r.git); err != nil {
		return nil, err
	}
	out, err := r.git.Run(ctx, "rev-parse", "-q", "--verify", "--end-of-options", "HEAD^{commit}")
	if gitcmd.Status(err) > 0 {
		return r, nil // a branch without a commit
	}
	r.head = out.Text()
	return r, err
}

// look opens a repository and gives the imports that are meant and are there.
func look(ctx context.Context, o Options) (*repo, *inventory, []*Import, error) {
	r, err := open(ctx, o)
	if err != nil {
		return nil, nil, nil, err
	}
	inv, err := r.inventory(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	list, err := r.choose(inv.imports)
	return r, inv, slices.DeleteFunc(slices.Clone(list), func(im *Import) bool { return im.Gone }), err
}

// eachRepository looks at the imports from one repository after the other. What
// one of them cannot tell takes nothing from the others.
func eachRepository[T interface{ source() (string, bool) }](ctx context.Context, list []T, look func([]T) error) error {
	groups := map[string][]T{}
	var order []string
	for _, x := range list {
		url, ok := x.source()
		if !ok {
			continue
		}
		if groups[url] == nil {
			order = append(order, url)
		}
		groups[url] = append(groups[url], x)
	}
	var lost []error
	for _, url := range order {
		if err := look(groups[url]); err != nil {
			lost = append(lost, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return together(lost)
}

// together makes one error of those of several upstreams.
func together(list []error) error {
	if len(list) < 2 {
		return errors.Join(list...)
	}
	texts := make([]string, len(list))
	for i, err := range list {
		texts[i] = err.Error()
	}
	e := fault.Environmentf("%s", strings.Join(texts, "; "))
	return e.WithHint("%s", fault.HintOf(list[0]))
}

// leaves lists the files of a tree, by their paths.
func (r *repo) leaves(ctx context.Context, git gitcmd.Git, tree string) (map[string]object.Entry, error) {
	out, err := git.Run(ctx, "ls-tree", "-r", "-z", "--full-tree", tree)
	if err != nil {
		return nil, fmt.Errorf("listing files: %w", err)
	}
	list := map[string]object.Entry{}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out.Stdout), "\x00"), "\x00") {
		info, p, ok := strings.Cut(line, "\t")
		if f := strings.Fields(info); ok && len(f) == 3 {
			list[p] = object.Entry{Name: path.Base(p), Mode: object.Mode(f[0]), ID: f[2]}
		}
	}
	return list, nil
}

// scratch is a folder for objects and an index that nothing else is to see.
type scratch struct {
	dir   string
	git   gitcmd.Git // sees the monorepo's objects and those fetched, and writes to the folder
	store *object.Store
}

func (r *repo) scratch(quarantines ...*remote.Quarantine) (*scratch, error) {
	dir, err := os.MkdirTemp("", "connkit-upstream-*")
	if err == nil {
		if err = os.Mkdir(filepath.Join(dir, "objects"), 0o700); err != nil {
			_ = os.Remove(dir) // it is empty
		}
	}
	if err != nil {
		return nil, fault.Environmentf("making room for objects: %w", err).WithHint("TMPDIR is where room is looked for")
	}
	s := &scratch{dir: dir}
	alternates, dirs := []string{filepath.Join(r.CommonDir, "objects")}, []string{dir, r.CommonDir}
	for _, q := range quarantines {
		alternates, dirs = append(alternates, q.ObjectDirs()...), append(dirs, q.Repositories()...)
	}
	s.git = r.git.With("GIT_OBJECT_DIRECTORY="+filepath.Join(dir, "objects"), "GIT_ALTERNATE_OBJECT_DIRECTORIES="+gitcmd.PathList(alternates...))
	s.store = object.NewStore(s.git, r.Format, dirs...)
	return s, nil
}

func (s *scratch) close() {
	s.store.Close()
	_ = os.RemoveAll(s.dir) // it is in the system's place for what may go
}
