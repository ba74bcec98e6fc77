package imports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
)

func isUnreachable(err error) bool { return fault.KindOf(err) == fault.Environment }

// againstHistory holds the record against the message of the commit that made
// the import, and against what its file was when it was written.
func (r *repo) againstHistory(ctx context.Context, inv *inventory, v *Verified) error {
	if v.Problem != "" {
		v.wrong("%s", v.Problem)
	}
	if v.file == "" {
		if v.message != nil && !v.message.Old() {
			return r.explainMissing(ctx, v)
		}
		if v.Script {
			v.open("the script that made it recorded neither tree nor licence blob")
		}
		return nil
	}
	v.brought = map[string]bool{}
	for p, e := range inv.files {
		if path.Dir(p) == path.Dir(v.file) {
			v.brought[e.ID] = true
		}
	}
	if err := r.checkWorkFile(ctx, inv, v); err != nil {
		return err
	}
	if v.Problem != "" || v.Found != v.file {
		return nil // a later import by the old script does not speak of the file
	}
	texts, err := r.fileHistory(ctx, v.file, v.Dest)
	if err != nil {
		return err
	}
	if len(texts) > 0 && string(v.YAML()) != texts[0].text {
		v.wrong("%s is not as connkit writes it: there is more in it than the record", v.file)
	}
	if v.Date.IsZero() || v.Tree == "" || v.License.Blob == "" || v.License.Path == "" {
		v.wrong("%s lacks what connkit always records: date, tree, and path and blob of the licence", v.file)
	}
	m := inv.backs(v.Import)
	if m == nil {
		v.checkIntroduced(inv, texts)
		return nil
	}
	if v.againstMessage(m) {
		v.proven("record")
	}
	v.againstFile(texts, m.commit.ID)
	return nil
}

// explainMissing tells a record's file that was removed from one that a rebase
// dropped together with the merge that had it.
func (r *repo) explainMissing(ctx context.Context, v *Verified) error {
	file := record.File(v.Dest, v.Single)
	texts, err := r.fileHistory(ctx, file, v.Dest)
	if err == nil && len(texts) > 0 {
		v.wrong("%s is missing; commit %s removed it", file, record.Short(texts[0].commit))
	} else if err == nil {
		v.open("%s is missing; the record stands in the message of commit %s alone", file, record.Short(v.message.commit.ID))
	}
	return err
}

// backs gives the message of the import that the file speaks of.
func (inv *inventory) backs(im *Import) *message {
	for _, m := range inv.messages {
		if m.Commit == im.Commit && m.Dest == im.Dest {
			return m
		}
	}
	return inv.sameImport(im.Record)
}

// againstMessage compares field by field what both the file and the message state.
func (v *Verified) againstMessage(m *message) bool {
	who := "commit " + record.Short(m.commit.ID)
	before := len(v.Wrong)
	for _, f := range []struct{ name, file, message string }{
		{"repository", v.Repository, m.Repository}, {"path", orDot(v.Path), orDot(m.Path)}, {"tree", v.Tree, m.Tree},
		{"license.id", v.License.ID, m.License.ID}, {"license.path", v.License.Path, m.License.Path}, {"license.blob", v.License.Blob, m.License.Blob},
		{"license.evidence", v.License.Evidence, m.License.Evidence},
	} {
		if f.message != "" {
			v.same(f.name, f.file, f.message, who)
		}
	}
	if !m.snapshot() {
		v.same("license.accepted", v.Accepted, m.Accepted, who)
	}
	if m.Ref != "" && v.Ref != m.Ref && v.FullRef != m.Ref && !strings.HasSuffix(v.FullRef, "/"+m.Ref) {
		v.same("ref", v.Ref, m.Ref, who)
	}
	return len(v.Wrong) == before
}

func orDot(p string) string {
	if p == "" {
		return "."
	}
	return p
}

// snapshot tells whether the message is that of a snapshot commit, which does not state all.
func (m *message) snapshot() bool { return m.Connkit == "" && !m.Old() }

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

