package imports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// againstUpstream asks the upstream: does it have the commit, and the same tree
// and licence there, and does the licence file still say so.
func (r *repo) againstUpstream(ctx context.Context, q *remote.Quarantine, group []*Verified) error {
	past, err := q.Past(ctx, false)
	if err != nil {
		return err
	}
	var commits []string
	depth := 1
	for _, v := range group {
		commits = append(commits, v.Commit)
		depth = max(depth, strings.Count(v.Path, "/")+1, strings.Count(v.License.Path, "/")+1)
	}
	refused, err := q.Fetch(ctx, depth, commits...)
	if err != nil {
		return err
	}
	places, at, err := commitsOf(ctx, q, past, group, depth, refused)
	if err != nil {
		return err
	}
	if err := prefetch(ctx, places); err != nil {
		return err
	}
	for _, v := range group {
		if err := r.askUpstream(ctx, past, v, at[v.Commit]); err != nil {
			return err
		}
	}
	return nil
}

// commitsOf gives the files of the recorded commits that upstream still has.
func commitsOf(ctx context.Context, q *remote.Quarantine, past *remote.Past, group []*Verified, depth int, refused []string) (places []place, at map[string]*remote.Files, err error) {
	at = map[string]*remote.Files{}
	for _, v := range group {
		if slices.Contains(refused, v.Commit) {
			known, err := past.Has(ctx, v.Commit)
			if err != nil {
				return nil, nil, err
			}
			if !known {
				continue // what no branch leads to need not be looked for in all of them
			}
		}
		files, err := q.At(ctx, v.Commit, depth)
		if errors.Is(err, remote.ErrGone) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		at[v.Commit] = files
		places = append(places, place{files, []string{v.Path, v.License.Path}})
	}
	return places, at, nil
}

func (r *repo) askUpstream(ctx context.Context, past *remote.Past, v *Verified, files *remote.Files) error {
	known, err := past.Has(ctx, v.Commit)
	switch {
	case err != nil:
		return err
	case files == nil:
		v.wrong("upstream has no commit %s any more: a forced push took it away, or it never was there", record.Short(v.Commit))
		return nil
	case !known:
		v.wrong("commit %s is on no branch and no tag of upstream any more: a forced push took it away, or it never was there", record.Short(v.Commit))
	}
	if files.Commit.ID != v.Commit {
		v.wrong("commit %s is a tag in upstream, of commit %s", record.Short(v.Commit), record.Short(files.Commit.ID))
	}
	if known {
		v.proven("commit")
	}
	if !v.Date.IsZero() {
		v.same("date", v.Date.UTC().Format(dateForm), files.Commit.Committer.When.UTC().Format(dateForm), "upstream")
	}
	if err := r.checkRef(ctx, past, v); err != nil {
		return err
	}
	if err := v.checkPath(ctx, files); err != nil {
		return err
	}
	return v.checkLicence(ctx, files)
}

// checkRef wants that a recorded tag is at the commit and a recorded branch leads to it.
func (r *repo) checkRef(ctx context.Context, past *remote.Past, v *Verified) error {
	if v.FullRef == "" {
		return nil
	}
	out, err := past.Git.Run(ctx, "for-each-ref", "--format=%(refname)", "--contains", v.Commit, "--", v.FullRef)
	if err != nil {
		return ctx.Err() // no such commit, which is told elsewhere
	}
	if out.Text() == v.FullRef {
		return nil
	}
	if now, err := past.Git.Run(ctx, "for-each-ref", "--format=%(objectname)", "--", v.FullRef); err == nil && now.Text() != "" {
		v.wrong("ref is recorded as %s, which does not have commit %s", v.FullRef, record.Short(v.Commit))
		return nil
	}
	if v.message == nil || v.message.Ref == "" {
		v.wrong("ref is recorded as %s, which upstream does not have", v.FullRef)
		return nil
	}
	v.Notes = append(v.Notes, fmt.Sprintf("upstream has no %s any more", v.FullRef))
	return nil
}

// checkPath compares the recorded tree with that of the path at the commit.
func (v *Verified) checkPath(ctx context.Context, files *remote.Files) error {
	e, err := files.Entry(ctx, v.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.wrong("path is recorded as %s, which upstream does not have at %s", v.Label(), record.Short(v.Commit))
		return nil
	case err != nil:
		return err
	case v.Tree == "":
		v.open("the record states no tree")
		return nil
	}
	if v.same("tree", v.Tree, e.ID, "upstream") {
		v.proven("tree")
	}
	return v.checkSkipped(ctx, files, e)
}

// checkSkipped compares the recorded submodules with those of the path.
func (v *Verified) checkSkipped(ctx context.Context, files *remote.Files, e object.Entry) error {
	found, err := submodules(ctx, files, v.Path, e)
	if err == nil {
		v.same("skipped", strings.Join(v.Skipped, ", "), strings.Join(found, ", "), "upstream")
	}
	return err
}

func submodules(ctx context.Context, files *remote.Files, p string, e object.Entry) ([]string, error) {
	if e.Mode != object.Folder {
		return nil, nil
	}
	entries, err := files.List(ctx, p)
	var list []string
	for _, x := range entries {
		full := strings.TrimPrefix(p+"/"+x.Name, "/")
		switch {
		case x.Module:
			list = append(list, full)
		case x.Dir:
			more, err := submodules(ctx, files, full, object.Entry{Mode: object.Folder})
			if err != nil {
				return nil, err
			}
			list = append(list, more...)
		}
	}
	return list, err
}
