package secrets

import "slices"

func valueOf(p *member) *node {
	if p == nil {
		return nil
	}
	return p.value
}

// byKey gives the members of a map, which may be none, by their keys.
func byKey(n *node) map[string]*member {
	out := map[string]*member{}
	if n == nil {
		return out
	}
	for i := range n.members {
		out[n.members[i].key.value] = &n.members[i]
	}
	return out
}

// order gives the keys of both sides. The side that has changed the order of the
// base has its way, else ours; what the other adds stands behind what it stood behind.
func order(t trio) []string {
	first, second := keysOf(t.ours), keysOf(t.theirs)
	if base := keysOf(t.base); slices.Equal(common(first, base), common(base, first)) && !slices.Equal(common(second, base), common(base, second)) {
		first, second = second, first
	}
	place, shared := map[string]int{}, map[string]bool{}
	for i, key := range first {
		place[key] = i
	}
	for _, key := range second {
		shared[key] = true
	}
	behind := make([][]string, len(first)+1) // what is put behind the key before
	own := func(at int) int {                // what the first has added comes first
		for at < len(first) && !shared[first[at]] {
			at++
		}
		return at
	}
	at := own(0)
	for _, key := range second {
		if i, has := place[key]; has {
			at = own(i + 1)
			continue
		}
		behind[at] = append(behind[at], key)
	}
	out := behind[0]
	for i, key := range first {
		out = append(append(out, key), behind[i+1]...)
	}
	return out
}

func keysOf(n *node) []string {
	if n == nil {
		return nil
	}
	var keys []string
	for _, m := range n.members {
		keys = append(keys, m.key.value)
	}
	return keys
}

// common gives the keys of a that b has too.
func common(a, b []string) []string {
	has := map[string]bool{}
	for _, key := range b {
		has[key] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(key string) bool { return !has[key] })
}
