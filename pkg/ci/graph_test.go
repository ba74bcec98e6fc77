package ci

import (
	"slices"
	"testing"
)

// A package that is gone is where the module with the longest path would have it:
// a module within another has its own folder.
func TestFoldersOfPackagesThatAreGone(t *testing.T) {
	t.Parallel()
	g := &goGraph{folders: map[string]string{"m/there": "elsewhere/there"}, modules: map[string]string{"m": ".", "m/lib": "libs/one", "m/lib/v2": "libs/two", "other.org/x": "third_party/x"}}
	for id, want := range map[string]string{
		"m/there": "elsewhere/there", "m": ".", "m/gone": "gone", "m/gone/deep": "gone/deep", "m/lib": "libs/one", "m/lib/gone": "libs/one/gone", "m/lib/v2": "libs/two", "m/lib/v2/a/b": "libs/two/a/b", "m/lib/v3": "libs/one/v3",
		"m/library": "library", "m/gone [m/x.test]": "gone", "m/lib/v2/a [m/x.test]": "libs/two/a", "other.org/x/y": "third_party/x/y", "other.org": "", "other.org/xy": "", "fmt": "", "mm/gone": "", "": "", "/": "", "_/tmp/x": "",
	} {
		for range 20 { // the order of a map is chance
			if got := g.folder(id); got != want {
				t.Fatalf("%q: got %q, want %q", id, got, want)
			}
		}
	}
}

// What leads in a circle ends, and what is named twice is reached once.
func TestReach(t *testing.T) {
	t.Parallel()
	g := &goGraph{modules: map[string]string{}, folders: map[string]string{"a": "source-a", "a/x": "source-a/x", "b": "lib/b", "c": "lib/c", "d": "source-ab"}, packages: map[string]goPackage{
		"a": {Imports: []string{"b", "b", "none"}}, "a/x": {Imports: []string{"a"}}, "b": {Imports: []string{"c", "b"}}, "c": {Imports: []string{"b"}}, "d": {Imports: []string{"a"}},
	}}
	for folder, want := range map[string][]string{"source-a": {"lib/b", "lib/c", "source-a", "source-a/x"}, "source-ab": {"lib/b", "lib/c", "source-a", "source-ab"}, "lib": {"lib/b", "lib/c"}, "source-a/x": {"lib/b", "lib/c", "source-a", "source-a/x"}, "none": nil} {
		var got []string
		for dir := range g.reach(folder) {
			got = append(got, dir)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", folder, got, want)
		}
	}
}
