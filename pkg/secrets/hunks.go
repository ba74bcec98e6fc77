package secrets

// hunk is a run of lines in which two texts differ: a[a1:a2] and b[b1:b2].
type hunk struct{ a1, a2, b1, b2 int }

// hunks compares two lists of lines that are mostly the same. What lies between
// two lines that both have once is looked at as a whole.
func hunks(a, b []string) []hunk {
	var out []hunk
	once := func(lines []string) map[string]int {
		at := map[string]int{}
		for i, line := range lines {
			if _, twice := at[line]; twice {
				at[line] = -1
				continue
			}
			at[line] = i
		}
		return at
	}
	inA, inB := once(a), once(b)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		if i < len(a) && j < len(b) && a[i] == b[j] {
			i, j = i+1, j+1
			continue
		}
		h := hunk{a1: i, b1: j, a2: len(a), b2: len(b)}
		for k := i; k < len(a); k++ { // the next line that both have once
			if l, has := inB[a[k]]; has && l >= j && inA[a[k]] == k {
				h.a2, h.b2 = k, l
				break
			}
		}
		for h.a2 > h.a1 && h.b2 > h.b1 && a[h.a2-1] == b[h.b2-1] {
			h.a2, h.b2 = h.a2-1, h.b2-1
		}
		out = append(out, h)
		i, j = h.a2, h.b2
	}
	return out
}
