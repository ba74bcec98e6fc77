package imports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/connkit/connkit/pkg/license"
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
