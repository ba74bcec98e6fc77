package platform_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/platform"
	"github.com/connkit/connkit/internal/ui"
)

func refuse(env string, args ...string) (out, errs string, code int) {
	var o, e bytes.Buffer
	code = platform.Refuse(args, ui.Streams{In: strings.NewReader(""), Out: &o, Err: &e}, func(key string) string {
		if key == "CONNKIT_OUTPUT" {
			return env
		}
		return ""
	})
	return o.String(), e.String(), code
}

func TestRefuseSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"list"}, {"ci", "add", "source-x"}, {"--help"}} {
		out, errs, code := refuse("", args...)
		if code != 3 || out != "" || !strings.HasPrefix(errs, "connkit: error: starting on ") || !strings.Contains(errs, "\nconnkit: hint: run it in WSL") {
			t.Errorf("%q: %d %q %q", args, code, out, errs)
		}
	}
}

func TestRefuseAnswersInJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  string
		args []string
	}{{"", []string{"list", "--output", "json"}}, {"", []string{"list", "--output=json"}}, {"", []string{"list", "-o", "json"}}, {"json", []string{"list"}}} {
		out, errs, code := refuse(c.env, c.args...)
		var answer struct {
			Command string
			OK      bool
			Error   struct{ Kind, Hint string }
		}
		if err := json.Unmarshal([]byte(out), &answer); err != nil {
			t.Fatalf("%q: %v", c.args, err)
		}
		if code != 3 || errs != "" || answer.Command != "list" || answer.OK || answer.Error.Kind != "environment" || !strings.Contains(answer.Error.Hint, "WSL") {
			t.Errorf("%q: %d %q %+v", c.args, code, errs, answer)
		}
	}
}

func TestRefuseTellsTheVersion(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"version"}, {"--version"}} {
		if out, errs, code := refuse("", args...); code != 0 || out != "connkit devel\n" || errs != "" {
			t.Errorf("%q: %d %q %q", args, code, out, errs)
		}
	}
	if out, _, code := refuse("", "version", "--output", "json"); code != 0 || !strings.Contains(out, `"version": "devel"`) {
		t.Errorf("%d %q", code, out)
	}
}
