package dockerfile_test

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/build/dockerfile"
)

// Two hundred random Dockerfiles, each with what BuildKit 0.22 takes of the
// context when it builds the last stage (the paths that it asks the client for).
// Whatever that is must be among what is taken here; stages that BuildKit leaves
// out count here too, since the classic builder makes them all.
func TestAsBuildKit(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/buildkit.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read
	n := 0
	for s := bufio.NewScanner(file); s.Scan(); n++ {
		var want struct {
			Text  string
			Args  map[string]string
			Paths []string
			All   bool
		}
		if err := json.Unmarshal(s.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		got := dockerfile.Parse([]byte(want.Text)).Taken(want.Args)
		for _, p := range want.Paths {
			p, _, _ = strings.Cut(p, "/**") // stands for the folder
			if !got.All && !slices.Contains(got.Paths, p) {
				t.Errorf("%q is not taken of\n%s\nwith %v: %q", p, want.Text, want.Args, got.Paths)
			}
		}
		if want.All && !got.All {
			t.Errorf("not all is taken of\n%s\nwith %v: %q", want.Text, want.Args, got.Paths)
		}
		oneStage := strings.Count(strings.ToUpper(want.Text), "FROM ") == 1
		if oneStage && !got.All && len(got.Paths) > len(want.Paths) {
			t.Errorf("more is taken of\n%s\nwith %v: %q, want %q", want.Text, want.Args, got.Paths, want.Paths)
		}
	}
	if n != 200 {
		t.Errorf("%d were read", n)
	}
}
