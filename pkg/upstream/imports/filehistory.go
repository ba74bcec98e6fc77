package imports

import (
	"context"
	"fmt"
	"strings"

	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// version is the record's file as a commit left it.
type version struct {
	commit string
	text   string
	record.Record
	bad bool
}

// fileHistory gives the versions of a file of HEAD, newest first.
func (r *repo) fileHistory(ctx context.Context, file, dest string) ([]version, error) {
	out, err := r.git.With("GIT_LITERAL_PATHSPECS=1").Run(ctx, "rev-list", "--topo-order", r.head, "--", file)
	if err != nil {
		return nil, fmt.Errorf("reading the history of %q: %w", file, err)
	}
	var revs, commits []string
	for _, c := range strings.Fields(string(out.Stdout)) {
		commits, revs = append(commits, c), append(revs, c+":"+file)
	}
	list, err := object.Batch(ctx, r.git, revs...)
	if err != nil {
		return nil, err
	}
	var versions []version
	for i, o := range list {
		v := version{commit: commits[i], text: string(o.Data), bad: true}
		if rec, err := record.FromYAML(o.Data, file, dest); err == nil && o.Kind != "" {
			v.Record, v.bad = rec, false
		}
		versions = append(versions, v)
	}
	return versions, nil
}

// againstFile looks for edits of the file after the commit that made the import.
func (v *Verified) againstFile(texts []version, made string) {
	for i, t := range texts {
		if t.commit != made {
			continue
		}
		if t.text != texts[0].text && i > 0 {
			v.changedByHand(texts[0], t)
		}
		return
	}
}

// checkIntroduced stands in where no message speaks of the import: the file must
// be what it was when it first named the commit, and that must have been an import.
func (v *Verified) checkIntroduced(inv *inventory, texts []version) {
	if len(texts) == 0 {
		return
	}
	first := 0
	for first+1 < len(texts) && !texts[first+1].bad && texts[first+1].Commit == texts[0].Commit {
		first++
	}
	if texts[first].text != texts[0].text {
		v.changedByHand(texts[0], texts[first])
		return
	}
	for _, m := range inv.messages {
		if m.commit.ID == texts[first].commit && m.Dest == v.Dest {
			v.same("commit", v.Commit, m.Commit, "the message of "+record.Short(m.commit.ID))
			return
		}
	}
	if first+1 == len(texts) || texts[first+1].bad {
		v.open("no message of a commit backs the record")
		return
	}
	was := texts[first+1].Record
	if was.Tree == v.Tree && was.Date.Equal(v.Date) {
		v.wrong("commit is recorded as %s; it was %s before %s, which is no import", record.Short(v.Commit), record.Short(was.Commit), record.Short(texts[first].commit))
		return
	}
	v.open("no message of a commit backs the record")
}

// changedByHand names the fields that were changed since the file was written.
func (v *Verified) changedByHand(now, was version) {
	who := v.file + " of " + record.Short(was.commit)
	n := len(v.Wrong)
	date := func(r record.Record) string {
		if r.Date.IsZero() {
			return ""
		}
		return r.Date.UTC().Format(dateForm)
	}
	carried := func(r record.Record) string {
		var list []string
		for _, c := range r.Carried {
			list = append(list, c.File+" from "+c.From+" "+c.Blob)
		}
		return strings.Join(list, ", ")
	}
	for _, f := range []struct{ name, now, was string }{
		{"repository", now.Repository, was.Repository}, {"ref", now.FullRef + now.Ref, was.FullRef + was.Ref}, {"date", date(now.Record), date(was.Record)},
		{"path", orDot(now.Path), orDot(was.Path)}, {"tree", now.Tree, was.Tree}, {"skipped", strings.Join(now.Skipped, ", "), strings.Join(was.Skipped, ", ")},
		{"license.id", now.License.ID, was.License.ID}, {"license.path", now.License.Path, was.License.Path}, {"license.blob", now.License.Blob, was.License.Blob},
		{"license.evidence", now.License.Evidence, was.License.Evidence}, {"license.accepted", now.Accepted, was.Accepted}, {"carried", carried(now.Record), carried(was.Record)},
	} {
		v.same(f.name, f.now, f.was, who)
	}
	if len(v.Wrong) == n {
		v.wrong("%s was changed since %s", v.file, record.Short(was.commit))
	}
}
