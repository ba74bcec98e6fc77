package cli_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
)

// flowConnector makes a workspace with a capture that the fake of that name plays.
func flowConnector(t *testing.T, name string) string {
	t.Helper()
	return testkit.Tree(t, map[string]string{
		"source-x/pyproject.toml": "",
		"source-x/test.flow.yaml": fmt.Sprintf("captures:\n  acmeCo/x: {endpoint: {local: {command: [%q, %s], config: {}}}, bindings: [{resource: {stream: users}, target: acmeCo/users}]}\n"+
			"collections:\n  acmeCo/users: {key: [/id], schema: {type: object, properties: {id: {type: integer}}}}\n", linkAs(t, "fakeflow"), name),
	})
}

func TestASpecOnATerminalIsColoured(t *testing.T) {
	t.Parallel()
	out, status := onTerminal(t, flowConnector(t, "good"), "", "run", "spec", "source-x")
	if status != 0 || !strings.Contains(out, "\x1b[36m\"protocol\"\x1b[0m: \x1b[33m3032023\x1b[0m") {
		t.Errorf("status %d, %q", status, out)
	}
}

// Documents stand above the live line, which is gone at the end.
func TestAPreviewOnATerminal(t *testing.T) {
	t.Parallel()
	out, status := dialogue(t, flowConnector(t, "endless"), []string{"NO_COLOR="}, []turn{{"  4 checkpoints  ", "\x03"}}, "run", "preview", "source-x")
	if status != 130 || strings.Count(out, `["acmeCo/users",{"id":`) != 40 {
		t.Errorf("status %d, %q", status, out)
	}
	for _, want := range []string{"users 40  ", "docs/s  4 checkpoints", "previewed \x1b[1macmeCo/x\x1b[0m  (it was stopped)", "\x1b[2mCOLLECTION"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %q", want, out)
		}
	}
	if i := strings.LastIndex(out, "  4 checkpoints  "); i < 0 || !strings.Contains(out[i:], "\r\x1b[2K") {
		t.Errorf("the live line was left: %q", out)
	}
}
