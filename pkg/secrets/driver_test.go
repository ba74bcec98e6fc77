package secrets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// The driver is set up once, in the style of what is there, and keeps what others have written.
func TestDriverIsSetUpOnce(t *testing.T) {
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	dir := testkit.Tree(t, map[string]string{".gitattributes": "*.png binary\r\n*.json merge=connkit", "deep/er/x": ""})
	testkit.Git(t, dir, "init", "-q")
	d, err := PlanDriver(t.Context(), filepath.Join(dir, "deep", "er"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(d.Lines, ", "); got != "*.yaml merge=connkit, *.yml merge=connkit" || len(d.Config) != len(driverConfig) {
		t.Errorf("lines %q, config %v", got, d.Config)
	}
	if err := d.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(dir, ".gitattributes")); got != "*.png binary\r\n*.json merge=connkit\r\n*.yaml merge=connkit\r\n*.yml merge=connkit\r\n" {
		t.Errorf("got %q", got)
	}
	if got := testkit.Git(t, dir, "check-attr", "merge", "a/config.yaml"); !strings.HasSuffix(got, "merge: connkit") {
		t.Errorf("git says %q", got)
	}
	again, err := PlanDriver(t.Context(), dir, nil)
	if err != nil || len(again.Lines)+len(again.Config) != 0 || string(again.After) != string(again.Before) {
		t.Errorf("a second time: %+v, %v", again, err)
	}
	for _, bad := range []string{"a b", "#x", "\"x", "a\nb"} {
		if _, err := PlanDriver(t.Context(), dir, []string{bad}); fault.KindOf(err) != fault.Usage {
			t.Errorf("pattern %q: %v", bad, err)
		}
	}
	testkit.Put(t, dir, map[string]string{".gitattributes": "changed meanwhile\n"})
	if err := d.Apply(t.Context()); fault.KindOf(err) != fault.Blocked {
		t.Errorf("a file that has changed: %v", err)
	}
}
