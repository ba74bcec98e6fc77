package secrets

import (
	"context"
	"maps"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// seal merges the plain texts and encrypts what comes out: once, or, with a
// conflict, as each side would have it.
func (m *Merged) seal(ctx context.Context, v *versions, opts MergeOptions) error {
	texts := v.plain.merge()
	t := trio{ours: v.plain.ours.root, theirs: v.plain.theirs.root}
	if v.plain.base != nil {
		t.base = v.plain.base.root
	}
	s, err := v.sealer(ctx, opts.OpenOptions)
	if err != nil {
		return err
	}
	s.allow = opts.Allow
	if side := s.unchanged(texts); side != nil {
		m.Text = side.document.text
		return nil
	}
	ours, block, err := s.seal(texts.ours, t, true, "")
	if err != nil {
		return err
	}
	m.Text, m.Notes = ours, s.notes
	if texts.ours == texts.theirs {
		return nil
	}
	m.Conflicts = v.plain.conflicts
	theirs, _, err := s.seal(texts.theirs, t, false, block)
	if err != nil {
		return err
	}
	m.Text = marked(ours, theirs, opts.Marker)
	return nil
}

// sealer encrypts merged texts with one data key.
type sealer struct {
	*versions
	meta   sops.Metadata
	lead   *opened // the side whose data key it is
	other  *opened
	notes  []string
	allow  []string
	cipher *tracked
	same   *opened // the side whose sops block stays, or nil
}

// seal encrypts one text after it has made sure that it is what the rules of the
// merge give. With a block given, that is put in the place of its own.
func (s *sealer) seal(text string, t trio, oursWins bool, block string) (sealed []byte, own string, err error) {
	d, err := parse(s.ours.file, s.format, []byte(text))
	if err != nil {
		return nil, "", fault.Failedf("the merged text could not be read back")
	}
	if !t.agrees(d.root, oursWins) {
		return nil, "", fault.Failedf("the texts could not be merged key by key")
	}
	if _, err := d.checkAgain(s.meta.EncryptedSuffix, EncryptOptions{Allow: s.allow}); err != nil && oursWins {
		s.notes = append(s.notes, err.Error())
	}
	if err := d.checkFree(); err != nil {
		return nil, "", err
	}
	c := newCipher()
	c.kept = maps.Clone(s.cipher.kept)
	w, err := d.weave(s.meta, s.lead.key, c)
	if err != nil {
		return nil, "", err
	}
	own, err = w.blockFor(s.same)
	if err != nil {
		return nil, "", err
	}
	sealed = yamltext.Apply(w.text, append(w.splices, w.insertBlock(own)))
	if err := w.prove(sealed, w.before, w.key); err != nil {
		return nil, "", err
	}
	if block != "" {
		sealed = yamltext.Apply(w.text, append(w.splices, w.insertBlock(block)))
	}
	return sealed, own, nil
}

// unchanged gives the side that the merge comes out as, if it is one.
func (s *sealer) unchanged(texts sides) *opened {
	for _, side := range []*opened{s.ours, s.theirs} {
		if texts.ours == texts.theirs && texts.ours == string(side.text) && s.lead == side && s.same == side {
			return side
		}
	}
	return nil
}
