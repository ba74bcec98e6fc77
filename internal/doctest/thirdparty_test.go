package doctest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestTestedConnectors holds the table of docs/tested-connectors.md to the cases
// that are run: each row is one of them, and says that documents were compared
// only where some came.
func TestTestedConnectors(t *testing.T) {
	t.Parallel()
	cases, err := os.ReadFile(filepath.Join(top, "scripts", "third_party", "cases.toml"))
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	row := regexp.MustCompile(`^\| ((?:airbyte-source|(?:\w+-)*tap)-\S+) \| (\S+) \|`)
	for _, line := range readPage(t, "docs/tested-connectors.md").lines {
		m := row.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		rows++
		if !strings.Contains(string(cases), `package = "`+m[1]+"=="+m[2]+`"`) {
			t.Errorf("%s %s is no case of cases.toml", m[1], m[2])
		}
		cells := strings.Split(line, " | ")
		documents, _ := strconv.Atoi(cells[4])
		if strings.Contains(cells[3], "preview") != (documents > 0) {
			t.Errorf("%s: %q were compared, with %q documents", m[1], cells[3], cells[4])
		}
	}
	if rows < 20 {
		t.Errorf("%d rows were looked at", rows)
	}
}

// TestThirdPartyRunner runs the tests of the runner itself, which needs nothing but Python.
func TestThirdPartyRunner(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("python3", "-B", "-m", "unittest", "-q", "test_run")
	cmd.Dir = filepath.Join(top, "scripts", "third_party")
	if said, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(said), "OK") {
		t.Errorf("%v\n%s", err, said)
	}
}