// checkWorkFile wants that the record and the carried texts stand in the work tree as in HEAD.
func (r *repo) checkWorkFile(ctx context.Context, inv *inventory, v *Verified) error {
	names := []string{v.file}
	for _, c := range v.Carried {
		names = append(names, path.Join(path.Dir(v.file), c.File))
	}
	for i, name := range names {
		now, in := inv.files[name]
		if i > 0 {
			switch c := v.Carried[i-1]; {
			case !in:
				v.wrong("carried %s is not there", c.File)
				continue
			case now.ID != c.Blob:
				v.wrong("carried %s is not what was carried: %s, recorded is %s", c.File, record.Short(now.ID), record.Short(c.Blob))
			}
		}
		full := filepath.Join(r.Top, filepath.FromSlash(name))
		if _, err := os.Lstat(full); errors.Is(err, os.ErrNotExist) {
			skipped, err := r.skipped(ctx, name)
			if err != nil {
				return err
			}
			if !skipped {
				v.wrong("%s is removed from the work tree", name)
			}
			continue
		}
		out, err := r.git.Run(ctx, "hash-object", "--", full)
		if err != nil {
			return fmt.Errorf("reading %q: %w", name, err)
		}
		if out.Text() != now.ID {
			v.wrong("%s is changed in the work tree", name)
		}
	}
	return nil
}

// skipped tells whether a file is outside of a sparse checkout.
func (r *repo) skipped(ctx context.Context, name string) (bool, error) {
	out, err := r.git.With("GIT_LITERAL_PATHSPECS=1").Run(ctx, "ls-files", "-t", "-z", "--", name)
	if gitcmd.Status(err) > 0 {
		return false, nil
	}
	return strings.HasPrefix(string(out.Stdout), "S "), err
}

// againstTree holds the recorded tree against the objects that the import
// brought, and counts what was changed here since.
func (r *repo) againstTree(ctx context.Context, v *Verified, s *scratch) error {
	if err := r.checkSnapshot(ctx, v, s); err != nil {
		return err
	}
	base, err := r.base(ctx, v.Import, s, nil, treesAlone)
	if errors.Is(err, errNoBase) {
		v.open("the files as they were imported are not at hand")
		return nil
	}
	if err != nil {
		return err
	}
	if err := v.checkInside(ctx, s, base); err != nil {
		return err
	}
	tree, err := r.workTree(ctx, s, []string{v.Dest})
	if err != nil {
		return err
	}
	sd, err := r.sides(ctx, v.Import, s, tree, base)
	if err == nil {
		sd, err = r.settle(ctx, v.Import, s, sd)
	}
	if err != nil {
		return err
	}
	edits, err := s.edits(ctx, v.Import, sd, true)
	n := len(edits)
	v.Edits = &n
	return err
}

// checkSnapshot compares the recorded tree with that of the snapshot that the import merged.
func (r *repo) checkSnapshot(ctx context.Context, v *Verified, s *scratch) error {
	if v.message == nil || v.Tree == "" || len(v.Skipped) > 0 {
		return nil
	}
	at := v.message.commit.ID
	if !v.message.snapshot() {
		if len(v.message.commit.Parents) != 2 {
			return nil
		}
		at = v.message.commit.Parents[1]
	}
	list, err := object.Batch(ctx, s.git, at, at+":"+v.message.Dest)
	if err != nil || list[1].Kind == "" {
		return err
	}
	if v.same("tree", v.Tree, list[1].ID, "snapshot "+record.Short(at)) {
		v.proven("snapshot")
	}
	if c, err := object.ParseCommit(list[0]); err == nil && !v.Date.IsZero() {
		v.same("date", v.Date.UTC().Format(dateForm), c.Committer.When.UTC().Format(dateForm), "snapshot "+record.Short(at))
	}
	return nil
}

// checkInside compares the licence's file with that in the imported tree, when it lies in the path.
func (v *Verified) checkInside(ctx context.Context, s *scratch, base object.Entry) error {
	rel, inside := strings.CutPrefix(v.License.Path, v.Path+"/")
	if v.Path == "" {
		rel, inside = v.License.Path, true
	}
	if !inside || v.License.Blob == "" || base.Mode != object.Folder || base.IsZero() {
		return nil
	}
	e, err := s.store.At(ctx, base.ID, rel)
	if err == nil {
		v.same("license.blob", v.License.Blob, e.ID, "the imported tree")
	}
	return err
}
