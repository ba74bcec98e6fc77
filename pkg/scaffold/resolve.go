package scaffold

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/fault"
)

// resolveUpstream settles what a shim wraps, and finds by a look at the source
// what was not said: the distribution's name and the class.
func (o *Options) resolveUpstream(ctx context.Context, t Template, target string) (upstreamInfo, []string, error) {
	info, err := o.Upstream.parse(target)
	if err != nil {
		return info, nil, err
	}
	switch {
	case info.Kind == "" && t.Upstream == "required":
		return info, nil, fault.Usagef("making %q from template %q: it needs an upstream", o.Name, t.Name).
			WithHint("--upstream-package NAME, --upstream-git URL or --upstream-path FOLDER")
	case info.Kind != "" && t.Upstream == "none":
		return info, nil, fault.Usagef("making %q from template %q: it wraps no upstream", o.Name, t.Name).
			WithHint("--template airbyte or --template singer")
	}
	dir, note, cleanup, err := o.upstreamSource(ctx, target)
	if err != nil {
		return info, nil, err
	}
	defer cleanup()
	var notes []string
	if note != "" {
		notes = append(notes, note)
	}
	if dir == "" {
		return info, notes, nil
	}
	err = info.learn(look(dir, t.Name), o)
	return info, notes, err
}

// lookTime is how long a git server may take to show an upstream.
const lookTime = 20 * time.Second

// upstreamSource gives the folder where the upstream's source can be looked
// at, or "" and perhaps a note of why not.
func (o *Options) upstreamSource(ctx context.Context, target string) (dir, note string, cleanup func(), err error) {
	cleanup = func() {}
	switch {
	case o.Upstream.Path != "":
		if info, err := os.Stat(o.Upstream.Path); err == nil && info.IsDir() {
			return o.Upstream.Path, "", cleanup, o.insideRoot()
		}
		if strings.HasPrefix(o.Upstream.Path, target+string(filepath.Separator)) { // pulled in there later
			return "", fmt.Sprintf("the upstream is not at %q yet: connkit pull-upstream puts it there", o.Upstream.Path), cleanup, nil
		}
		return "", "", cleanup, fault.Usagef("choosing path %q: it is no folder", o.Upstream.Path)
	case o.Upstream.Git != "":
		g, err := parseGit(o.Upstream.Git, false)
		if err != nil {
			return "", "", cleanup, err
		}
		o.Step("looking into %s", redact(g.url))
		timed, cancel := context.WithTimeout(ctx, lookTime)
		defer cancel()
		dir, _, remove, err := fetchGit(timed, g)
		if ctx.Err() != nil || fault.KindOf(err) == fault.Usage {
			return "", "", cleanup, err
		}
		if err != nil { // the files need no network, so neither does connkit
			return "", fmt.Sprintf("not looked into the upstream, its names are guessed (%v)", err), cleanup, nil
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			remove()
			return "", "", cleanup, fault.Usagef("choosing git repository %q: it has no folder %q", redact(g.url), g.subdir)
		}
		return dir, "", remove, nil
	}
	return "", "", cleanup, nil
}

// insideRoot refuses a path dependency that a clone of the repository would not have.
func (o *Options) insideRoot() error {
	root, err := filepath.EvalSymlinks(o.Root)
	if err != nil {
		return fmt.Errorf("resolving %q: %w", o.Root, err)
	}
	dir, err := filepath.EvalSymlinks(o.Upstream.Path)
	if err != nil {
		return fmt.Errorf("resolving %q: %w", o.Upstream.Path, err)
	}
	if rel, err := filepath.Rel(root, dir); err != nil || !filepath.IsLocal(rel) {
		return fault.Usagef("choosing path %q: it is outside the repository", o.Upstream.Path).
			WithHint("import it first: connkit pull-upstream")
	}
	return nil
}

// learn takes over what the look found. Several classes need a choice.
func (u *upstreamInfo) learn(f found, o *Options) error {
	if f.distribution != "" {
		_, place, _ := strings.Cut(u.Requirement, " @ ")
		u.Distribution, u.Requirement = f.distribution, f.distribution
		if u.Kind == "git" {
			u.Requirement += " @ " + place
		}
	}
	u.Python = f.python
	if u.Symbol != "" || len(f.classes) == 0 {
		return nil
	}
	class := f.classes[0]
	if len(f.classes) > 1 {
		if o.Ask == nil {
			return fault.Usagef("choosing the class to wrap: there are %s", strings.Join(f.classes, ", ")).
				WithHint("--class %s", f.classes[0])
		}
		var err error
		if class, err = o.Ask(Question{Name: "class", Ask: "Class to wrap", Choices: f.classes, Default: class}); err != nil {
			return err
		}
		if !slices.Contains(f.classes, class) && !classForm().MatchString(class) {
			return fault.Usagef("choosing class %q: there are %s", class, strings.Join(f.classes, ", "))
		}
	}
	u.Module, u.Symbol, _ = strings.Cut(class, ":")
	return nil
}
