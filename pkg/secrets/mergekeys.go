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
	s := &sealer{versions: v, lead: v.ours, other: v.theirs, cipher: newCipher()}
	if v.base != nil && bytes.Equal(v.base.key, v.ours.key) && !bytes.Equal(v.base.key, v.theirs.key) {
		s.lead, s.other = v.theirs, v.ours
	}
	s.cipher.kept = s.lead.cipher.keeping().kept
	if bytes.Equal(s.lead.key, s.other.key) {
		for at, texts := range s.other.cipher.seen {
			if len(s.cipher.kept[at]) == 0 {
				s.cipher.kept[at] = texts
			}
		}
	}
	s.meta = s.lead.meta
	if err := s.mergeRules(); err != nil {
		return nil, err
	}
	return s, s.mergeKeys(ctx, opts)
}

// rulesOf tells which values are encrypted and signed.
func rulesOf(m sops.Metadata) string {
	return fmt.Sprintf("%q %q %q %q %q %q %v", m.UnencryptedSuffix, m.EncryptedSuffix, m.UnencryptedRegex, m.EncryptedRegex, m.UnencryptedCommentRegex, m.EncryptedCommentRegex, m.MACOnlyEncrypted)
}

// mergeRules takes over which values are encrypted, where one side has changed that.
func (s *sealer) mergeRules() error {
	ours, theirs := rulesOf(s.ours.meta), rulesOf(s.theirs.meta)
	if ours == theirs {
		return nil
	}
	m := s.ours.meta
	switch {
	case s.base == nil, rulesOf(s.base.meta) != ours && rulesOf(s.base.meta) != theirs:
		return fault.Failedf("the two sides encrypt other keys: the suffix or pattern in their sops blocks differs")
	case rulesOf(s.base.meta) == ours:
		m = s.theirs.meta
	}
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
	switch {
	case sameGroups(ours, theirs):
	case s.base != nil && sameGroups(base, ours):
		want, threshold = theirs, s.theirs.meta.ShamirThreshold
	case s.base != nil && sameGroups(base, theirs):
		want, threshold = ours, s.ours.meta.ShamirThreshold
	case len(ours) == 1 && len(theirs) == 1 && len(base) <= 1:
		want = []sops.KeyGroup{union(base, ours[0], theirs[0])}
		s.notes = append(s.notes, "both sides have changed who can open it: connkit secrets updatekeys shows whether that is as the rules say")
	default:
		return fault.Failedf("both sides have changed the groups of keys that open it")
	}
	if s.held(want, threshold) {
		return nil
	}
	meta, err := rekeyed(ctx, opts, s.lead.meta, want, threshold, s.lead.key)
	s.meta.KeyGroups, s.meta.ShamirThreshold = meta.KeyGroups, meta.ShamirThreshold
	return err
}

// held tells whether a side has the data key encrypted for these very keys, and takes it
// over from there. The block of such a side stays, where it has the rules of the merge too.
func (s *sealer) held(want []sops.KeyGroup, threshold int) bool {
	found := false
	for _, side := range []*opened{s.lead, s.other} {
		if !bytes.Equal(side.key, s.lead.key) || !sameGroups(side.meta.KeyGroups, want) || side.meta.ShamirThreshold != threshold {
			continue
		}
		if fits := rulesOf(side.meta) == rulesOf(s.meta); !found || fits {
			s.meta.KeyGroups, s.meta.ShamirThreshold = side.meta.KeyGroups, threshold
			if found = true; fits {
				s.same = side
				break
			}
		}
	}
	return found
}

func sameGroups(a, b []sops.KeyGroup) bool {
	added, removed := differences(a, b)
	return len(a) == len(b) && len(added)+len(removed) == 0
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
