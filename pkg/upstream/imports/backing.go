package imports

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/connkit/connkit/internal/fault"
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
	rel, inside := v.within(v.License.Path)
	if !inside || v.License.Blob == "" || base.Mode != object.Folder || base.IsZero() {
		return nil
	}
	e, err := s.store.At(ctx, base.ID, rel)
	if err == nil {
		v.same("license.blob", v.License.Blob, e.ID, "the imported tree")
	}
	return err
}
