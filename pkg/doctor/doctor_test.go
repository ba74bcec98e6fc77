package doctor_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/doctor"
)

func TestVersionsAreRead(t *testing.T) {
	tools(t, "git", "python3", "python3.9", "python3.13", "uv", "poetry", "go", "docker", "podman", "flowctl", "sops")
	t.Setenv("WARNS_sops", "[warning] cannot reach 140.82.121.6:443")
	found, err := check(t, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"git": "2.47.1", "python": "3.12.4", "uv": "0.9.9", "poetry": "2.5.1", "pip": "23.0.1", "go": "1.26.8", "docker": "28.2.2", "buildx": "0.17.1",
		"podman": "5.2.0", "flowctl": "0.5.12", "sops": "3.13.3",
	} {
		if f := found[name]; f.Version != want || f.Status != doctor.OK || f.Path == "" || f.Get != "" || f.Use == "" || len(f.Jobs) == 0 {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if also := found["python"].Also; !slices.Equal(also, []string{"3.13.0"}) {
		t.Errorf("other Pythons: %q", also)
	}
}

// Texts as they come from other versions and from other packagers.
func TestOtherVersionTexts(t *testing.T) {
	for text, want := range map[string]string{
		"git version 2.39.5":                                         "git 2.39.5",
		"git version 2.47.1.windows.2":                               "git 2.47.1",
		"uv 0.5.11 (Homebrew 2024-12-20)":                            "uv 0.5.11",
		"Poetry version 1.1.13":                                      "poetry 1.1.13",
		"go version devel go1.27-6ba3a8a6ba Tue Mar 4 2026 darwin/x": "go 1.27",
		"go version go1.25rc2 linux/arm64":                           "go 1.25rc2",
		"Docker version 20.10.24+dfsg1, build 297e128":               "docker 20.10.24",
		"podman version 4.9.4-rhel":                                  "podman 4.9.4",
		"sops 3.8.1 (latest)":                                        "sops 3.8.1",
		"sops 3.7.3\n[info] sops 3.9.0 is out":                       "sops 3.7.3",
		"flowctl 0.5.0-dirty":                                        "flowctl 0.5.0",
	} {
		name, version, _ := strings.Cut(want, " ")
		tools(t, name)
		t.Setenv("SAYS_"+name, text)
		found, _ := check(t, "")
		if f := found[name]; f.Version != version || f.Status != doctor.OK {
			t.Errorf("%q: %+v", text, f)
		}
	}
}

func TestWhatAJobNeeds(t *testing.T) {
	for name, tt := range map[string]struct {
		job     string
		tools   []string
		missing string
	}{
		"new":                       {"new", []string{"git"}, ""},
		"new without git":           {"new", nil, "missing: git"},
		"ci":                        {"ci", []string{"git"}, ""},
		"pull-upstream without git": {"pull-upstream", nil, "missing: git"},
		"env by uv":                 {"env", []string{"python3", "uv"}, ""},
		"env by poetry":             {"env", []string{"python3", "poetry"}, ""},
		"env by pip":                {"env", []string{"python3"}, ""},
		"env by a newer Python":     {"env", []string{"python3.9", "python3.13", "uv"}, ""},
		"env without python":        {"env", []string{"uv"}, "missing: python"},
		"env with an old Python":    {"env", []string{"python3.9", "uv"}, "missing: python"},
		"env without a manager":     {"env", []string{"python3.13"}, "missing: one for Python environments"},
		"run without go is fine":    {"run", []string{"python3"}, ""},
		"debug without python":      {"debug", []string{"go"}, "missing: python"},
		"build by podman":           {"build", []string{"git", "podman"}, ""},
		"build by docker":           {"build", []string{"git", "docker"}, ""},
		"build without an engine":   {"build", []string{"git"}, "missing: one for image builds"},
		"encrypt without sops":      {"encrypt", []string{"git"}, "missing: sops keys"},
	} {
		t.Run(name, func(t *testing.T) {
			tools(t, tt.tools...)
			found, err := check(t, tt.job)
			for _, f := range found {
				if !slices.Contains(f.Jobs, tt.job) {
					t.Errorf("%s is none of its tools", f.Name)
				}
			}
			if tt.missing == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || fault.KindOf(err) != fault.Environment || !strings.HasSuffix(err.Error(), tt.missing) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestUnknownJob(t *testing.T) {
	t.Parallel()
	_, err := check(t, "biuld")
	if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), strings.Join(doctor.Jobs(), ", ")) {
		t.Errorf("got %v", err)
	}
}

func TestInterrupt(t *testing.T) {
	tools(t, "git")
	t.Setenv("HANGS_git", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := doctor.Check(ctx, doctor.Options{}); fault.KindOf(err) != fault.Interrupted {
		t.Errorf("got %v", err)
	}
}

func TestConnectors(t *testing.T) {
	tools(t, "python3", "uv")
	t.Setenv("FAILS_uv", "python find")
	repo := t.TempDir()
	project := "[project]\nname = \"x\"\nrequires-python = \">=3.11\"\n"
	for name, text := range map[string]string{
		"source-a/pyproject.toml": project,
		"source-b/pyproject.toml": "[tool.poetry]\nname = \"x\"\n", "source-b/uv.lock": "",
		"source-c/pyproject.toml": strings.ReplaceAll(project, ">=3.11", "<3.10"),
		"source-d/pyproject.toml": project, "source-d/.venv/pyvenv.cfg": "",
		"source-e/pyproject.toml": "[project]\nname =\n",
	} {
		path := filepath.Join(repo, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dirs, err := filepath.Glob(filepath.Join(repo, "*"))
	if err != nil {
		t.Fatal(err)
	}
	found, err := check(t, "env", dirs...)
	if err != nil { // a connector that is wrong hinders no other
		t.Fatal(err)
	}
	if f := found["connectors"]; f.Status != doctor.OK || f.Use != "1 of 5 fit their Python" {
		t.Errorf("got %+v", f)
	}
	for name, want := range map[string][2]string{
		"source-b": {"choosing between uv and Poetry: uv.lock stands beside", "remove uv.lock"},
		"source-c": {`choosing a Python for "<3.10": found 3.12.4`, "uv python install 3.9"},
		"source-d": {"its interpreter is gone", "connkit env source-d"},
		"source-e": {"pyproject.toml:2:", ""},
	} {
		if f := found[name]; f.Status != doctor.Warn || !strings.Contains(f.Problem, want[0]) || !strings.Contains(f.Get, want[1]) {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if found, _ := check(t, "build", dirs...); found["source-b"].Name != "" {
		t.Error("connectors are looked at for images")
	}
}

func TestReportAsJSON(t *testing.T) {
	tools(t, "git")
	r, err := doctor.Check(t.Context(), doctor.Options{For: "new"})
	if err != nil {
		t.Fatal(err)
	}
	r.Findings[0].Path = "/usr/bin/git"
	text, err := json.Marshal(r)
	want := `{"for":"new","findings":[{"name":"git","status":"ok","version":"2.47.1","path":"/usr/bin/git","use":"the repository, imports","jobs":["new","pull-upstream","ci","build"]}]}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v", text, err)
	}
}
