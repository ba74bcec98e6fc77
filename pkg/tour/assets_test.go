package tour

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// connector writes the connector of the tour's template, and gives a function
// that sends it a request and reads all that it answers.
func connector(t *testing.T) func(request string) []map[string]any {
	t.Helper()
	text, err := assets.ReadFile("assets/template/files/connector.py.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "connector.py")
	if err := os.WriteFile(file, []byte(strings.NewReplacer("{{ .title }}", "Weather", "{{ .name }}", made).Replace(string(text))), 0o644); err != nil {
		t.Fatal(err)
	}
	return func(request string) []map[string]any {
		t.Helper()
		cmd := exec.Command("python3", "-W", "error", file)
		cmd.Stdin = strings.NewReader(request + "\n")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", request, err)
		}
		var answers []map[string]any
		for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
			var a map[string]any
			if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
				t.Fatalf("%s: %v", lines.Text(), err)
			}
			answers = append(answers, a)
		}
		return answers
	}
}

func TestTheConnectorAnswersEachRequestOnce(t *testing.T) {
	t.Parallel()
	ask := connector(t)
	for request, answer := range map[string]string{
		`{"spec":{}}`: "spec", `{"discover":{"config":{}}}`: "discovered", `{"apply":{}}`: "applied",
		`{"validate":{"bindings":[{"resourceConfig":{"name":"stations"}}]}}`: "validated",
	} {
		got := ask(request)
		if len(got) != 1 || got[0][answer] == nil {
			t.Errorf("%s: %v", request, got)
		}
	}
	spec, _ := ask(`{"spec":{}}`)[0]["spec"].(map[string]any)
	if spec["protocol"] != 3032023.0 || spec["configSchema"] == nil || spec["resourceConfigSchema"] == nil {
		t.Errorf("%v", spec)
	}
}

// documents counts what a session captured, and merges its states.
func documents(answers []map[string]any) (n int, state map[string]any) {
	state = map[string]any{}
	for _, a := range answers {
		if a["captured"] != nil {
			n++
		}
		checkpoint, _ := a["checkpoint"].(map[string]any)
		s, _ := checkpoint["state"].(map[string]any)
		updated, _ := s["updated"].(map[string]any)
		for key, value := range updated {
			state[key] = value
		}
	}
	return n, state
}

func TestTheConnectorGoesOnBehindItsState(t *testing.T) {
	t.Parallel()
	ask := connector(t)
	open := func(state string) string {
		return `{"open":{"capture":{"config":{},"bindings":[{"resourceConfig":{"name":"readings"}},{"resourceConfig":{"name":"stations"}}]},"state":` + state + `}}`
	}
	all, end := documents(ask(open("{}")))
	if all != 124 || end["readings"] != 120.0 || end["stations"] != 4.0 {
		t.Errorf("%d documents, then %v", all, end)
	}
	if rest, _ := documents(ask(open(`{"readings":60}`))); rest != 64 {
		t.Errorf("%d documents behind the half", rest)
	}
	if none, _ := documents(ask(open(`{"readings":120,"stations":4}`))); none != 0 {
		t.Errorf("%d documents behind the end", none)
	}
	if again, _ := documents(ask(open("null"))); again != all {
		t.Errorf("%d documents without a state", again)
	}
	answers := ask(open("{}"))
	if answers[0]["opened"] == nil || answers[len(answers)-1]["checkpoint"] == nil {
		t.Errorf("it begins with %v and ends with %v", answers[0], answers[len(answers)-1])
	}
}

func TestTheFilesOfTheTourAreWhatTheyShouldBe(t *testing.T) {
	t.Parallel()
	seen := 0
	err := fs.WalkDir(assets, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		seen++
		text, err := assets.ReadFile(name)
		if err != nil {
			return err
		}
		if !strings.HasSuffix(string(text), "\n") || strings.Contains(string(text), "\r") || strings.Contains(string(text), " \n") {
			t.Errorf("%s: no last newline, or blanks at the end of a line", name)
		}
		if strings.HasSuffix(name, ".yaml") {
			var doc map[string]any
			if err := yaml.Unmarshal(text, &doc); err != nil || len(doc) == 0 {
				t.Errorf("%s: %v", name, err)
			}
		}
		return nil
	})
	if err != nil || seen < 15 {
		t.Errorf("%d files, %v", seen, err)
	}
}

// The README of a kept tour names commands and files that are there.
func TestTheReadmeOfAKeptTour(t *testing.T) {
	t.Parallel()
	text, err := assets.ReadFile("assets/monorepo/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{made, imported, "../environment.sh", "../template", "../upstream", "connkit run preview " + made} {
		if !strings.Contains(string(text), want) {
			t.Errorf("it does not name %q", want)
		}
	}
}
