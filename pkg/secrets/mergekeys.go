package secrets

import (
	"bytes"
	"context"
	"fmt"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/fault"
)

// sealer decides on the data key and the metadata of a merge: the side that has
// rotated its data key, or changed who can open the file, has its way.
func (v *versions) sealer(ctx context.Context, opts OpenOptions) (*sealer, error) {
	s := &sealer{versions: v, lead: v.ours, cipher: newCipher()}
	other := v.theirs
	if v.base != nil && bytes.Equal(v.base.key, v.ours.key) && !bytes.Equal(v.base.key, v.theirs.key) {
		s.lead, other = v.theirs, v.ours
	}
	s.cipher.kept = s.lead.cipher.keeping().kept
	if bytes.Equal(s.lead.key, other.key) {
		for at, texts := range other.cipher.seen {
			if len(s.cipher.kept[at]) == 0 {
				s.cipher.kept[at] = texts
			}
		}
	}
	s.meta = s.lead.meta
	if err := s.mergeRules(); err != nil {
		return nil, err
	}
	if err := s.mergeKeys(ctx, opts); err != nil {
		return nil, err
	}
	return s, nil
}

// mergeRules takes over which values are encrypted, where one side has changed that.
func (s *sealer) mergeRules() error {
	rules := func(o *opened) string {
		m := o.meta
		return fmt.Sprintf("%q %q %q %q %q %q %v", m.UnencryptedSuffix, m.EncryptedSuffix, m.UnencryptedRegex, m.EncryptedRegex, m.UnencryptedCommentRegex, m.EncryptedCommentRegex, m.MACOnlyEncrypted)
	}
	if rules(s.ours) == rules(s.theirs) {
		return nil
	}
	from := s.ours
	switch {
	case s.base == nil, rules(s.base) != rules(s.ours) && rules(s.base) != rules(s.theirs):
		return fault.Failedf("the two sides encrypt other keys: the suffix or pattern in their sops blocks differs")
	case rules(s.base) == rules(s.ours):
		from = s.theirs
	}
	m := from.meta
	m.KeyGroups, m.ShamirThreshold, m.Version = s.meta.KeyGroups, s.meta.ShamirThreshold, s.meta.Version
	s.meta = m
	return nil
}

// mergeKeys brings together who can open the file. Who was taken out by one side is out.
func (s *sealer) mergeKeys(ctx context.Context, opts OpenOptions) error {
	var base []sops.KeyGroup
	if s.base != nil {
		base = s.base.meta.KeyGroups
	}
	ours, theirs := s.ours.meta.KeyGroups, s.theirs.meta.KeyGroups
	want, threshold := s.lead.meta.KeyGroups, s.lead.meta.ShamirThreshold
	changed := func(a, b []sops.KeyGroup) bool {
		added, removed := differences(a, b)
		return len(a) != len(b) || len(added)+len(removed) > 0
	}
	switch {
	case !changed(ours, theirs):
	case s.base != nil && !changed(base, ours):
		want, threshold = theirs, s.theirs.meta.ShamirThreshold
	case s.base != nil && !changed(base, theirs):
		want, threshold = ours, s.ours.meta.ShamirThreshold
	case len(ours) == 1 && len(theirs) == 1 && len(base) <= 1:
		want = []sops.KeyGroup{union(base, ours[0], theirs[0])}
		s.notes = append(s.notes, "both sides have changed who can open it: connkit secrets updatekeys shows whether that is as the rules say")
	default:
		return fault.Failedf("both sides have changed the groups of keys that open it")
	}
	if !changed(s.lead.meta.KeyGroups, want) {
		s.same = s.lead
		return nil
	}
	meta, err := rekeyed(ctx, opts, s.lead.meta, want, threshold, s.lead.key)
	s.meta.KeyGroups, s.meta.ShamirThreshold = meta.KeyGroups, meta.ShamirThreshold
	if s.otherHasAll(meta) {
		s.same = s.ours
		if s.lead == s.ours {
			s.same = s.theirs
		}
	}
	return err
}

// otherHasAll tells whether the block of the other side holds the very keys of a merge.
func (s *sealer) otherHasAll(meta sops.Metadata) bool {
	other := s.theirs
	if s.lead == s.theirs {
		other = s.ours
	}
	if !bytes.Equal(other.key, s.lead.key) {
		return false
	}
	added, removed := differences(other.meta.KeyGroups, meta.KeyGroups)
	return len(added)+len(removed) == 0
}

// union gives the keys of both sides without those that one has taken out of the base.
func union(base []sops.KeyGroup, ours, theirs sops.KeyGroup) sops.KeyGroup {
	in := func(group sops.KeyGroup) map[string]bool {
		has := map[string]bool{}
		for _, key := range group {
			has[masterName(key)] = true
		}
		return has
	}
	o, t, b := in(ours), in(theirs), map[string]bool{}
	if len(base) == 1 {
		b = in(base[0])
	}
	var out sops.KeyGroup
	for _, key := range unique(append(append(sops.KeyGroup{}, ours...), theirs...)) {
		if name := masterName(key); !b[name] || o[name] && t[name] {
			out = append(out, key)
		}
	}
	return out
}
