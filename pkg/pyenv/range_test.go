package pyenv_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/pyenv"
)

// clause is one comparison with what it means, by the rules of PEP 440 and Poetry for whole minor versions.
type clause struct {
	text string
	take func(minor int) bool
}

func randomClause(random *rand.Rand) clause {
	n := 8 + random.IntN(8)
	v := fmt.Sprintf("3.%d", n)
	return []clause{
		{">=" + v, func(m int) bool { return m >= n }},
		{"<" + v, func(m int) bool { return m < n }},
		{">= " + v + ".0", func(m int) bool { return m >= n }},
		{"==" + v + ".*", func(m int) bool { return m == n }},
		{"!=" + v + ".*", func(m int) bool { return m != n }},
		{"^" + v, func(m int) bool { return m >= n }},
		{"~" + v, func(m int) bool { return m == n }},
		{"~=" + v, func(m int) bool { return m >= n }},
		{"~=" + v + ".0", func(m int) bool { return m == n }},
		{"*", func(int) bool { return true }},
	}[random.IntN(10)]
}

// Whatever a range is made of, the Python that is chosen lies in it, and none is
// chosen only where none does. The user's own comes first, then the newest; one that is asked for before both.
func TestRandomRanges(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 12))
	tools := []string{"python3", "python3.13", "python3.12", "python3.10", "python3.9"}
	order := []int{11, 13, 12, 10, 9}
	w := newWorld(t, tools, map[string]string{"pyproject.toml": ""})
	for range 100 {
		var text strings.Builder
		var sets [][]clause
		for i := range 1 + random.IntN(3) {
			if i > 0 {
				text.WriteString([]string{" || ", "||", " | "}[random.IntN(3)])
			}
			var set []clause
			for j := range 1 + random.IntN(3) {
				c := randomClause(random)
				if j > 0 {
					text.WriteString([]string{",", ", ", " "}[random.IntN(3)])
				}
				text.WriteString(c.text)
				set = append(set, c)
			}
			sets = append(sets, set)
		}
		takes := func(minor int) bool {
			for _, set := range sets {
				all := true
				for _, c := range set {
					all = all && c.take(minor)
				}
				if all {
					return true
				}
			}
			return false
		}
		asked := 0
		if random.IntN(3) == 0 {
			asked = order[random.IntN(len(order))]
		}
		want := 0
		for _, minor := range order {
			if want == 0 && takes(minor) && (asked == 0 || minor == asked) {
				want = minor
			}
		}
		w.write("pyproject.toml", fmt.Sprintf("[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = %q\n", text.String()))
		o := pyenv.Options{Manager: "pip", Must: true}
		if asked != 0 {
			o.Python = fmt.Sprintf("3.%d", asked)
		}
		p, err := w.plan(o)
		switch {
		case want == 0 && err == nil:
			t.Errorf("%q, %s: got %s, and none lies in it", &text, o.Python, p.Python)
		case want == 0 && fault.KindOf(err) != fault.Environment && (asked == 0 || fault.KindOf(err) != fault.Usage):
			t.Errorf("%q, %s: got %v", &text, o.Python, err)
		case want != 0 && (err != nil || !strings.HasPrefix(p.Python, fmt.Sprintf("3.%d.", want))):
			t.Errorf("%q, %s: got %+v, %v, want 3.%d", &text, o.Python, p, err, want)
		}
	}
}

// A tool that fails while a lock is followed leaves nothing of the environment, and the old one where there was one.
func TestALockThatCannotBeFollowedLeavesNothing(t *testing.T) {
	w := newWorld(t, []string{"python3"}, map[string]string{"pyproject.toml": poetryStyle, "poetry.lock": lockText})
	t.Setenv("TOOL_PIP", "1")
	t.Setenv("PIP_SAYS", "ERROR: the index is gone")
	if _, printed, err := w.apply(pyenv.Options{}); fault.KindOf(err) != fault.Failed || !strings.Contains(printed, "the index is gone") || w.exists(".venv") {
		t.Errorf("got %v, printed %q", err, printed)
	}
	t.Setenv("PIP_SAYS", "")
	w.made(pyenv.Options{})
	w.write(".venv/mine", "")
	t.Setenv("PIP_SAYS", "ERROR: the index is gone")
	if _, _, err := w.apply(pyenv.Options{Force: true}); err == nil || !w.exists(".venv/mine") || w.exists(".venv.connkit-old") {
		t.Errorf("the old one is gone: %v", err)
	}
	for _, left := range []string{".venv/connkit-pip", filepath.Join("..", ".venv")} {
		if w.exists(left) {
			t.Errorf("%s is left", left)
		}
	}
}

// The plan shows what will run, and running it runs no more than that.
func TestTheShownCommandsAreTheOnesThatRun(t *testing.T) {
	for _, tools := range [][]string{{"python3"}, {"python3", "uv"}} {
		w := newWorld(t, tools, map[string]string{"pyproject.toml": poetryStyle, "poetry.lock": lockText})
		t.Setenv("TOOL_PIP", "1")
		p := w.made(pyenv.Options{})
		var shown []string
		for _, argv := range p.Commands {
			shown = append(shown, strings.NewReplacer(w.dir, "DIR", w.tools, "TOOLS", "TOOLS/", "").Replace(filepath.Base(argv[0])+" "+strings.Join(argv[1:], " ")))
		}
		if got := strings.Join(w.calls(), "\n"); got != strings.Join(shown, "\n") {
			t.Errorf("%v: ran\n%s\nshown\n%s", tools, got, strings.Join(shown, "\n"))
		}
	}
}
