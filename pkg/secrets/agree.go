package secrets

// agrees tells whether a merged tree is what the rules of a merge give for the
// three: the side that has changed a value has its way, and where both have, ours
// or theirs. It goes by values alone, and so checks the merge of texts.
func (t trio) agrees(merged *node, oursWins bool) bool {
	is := func(k kind) bool {
		return t.ours != nil && t.theirs != nil && t.ours.kind == k && t.theirs.kind == k && (t.base == nil || t.base.kind == k)
	}
	switch {
	case is(mapping) && merged != nil && merged.kind == mapping && len(t.ours.members)*len(t.theirs.members) > 0:
		return t.membersAgree(merged, oursWins)
	case is(list) && t.paired() && merged != nil && merged.kind == list && len(merged.items) == len(t.ours.items):
		for i, item := range merged.items {
			if !(trio{t.base.items[i], t.ours.items[i], t.theirs.items[i]}).agrees(item, oursWins) {
				return false
			}
		}
		return true
	}
	want := t.ours
	if !equal(t.ours, t.theirs) && (equal(t.base, t.ours) || !equal(t.base, t.theirs) && !oursWins) {
		want = t.theirs
	}
	return equal(want, merged)
}

func (t trio) membersAgree(merged *node, oursWins bool) bool {
	keys := map[string]bool{}
	var members [4]map[string]*member
	for i, n := range []*node{t.base, t.ours, t.theirs, merged} {
		members[i] = byKey(n)
		for key := range members[i] {
			keys[key] = true
		}
	}
	for key := range keys {
		one := trio{valueOf(members[0][key]), valueOf(members[1][key]), valueOf(members[2][key])}
		if !one.agrees(valueOf(members[3][key]), oursWins) {
			return false
		}
	}
	return true
}

// equal tells whether two nodes hold the same; nil is nothing.
func equal(a, b *node) bool {
	if a == nil || b == nil {
		return a == b
	}
	return sameValue(a, b)
}
