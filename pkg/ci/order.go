package ci

import (
	"slices"
	"strings"
)

// sortedEnough is the part of a list that has to stand in order for an entry
// to be put in its place and not at the end.
const sortedEnough = 0.8

// indexFor gives where name belongs in a list of names: when enough of the
// list stands in order, else of those with the same prefix, behind the largest
// smaller name of their longest rising run; else at the end.
func indexFor(names []string, name string) int {
	all := make([]int, len(names))
	for i := range all {
		all[i] = i
	}
	if at, ok := inOrder(names, all, name); ok {
		return at
	}
	prefix := prefixOf(name)
	same := slices.DeleteFunc(slices.Clone(all), func(i int) bool { return prefixOf(names[i]) != prefix })
	if at, ok := inOrder(names, same, name); ok {
		return at
	}
	return len(names)
}

// prefixOf is what comes before the first dash: source, materialize.
func prefixOf(name string) string {
	prefix, _, _ := strings.Cut(name, "-")
	return prefix
}

// inOrder places name among the names at the given indexes, if enough of them rise.
func inOrder(names []string, at []int, name string) (int, bool) {
	run := risingRun(names, at)
	if len(at) == 0 || float64(len(run)) < sortedEnough*float64(len(at)) {
		return 0, false
	}
	where := run[0]
	for _, i := range run {
		if names[i] < name {
			where = i + 1
		}
	}
	return where, true
}

// risingRun gives the indexes of a longest subsequence that never falls, by
// the ends of the best runs of each length.
func risingRun(names []string, at []int) []int {
	var ends []int // ends[k] is the smallest end of a run of k+1
	before := make(map[int]int, len(at))
	for _, i := range at {
		k, _ := slices.BinarySearchFunc(ends, names[i], func(end int, name string) int {
			if names[end] <= name {
				return -1
			}
			return 1
		})
		if k > 0 {
			before[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, i)
		} else {
			ends[k] = i
		}
	}
	if len(ends) == 0 {
		return nil
	}
	run := make([]int, len(ends))
	for k, i := len(ends)-1, ends[len(ends)-1]; k >= 0; k, i = k-1, before[i] {
		run[k] = i
	}
	return run
}
