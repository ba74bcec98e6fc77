package dockerfile_test

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/build/dockerfile"
)

type recorded struct {
	Text string
	Args map[string]string
}

// corpus are the random Dockerfiles that were recorded with BuildKit.
func corpus(t *testing.T) []recorded {
	t.Helper()
	file, err := os.Open("testdata/buildkit.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read
	var list []recorded
	for s := bufio.NewScanner(file); s.Scan(); {
		var r recorded
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

// simple tells that a text has neither heredocs nor lines that go on, so that each line
// is an instruction of its own.
func simple(text string) bool {
	return !strings.Contains(text, "<<") && !goesOn.MatchString(text) && !strings.HasPrefix(text, "#")
}

var goesOn = regexp.MustCompile("[\\\\`][ \t\r]*(\n|$)")

// A Dockerfile that is written in another way takes the same of its context.
func TestOtherSpellingsTakeTheSame(t *testing.T) {
	t.Parallel()
	blank := regexp.MustCompile(` `)
	for name, change := range map[string]struct {
		applies func(string) bool
		write   func(*rand.Rand, string) string
	}{
		"CRLF":                  {func(string) bool { return true }, func(_ *rand.Rand, s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
		"a BOM":                 {func(string) bool { return true }, func(_ *rand.Rand, s string) string { return "\ufeff" + s }},
		"no newline at the end": {func(string) bool { return true }, func(_ *rand.Rand, s string) string { return strings.TrimRight(s, "\n") }},
		"comments between": {simple, func(_ *rand.Rand, s string) string {
			return strings.ReplaceAll(s, "\n", "\n  # COPY no /\n")
		}},
		"empty lines between": {simple, func(_ *rand.Rand, s string) string { return strings.ReplaceAll(s, "\n", "\n\n \t\n") }},
		"indented":            {simple, func(_ *rand.Rand, s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n\t ") }},
		"small letters": {simple, func(_ *rand.Rand, s string) string {
			return regexp.MustCompile(`(?m)^[A-Z]+`).ReplaceAllStringFunc(s, strings.ToLower)
		}},
		"what takes nothing between": {simple, func(_ *rand.Rand, s string) string {
			return strings.ReplaceAll(s, "\n", "\nLABEL a=b\nRUN echo COPY no / && make\nCOPY --from=elsewhere /no /\nADD https://example.com/no /\n")
		}},
		"lines that go on": {func(s string) bool { return simple(s) && !strings.ContainsAny(s, `"'#`) }, func(r *rand.Rand, s string) string {
			return blank.ReplaceAllStringFunc(s, func(string) string {
				return []string{" ", " ", " \\\n", " \\\n  ", " \\ \t\n# a comment\n\n ", " \\\r\n"}[r.IntN(6)]
			})
		}},
		"another escape": {func(s string) bool { return simple(s) && !strings.ContainsAny(s, "`\\\"'#") }, func(r *rand.Rand, s string) string {
			return "# escape=`\n" + blank.ReplaceAllStringFunc(s, func(string) string { return []string{" ", " `\n"}[r.IntN(2)] })
		}},
	} {
		random := rand.New(rand.NewPCG(3, 4))
		n := 0
		for _, r := range corpus(t) {
			if !change.applies(r.Text) {
				continue
			}
			want, platform := dockerfile.Parse([]byte(r.Text)).Taken(r.Args), dockerfile.Parse([]byte(r.Text)).Platform(r.Args)
			for range 4 {
				n++
				other := change.write(random, r.Text)
				f := dockerfile.Parse([]byte(other))
				if got := f.Taken(r.Args); !reflect.DeepEqual(got, want) || f.Platform(r.Args) != platform {
					t.Errorf("%s: got %+v, want %+v of\n%s\nwritten as\n%s", name, got, want, r.Text, other)
				}
			}
		}
		if n < 30 {
			t.Errorf("%s: %d texts were written anew", name, n)
		}
	}
}

// A line more takes what it names and nothing else away.
func TestALineMoreTakesMore(t *testing.T) {
	t.Parallel()
	for _, r := range corpus(t) {
		if !simple(r.Text) {
			continue
		}
		before := dockerfile.Parse([]byte(r.Text)).Taken(r.Args)
		after := dockerfile.Parse([]byte(strings.TrimRight(r.Text, "\n") + "\nCOPY zz/new /\n")).Taken(r.Args)
		want := append(slices.Clone(before.Paths), "zz/new")
		slices.Sort(want)
		if !slices.Equal(after.Paths, want) || after.All != before.All {
			t.Errorf("got %+v, had %+v of\n%s", after, before, r.Text)
		}
		if mounts := dockerfile.Parse([]byte(r.Text + "\nRUN --mount=type=cache,target=/c x\n")); !mounts.Mounts() || !reflect.DeepEqual(mounts.Taken(r.Args), before) {
			t.Errorf("a cache is taken of the context of\n%s", r.Text)
		}
	}
}

// What is taken is sorted, named once, and lies in the context, whatever the arguments are.
func TestWhatIsTakenLiesInTheContext(t *testing.T) {
	t.Parallel()
	odd := []string{"", "..", "../..", "/", "a/../../b", "x y", "$A", "*", "**", "[", "é", "https://h/x", strings.Repeat("d/", 50)}
	random := rand.New(rand.NewPCG(5, 6))
	for _, r := range corpus(t) {
		args := map[string]string{}
		for name := range r.Args {
			args[name] = odd[random.IntN(len(odd))]
		}
		got := dockerfile.Parse([]byte(r.Text)).Taken(args)
		if !slices.IsSorted(got.Paths) || len(slices.Compact(slices.Clone(got.Paths))) != len(got.Paths) {
			t.Errorf("got %q", got.Paths)
		}
		for _, p := range got.Paths {
			if p == "" || p == "." || p == ".." || strings.HasPrefix(p, "/") || strings.HasPrefix(p, "../") || strings.Contains(p, "//") || strings.Contains(p, "**") {
				t.Errorf("%q of\n%s\nwith %v", p, r.Text, args)
			}
		}
	}
}
