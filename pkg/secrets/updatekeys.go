package secrets

import (
	"context"
	"fmt"

	"github.com/getsops/sops/v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// UpdateKeys plans to give sealed files the keys that new ones would get: those
// that were given, of the creation rules, or of the settings. Only the sops block
// changes. What is wrong with one file is its Err. Nothing is written.
func UpdateKeys(ctx context.Context, files []string, open OpenOptions, opts EncryptOptions) []*Rewrite {
	return rewriteAll(ctx, files, opts.Dir, func(r *Rewrite) error {
		d, err := readFile(r.path, r.File, opts.Format)
		if err != nil {
			return err
		}
		r.Before = d.text
		t, err := d.sealedTree()
		if err != nil {
			return err
		}
		want, err := opts.recipe(ctx, r.path, r.File)
		if err != nil {
			return err
		}
		r.Source, r.Notes = want.source, want.notes
		return r.swapKeys(ctx, d, t, want, open)
	})
}

func (r *Rewrite) swapKeys(ctx context.Context, d *document, t sops.Tree, want *recipe, open OpenOptions) error {
	threshold := want.threshold
	if threshold == 0 && len(want.groups) > 1 {
		threshold = len(want.groups)
	}
	r.Added, r.Removed = differences(t.Metadata.KeyGroups, want.groups)
	switch {
	case len(r.Added)+len(r.Removed) > 0:
	case len(t.Metadata.KeyGroups) != len(want.groups):
		r.Notes = append(r.Notes, fmt.Sprintf("its keys stand in %d groups, and would in %d", len(t.Metadata.KeyGroups), len(want.groups)))
	case t.Metadata.ShamirThreshold != threshold && len(want.groups) > 1:
		r.Notes = append(r.Notes, fmt.Sprintf("it opens with %d groups of keys, and would with %d", t.Metadata.ShamirThreshold, threshold))
	default:
		return nil
	}
	key, err := unwrap(ctx, open, &t.Metadata)
	if err != nil {
		return naming(d.file, err)
	}
	meta, err := rekeyed(ctx, open, t.Metadata, want.groups, threshold, key)
	if err != nil {
		return naming(d.file, err)
	}
	block, err := d.swapBlock(meta, d.sealedLayout())
	if err != nil {
		return d.unfit(err)
	}
	r.Done, r.After = "updated", yamltext.Apply(d.text, []yamltext.Splice{block})
	return d.proveKeys(r.After, t, meta)
}

// rekeyed encrypts a data key for other master keys. Those that had it keep
// what they have, where each holds all of it.
func rekeyed(ctx context.Context, opts OpenOptions, meta sops.Metadata, groups []sops.KeyGroup, threshold int, key []byte) (sops.Metadata, error) {
	old := meta.KeyGroups
	meta.KeyGroups, meta.ShamirThreshold = groups, threshold
	if len(old) != 1 || len(groups) != 1 {
		return meta, wrap(ctx, opts.Timeout, &meta, key)
	}
	kept := map[string]int{}
	for i, k := range old[0] {
		kept[masterName(k)] = i
	}
	var all, fresh sops.KeyGroup
	for _, k := range groups[0] {
		if i, had := kept[masterName(k)]; had && len(old[0][i].EncryptedDataKey()) > 0 {
			k = old[0][i]
		} else {
			fresh = append(fresh, k)
		}
		all = append(all, k)
	}
	meta.KeyGroups = []sops.KeyGroup{all}
	if len(fresh) == 0 {
		return meta, nil
	}
	return meta, wrap(ctx, opts.Timeout, &sops.Metadata{KeyGroups: []sops.KeyGroup{fresh}}, key)
}

// differences names the keys that come and go, group by group.
func differences(old, now []sops.KeyGroup) (added, removed []string) {
	for i := range max(len(old), len(now)) {
		var a, b sops.KeyGroup
		if i < len(old) {
			a = old[i]
		}
		if i < len(now) {
			b = now[i]
		}
		added = append(added, missing(b, a)...)
		removed = append(removed, missing(a, b)...)
	}
	return added, removed
}

// missing names the keys of a group that another has not.
func missing(group, from sops.KeyGroup) []string {
	has := map[string]bool{}
	for _, key := range from {
		has[masterName(key)] = true
	}
	var list sops.KeyGroup
	for _, key := range group {
		if !has[masterName(key)] {
			list = append(list, key)
		}
	}
	return names([]sops.KeyGroup{list})
}

// sealedLayout gives the layout of a sops block as it stands there, or "".
func (d *document) sealedLayout() string {
	at, _ := d.root.member(sopsKey)
	block := d.root.members[at].value
	if at, found := block.member(layoutKey); found {
		return block.members[at].value.value
	}
	return ""
}

// proveKeys reads a text whose keys were changed: all else must be as it was.
func (d *document) proveKeys(text []byte, was sops.Tree, meta sops.Metadata) error {
	now, err := loadSealed(d.format, text)
	if err != nil || !same(was.Branches[0], now.Branches[0], true) ||
		was.Metadata.MessageAuthenticationCode != now.Metadata.MessageAuthenticationCode || !was.Metadata.LastModified.Equal(now.Metadata.LastModified) {
		return d.unfit(errShape)
	}
	if added, removed := differences(now.Metadata.KeyGroups, meta.KeyGroups); len(added)+len(removed) > 0 {
		return fault.Failedf("sops does not read the keys back that were written").At(d.file, 0, 0)
	}
	return nil
}
