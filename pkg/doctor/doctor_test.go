package doctor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/doctor"
)

// The test binary plays every tool: SAYS_name is what it prints, FAILS_name
// makes it fail, HANGS_name never end.
func TestMain(m *testing.M) {
	tool := filepath.Base(os.Args[0])
	says, known := os.LookupEnv("SAYS_" + tool)
	if !known {
		os.Exit(m.Run())
	}
	if os.Getenv("HANGS_"+tool) != "" {
		time.Sleep(time.Hour)
	}
	args := strings.Join(os.Args[1:], " ")
	if fails := os.Getenv("FAILS_" + tool); fails == "always" || fails != "" && fails == args {
		fmt.Fprintln(os.Stderr, "cannot connect")
		os.Exit(1)
	}
	if version, ok := strings.CutPrefix(says, "Python "); ok && strings.Contains(args, "version_info") {
		says = os.Args[0] + " " + strings.ReplaceAll(version, ".", " ")
	}
	fmt.Println(says)
}

// printed is what the real tools print.
func printed() map[string]string {
	return map[string]string{
		"git":     "git version 2.47.1 (Apple Git-143)",
		"python3": "Python 3.12.4",
		"uv":      "uv 0.9.9 (abc 2026-01-01)",
		"poetry":  "Poetry (version 2.5.1)",
		"go":      "go version go1.26.8 linux/amd64",
		"docker":  "Docker version 28.2.2, build e6534b4",
		"podman":  "podman version 5.2.0",
		"flowctl": "flowctl v0.5.12",
		"sops":    "sops 3.13.3",
	}
}

// tools makes a PATH of just these tools.
func tools(t *testing.T, names ...string) {
	t.Helper()
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Symlink(exe, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		t.Setenv("SAYS_"+name, printed()[name])
	}
	t.Setenv("PATH", dir)
}

func check(t *testing.T, job string) (map[string]doctor.Finding, error) {
	t.Helper()
	r, err := doctor.Check(t.Context(), doctor.Options{For: job, Getenv: func(string) string { return "" }})
	found := map[string]doctor.Finding{}
	for _, f := range r.Findings {
		found[f.Name] = f
	}
	return found, err
}

func TestVersionsAreRead(t *testing.T) {
	tools(t, "git", "python3", "uv", "poetry", "go", "docker", "podman", "flowctl", "sops")
	found, err := check(t, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"git": "2.47.1", "python": "3.12.4", "uv": "0.9.9", "poetry": "2.5.1", "go": "1.26.8", "docker": "28.2.2", "podman": "5.2.0", "flowctl": "0.5.12", "sops": "3.13.3",
	} {
		if f := found[name]; f.Version != want || f.Status != doctor.OK || f.Path == "" || f.Get != "" || f.Use == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestWhatAJobNeeds(t *testing.T) {
	for name, tt := range map[string]struct {
		job     string
		tools   []string
		missing string
	}{
		"new":                     {"new", []string{"git"}, ""},
		"new without git":         {"new", nil, "missing: git"},
		"env by uv":               {"env", []string{"python3", "uv"}, ""},
		"env by pip":              {"env", []string{"python3"}, ""},
		"env without python":      {"env", []string{"uv"}, "missing: python"},
		"run without go is fine":  {"run", []string{"python3"}, ""},
		"build by podman":         {"build", []string{"git", "podman"}, ""},
		"build without an engine": {"build", []string{"git"}, "missing: one for image builds"},
		"encrypt without sops":    {"encrypt", []string{"git"}, "missing: sops"},
	} {
		t.Run(name, func(t *testing.T) {
			tools(t, tt.tools...)
			_, err := check(t, tt.job)
			if tt.missing == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), tt.missing) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWhatIsNotAsItShouldBe(t *testing.T) {
	tools(t, "git", "python3", "uv", "docker", "podman")
	t.Setenv("SAYS_git", "git version 2.30.2")
	t.Setenv("SAYS_uv", "no idea")
	t.Setenv("FAILS_docker", "version --format {{.Server.Version}}")
	t.Setenv("FAILS_python3", "always")
	found, err := check(t, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"git": "2.38 or newer is needed", "uv": "it tells no version", "docker": "no engine answers", "python": "exit status 1: python3: cannot connect", "poetry": "not found",
	} {
		if f := found[name]; f.Status != doctor.Warn || !strings.Contains(f.Problem, want) {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if found, err := check(t, "build"); fault.KindOf(err) != fault.Environment || found["git"].Status != doctor.Missing || found["docker"].Status != doctor.Warn {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestAToolThatHangs(t *testing.T) {
	tools(t, "git", "podman")
	t.Setenv("HANGS_podman", "1")
	found, err := check(t, "")
	if err != nil || !strings.Contains(found["podman"].Problem, "no answer after") || found["git"].Status != doctor.OK {
		t.Errorf("got %+v, %v", found["podman"], err)
	}
}

func TestUnknownJob(t *testing.T) {
	t.Parallel()
	_, err := check(t, "biuld")
	if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), strings.Join(doctor.Jobs(), ", ")) {
		t.Errorf("got %v", err)
	}
}

func TestKeysAndEditorByName(t *testing.T) {
	tools(t, "git", "sops")
	home := t.TempDir()
	keys := filepath.Join(home, ".config", "sops", "age", "keys.txt")
	if err := os.MkdirAll(filepath.Dir(keys), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keys, []byte("AGE-SECRET-KEY-1"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HOME": home, "SOPS_AGE_KEY": "AGE-SECRET-KEY-2", "EDITOR": "git --flag"}
	r, err := doctor.Check(t.Context(), doctor.Options{For: "encrypt", Getenv: func(k string) string { return env[k] }})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Findings, func(f doctor.Finding) bool { return f.Name == "sops keys" })
	if f := r.Findings[i]; f.Status != doctor.OK || f.Path != "$SOPS_AGE_KEY, "+keys {
		t.Errorf("got %+v", f)
	}
	i = slices.IndexFunc(r.Findings, func(f doctor.Finding) bool { return f.Name == "editor" })
	if f := r.Findings[i]; f.Status != doctor.OK || f.Version != "git --flag" {
		t.Errorf("got %+v", f)
	}
	if strings.Contains(fmt.Sprint(r), "SECRET-KEY-") {
		t.Error("a key is in the report")
	}
}
