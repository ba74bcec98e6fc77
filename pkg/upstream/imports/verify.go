package imports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// Verified is what was found about the record of an import.
type Verified struct {
	*Import
	Proven []string `json:"proven"` // what was held against something and is true
	Wrong  []string `json:"wrong"`  // what is not true
	Open   []string `json:"open"`   // what could not be held against anything
	Notes  []string `json:"notes,omitempty"`
	Edits  *int     `json:"localEdits,omitempty"` // files that differ from what was imported
	Error  string   `json:"error,omitempty"`      // why the upstream was not asked

	brought map[string]bool // objects of the files beside the record
}

func (v *Verified) proven(what string) { v.Proven = append(v.Proven, what) }
func (v *Verified) wrong(format string, args ...any) {
	v.Wrong = append(v.Wrong, fmt.Sprintf(format, args...))
}
func (v *Verified) open(format string, args ...any) {
	v.Open = append(v.Open, fmt.Sprintf(format, args...))
}

// Verify holds every record against what backs it: the message of the commit
// that made the import and the history of the record's file, the objects that
// the import brought, and, if Offline is not set, the upstream. An upstream that
// cannot be reached is a [fault.Environment] error that comes with the list.
func Verify(ctx context.Context, o Options) ([]*Verified, error) {
	r, inv, chosen, err := look(ctx, o)
	if err != nil {
		return nil, err
	}
	list := []*Verified{}
	for _, im := range chosen {
		v := &Verified{Import: im, Proven: []string{}, Wrong: []string{}, Open: []string{}}
		if err := r.againstHistory(ctx, inv, v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	err = eachRepository(ctx, list, func(group []*Verified) error { return r.verifyGroup(ctx, group) })
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return list, err
}

// verifyGroup looks at the imports from one repository.
func (r *repo) verifyGroup(ctx context.Context, group []*Verified) error {
	q, err := r.quarantine(ctx, group[0].Import)
	if err != nil {
		return err
	}
	defer q.Close()
	s, err := r.scratch(q)
	if err != nil {
		return err
	}
	defer s.close()
	switch {
	case group[0].Repository == "":
		for _, v := range group {
			v.open("the record names no repository")
		}
	case !r.opts.Offline:
		err = r.againstUpstream(ctx, q, group)
	}
	s.store.Refresh()
	for _, v := range group {
		if err != nil {
			v.Error = err.Error()
		}
		if terr := r.againstTree(ctx, v, s); terr != nil {
			return terr
		}
	}
	return err
}

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

const dateForm = "2006-01-02T15:04:05Z"

// same compares what the record says with what somebody else does.
func (v *Verified) same(field, recorded, found, who string) bool {
	if recorded == found {
		return true
	}
	v.wrong("%s is recorded as %s, %s says %s", field, orNothing(recorded), who, orNothing(found))
	return false
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
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

// checkLicence compares the licence's file and what it says.
func (v *Verified) checkLicence(ctx context.Context, files *remote.Files) error {
	claim := v.claim()
	if claim.IsZero() {
		v.wrong("license.id is recorded as %q, which is no expression of SPDX ids", v.License.ID)
		return nil
	}
	proof, err := files.Entry(ctx, v.License.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.wrong("license.path is recorded as %s, which upstream does not have at %s", v.License.Path, record.Short(v.Commit))
		return nil
	case err != nil:
		return err
	case v.License.Blob == "":
		v.open("the record states no licence blob")
	case v.same("license.blob", v.License.Blob, proof.ID, "upstream"):
		v.proven("licence file")
	}
	e, err := license.Check(ctx, files, v.Path, claim, v.License.Path)
	if e.Text == "" && err != nil {
		return v.unless(ctx, err)
	}
	v.checkCarried(ctx, files, e)
	switch {
	case err == nil:
		v.proven("licence")
		if v.Accepted != "" {
			v.Notes = append(v.Notes, "accepted: "+v.Accepted)
		}
	case v.Accepted != "":
		v.Notes = append(v.Notes, fmt.Sprintf("accepted (%s): %v", v.Accepted, err))
	default:
		v.wrong("the licence is not identified as %s: %v", claim, err)
	}
	if v.License.Evidence != "" && (v.message == nil || v.message.License.Evidence == "") {
		v.same("license.evidence", v.License.Evidence, strings.Join(strings.Fields(e.Text), " "), "connkit now")
	}
	return nil
}

// unless takes an error about a file of the upstream for a finding, and passes others on.
func (v *Verified) unless(ctx context.Context, err error) error {
	if ctx.Err() != nil || isUnreachable(err) {
		return err
	}
	v.wrong("the licence cannot be checked: %v", err)
	return nil
}

// checkCarried compares the carried texts with those of the upstream.
func (v *Verified) checkCarried(ctx context.Context, files *remote.Files, e license.Evidence) {
	for _, c := range v.Carried {
		from, err := files.Entry(ctx, c.From)
		if err != nil {
			v.wrong("carried %s is recorded to come from %s, which upstream does not have", c.File, c.From)
			continue
		}
		v.same("carried blob of "+c.File, c.Blob, from.ID, "upstream")
	}
	for _, b := range e.Carry {
		found := v.file == ""
		for _, c := range v.Carried {
			found = found || c.From == b.Path
		}
		switch {
		case found:
		case v.brought[b.ID]:
			v.wrong("carried lacks %s, which lies in %s", b.Path, path.Dir(v.file))
		default:
			v.open("%s was not carried along", b.Path)
		}
	}
}
