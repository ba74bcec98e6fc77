package upstream

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// ownFiles are the files that connkit puts beside the import, from the top of the repository.
type ownFiles struct {
	blobs map[string]object.Entry
	aside []string // licence texts in the path, from there, that dest has its own of
}

// carry chooses the names of licence texts and notices. Those of the path come
// with it, but where dest has one of its own they are set aside.
func (w *work) carry(ctx context.Context, p *Plan) (ownFiles, error) {
	own := ownFiles{blobs: map[string]object.Entry{}}
	texts := p.Evidence.Carry
	top, err := w.below(ctx, w.theirs)
	if err != nil {
		return own, err
	}
	for _, e := range top {
		blob := license.Blob{Path: path.Join(w.path, e.Name), ID: e.ID}
		if licenceText().MatchString(e.Name) && e.Mode == object.File && w.clashes(e.Name, blob) {
			own.aside = append(own.aside, e.Name)
			texts = append(texts, blob)
		}
	}
	for _, blob := range texts {
		name, taken := w.freeName(own, blob)
		if taken {
			w.note("%s differs from what was carried there and is left as it is", name)
			continue
		}
		own.blobs[name] = object.Entry{Mode: object.File, ID: blob.ID}
		p.Record.Carried = append(p.Record.Carried, record.Carried{File: path.Base(name), From: blob.Path, Blob: blob.ID})
	}
	slices.SortFunc(p.Record.Carried, func(a, b record.Carried) int { return strings.Compare(a.File, b.File) })
	return own, nil
}

// licenceText is what files with the text of a licence are called.
var licenceText = pattern.Lazy(`(?i)^(licen[cs]e|copying|notice|unlicen[cs]e)([.-].*)?$`)

// clashes tells whether dest has another licence text at a place, of its own:
// one that did not come by an import, or was set aside at the last one.
func (w *work) clashes(rel string, blob license.Blob) bool {
	mine := w.oursAt(rel)
	if mine == "" || mine == blob.ID {
		return false
	}
	if w.last == nil {
		return true
	}
	return slices.ContainsFunc(w.last.Carried, func(c record.Carried) bool { return c.From == blob.Path })
}

// oursAt gives the object that HEAD has at a path below dest, or "".
func (w *work) oursAt(rel string) string {
	if i := slices.IndexFunc(w.oursLeaves, func(l object.Leaf) bool { return l.Path == rel }); i >= 0 {
		return w.oursLeaves[i].ID
	}
	return ""
}

// freeName chooses the name that a text is carried under: LICENSE.upstream and
// the like. taken tells that a person has changed what was carried there.
func (w *work) freeName(own ownFiles, blob license.Blob) (name string, taken bool) {
	stem := path.Base(blob.Path)
	for _, ext := range []string{".md", ".txt", ".rst"} {
		stem = strings.TrimSuffix(stem, ext)
	}
	for n := 1; ; n++ {
		base := stem + ".upstream"
		if n > 1 {
			base = fmt.Sprintf("%s.upstream.%d", stem, n)
		}
		name = path.Join(w.dest, base)
		if w.theirs.Mode != object.Folder {
			name = w.dest + "." + base
		}
		if _, used := own.blobs[name]; used {
			continue
		}
		mine := w.oursAt(base)
		if mine == "" || mine == blob.ID {
			return name, false
		}
		if w.last == nil {
			continue // a file of that name that is no licence of ours
		}
		i := slices.IndexFunc(w.last.Carried, func(c record.Carried) bool { return c.File == path.Base(name) })
		if i >= 0 {
			return name, mine != w.last.Carried[i].Blob
		}
	}
}

// ownUnchanged tells whether one of connkit's own files is as it was written.
func (w *work) ownUnchanged(f string) bool {
	for _, c := range w.last.Carried {
		if path.Base(f) == c.File {
			mine := w.oursAt(strings.TrimPrefix(f, w.dest+"/"))
			return mine == c.Blob || mine == ""
		}
	}
	return true // the record itself
}
