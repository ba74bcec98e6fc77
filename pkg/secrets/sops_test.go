package secrets

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// heads are what can stand before the first key: the parser gives comments to what is near them.
var heads = []string{
	"", "# c\n", "# c\n\n", "\n\n", "---\n", "---\n\n", "---\n# c\n", "---\n# c\n\n", "---\n\n# c\n\n", "--- # c\n", "--- \n# c\n\n", "---\r\n# c\r\n\r\n",
	"# c\n---\n", "# c\n\n---\n", "\n---\n", "\n# c\n---\n", "\n\n---\n# c\n\n", "---\n# c\n# d\n\n# e\n\n\n", "# c\n\n\n# d\n# e\n\n---\n\n", "  # c\n", "\t\n",
	"%YAML 1.1\n---\n", "%YAML 1.1\n---\n# c\n\n", "%YAML 1.1\n# c\n---\n", "# c\n%YAML 1.1\n---\n", "\ufeff", "\ufeff# c\n", "\ufeff# c\n---\n", "\ufeff---\n# c\n\n",
}

// A large text goes to sops's store as a second document. The tree has to be the same, comments
// included; and what sops finds wrong only in a first document, connkit has found before.
func TestSecondDocumentIsReadLikeAFirst(t *testing.T) {
	t.Parallel()
	compared := 0
	check := func(text string) {
		if _, err := parse("config.yaml", YAML, []byte(text)); err != nil {
			return
		}
		first, err := loadBehind(YAML, []byte(text), false)
		second, err2 := loadBehind(YAML, []byte(text), true)
		if (err == nil) != (err2 == nil) || !same(first, second, true) {
			t.Errorf("%q\nfirst  %v %v\nsecond %v %v", text, first, err, second, err2)
		}
		compared++
	}
	seeds := []string{"a: &m {k: 1}\n<<: *m\nb_sops: !!int 12\n", "a: !!bool true\nb: !!null ~\nc: !!seq [x]\nd: !!map {}\ne: !!str 12\n", "a: [&x 1, *x]\n<<: [{b: 1}, {c: 2}]\n"}
	for _, text := range slices.Sorted(maps.Keys(yamlForms)) {
		seeds = append(seeds, text)
		for _, head := range heads {
			check(head + text)
		}
	}
	for i := range uint64(300) {
		seeds = append(seeds, makeYAML(i))
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 1200 {
		check(heads[r.IntN(len(heads))] + mutate(r, seeds[r.IntN(len(seeds))]))
	}
	if compared < 1500 {
		t.Errorf("only %d texts were compared", compared)
	}
}

// What is refused in a small file is refused in a large one, which sops reads in another way.
func TestLargeFilesAreRefusedLikeSmallOnes(t *testing.T) {
	t.Parallel()
	var filler strings.Builder
	for i := 0; filler.Len() <= large; i++ {
		fmt.Fprintf(&filler, "k%d: %d\n", i, i)
	}
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	for text, want := range map[string]string{
		"a_sops: !!bool hunter2\n":         ":1:9: the tag !!bool does not fit what stands behind it",
		"a_sops: !!null hunter2\n":         ":1:9: the tag !!null does not fit",
		"a_sops: !!int hunter2\n":          ":1:9: the tag !!int does not fit",
		"a_sops: !!float hunter2\n":        ":1:9: the tag !!float does not fit",
		"a_sops: !!bool 'true'\n":          ":1:9: the tag !!bool does not fit",
		"a_sops: !!int \"12\"\n":           ":1:9: the tag !!int does not fit",
		"a_sops: !!null |\n  hunter2\n":    ":1:9: the tag !!null does not fit",
		"a_sops: !!map hunter2\n":          ":1:9: the tag !!map does not fit",
		"a_sops: !!seq {b: hunter2}\n":     ":1:9: the tag !!seq does not fit",
		"a_sops: !!str {b: hunter2}\n":     ":1:9: the tag !!str does not fit",
		"a: [!!bool hunter2]\n":            ":1:5: the tag !!bool does not fit",
		"<<: hunter2\n":                    ":1:1: a merge key (<<) takes a map",
		"<<: [{a: b}, hunter2]\n":          ":1:1: a merge key (<<) takes a map",
		"s: &s hunter2\nm:\n  <<: *s\n":    ":3:3: a merge key (<<) takes a map",
		"m: &m [{a: b}]\nn:\n  <<: [*m]\n": ":3:3: a merge key (<<) takes a map",
		"\ufeff\ufeffa_sops: hunter2\n":    "it begins with two byte order marks",
		bomb:                               "aliases stand for more than 1000000 values",
		"a: b\na: c\n":                     `:2:1: key "a" stands here twice: line 1 has it too`,
	} {
		for name, text := range map[string]string{"small": text + "z_sops: v\n", "large": text + "z_sops: v\n" + filler.String()} {
			e := encrypt(t, "config.yaml", text)
			if e.Err == nil || fault.KindOf(e.Err) != fault.Usage || !strings.Contains(e.Err.Error(), want) || strings.Contains(e.Err.Error(), "hunter2") {
				t.Errorf("%s %.40q: got %v", name, text, e.Err)
			}
		}
	}
}

// Tags that say what stands there anyway stay where they are.
func TestTagsThatFit(t *testing.T) {
	t.Parallel()
	text := "a: !!bool true\nb: !!null ~\nc: !!seq [x]\nd: !!map {k: v}\nd2: !!map\n  k: v\ne_sops: !!str 12\nf: !!int 12\ng: !!float 1.5\nh: !!null\ni: ! x\nj_sops: !!str |\n  two\n  lines\n"
	for _, text := range []string{text, text + largeYAML(large)} {
		e := encrypt(t, "config.yaml", text)
		if e.Err != nil {
			t.Fatal(e.Err)
		}
		if got := decrypt(t, "config.yaml", e.After); string(got.Text) != text || got.Anew {
			t.Errorf("got %.200q (%v)", got.Text, got.Anew)
		}
	}
}

// Aliases for as much as people write stay as they are.
func TestAliasesInLargeFiles(t *testing.T) {
	t.Parallel()
	text := "base: &base {host: h, ports: [1, 2, 3]}\n" + largeYAML(large)
	for i := range 100 {
		text += fmt.Sprintf("copy%d: *base\nown%d:\n  <<: *base\n  extra: %d\n", i, i, i)
	}
	e := encrypt(t, "config.yaml", text)
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	if got := decrypt(t, "config.yaml", e.After); string(got.Text) != text || got.Anew {
		t.Error("it does not come back")
	}
}

// What sops reads a first document for once more, to find double keys, is not asked of it for a large text.
func TestMemoryOfALargeText(t *testing.T) { // alone: others ask for memory too
	text := []byte(largeYAML(200_000))
	asked := func(behind bool) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		branch, err := loadBehind(YAML, text, behind)
		runtime.ReadMemStats(&after)
		if err != nil || len(branch) == 0 {
			t.Fatal(err)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	if first, second := asked(false), asked(true); second*10 > first*9 {
		t.Errorf("%d bytes as a first document, %d as a second", first, second)
	}
}
