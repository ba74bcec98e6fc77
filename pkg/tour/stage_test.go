package tour

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

func TestATourThatIsKept(t *testing.T) {
	for name, dir := range map[string]func(*testing.T) string{
		"not there": func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "it's kept") },
		"empty":     func(t *testing.T) string { t.Helper(); return t.TempDir() },
		"link": func(t *testing.T) string {
			t.Helper()
			link := filepath.Join(t.TempDir(), "link")
			if err := os.Symlink(t.TempDir(), link); err != nil {
				t.Fatal(err)
			}
			return link
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, fakeDir := fake(t)
			t.Setenv("TOUR_FAKE_BASE", "there")
			o.Keep = dir(t)
			r, err := Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			nothingLeft(t)
			for _, file := range []string{"connectors/README.md", "connectors/connkit.yaml", "connectors/.github/workflows/ci.yaml", "template/template.yaml", "upstream/LICENSE", "environment.sh"} {
				if _, err := os.Stat(filepath.Join(r.Folder, file)); err != nil {
					t.Error(err)
				}
			}
			out, err := exec.Command("sh", "-c", ". ./environment.sh && printf %s \"$SOPS_AGE_KEY_FILE\"").Output()
			if err == nil {
				t.Errorf("run from here it should find no environment.sh: %s", out)
			}
			shell := exec.Command("sh", "-c", ". ./environment.sh && printf %s \"$SOPS_AGE_KEY_FILE\"")
			shell.Dir = r.Folder
			if out, err := shell.Output(); err != nil || string(out) != filepath.Join(r.Folder, "age-keys.txt") {
				t.Errorf("%q, %v", out, err)
			}
			if slices.ContainsFunc(calls(t, fakeDir), func(c string) bool { return strings.HasPrefix(c, "image rm ") }) {
				t.Error("the image of a kept tour is removed")
			}
			log := gitIn(t, filepath.Join(r.Folder, "connectors"), "log", "--format=%s", "--reverse")
			if !strings.HasPrefix(log, "Begin the tour\nnew: scaffold") || gitIn(t, filepath.Join(r.Folder, "connectors"), "status", "--porcelain") != "" {
				t.Errorf("the history: %q", log)
			}
		})
	}
}

func TestAFolderThatCannotBeKeptIsLeftAlone(t *testing.T) {
	o, _ := fake(t)
	full, file := t.TempDir(), filepath.Join(t.TempDir(), "file")
	mine := filepath.Join(full, "mine")
	for _, f := range []string{mine, file} {
		if err := os.WriteFile(f, []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for dir, kind := range map[string]fault.Kind{full: fault.Blocked, file: fault.Usage, filepath.Join(full, "no", "where"): fault.Usage} {
		o.Keep = dir
		if _, err := Run(t.Context(), o); fault.KindOf(err) != kind {
			t.Errorf("%s: %v of kind %s, want %s", dir, err, fault.KindOf(err), kind)
		}
	}
	if read(t, mine) != "mine" || read(t, file) != "mine" {
		t.Error("a file was changed")
	}
	nothingLeft(t)
}

func TestAnEmptyFolderIsEmptyAgainAfterAFailure(t *testing.T) {
	o, _ := fake(t)
	t.Setenv("TOUR_FAKE_ODD", "1 ci check")
	o.Keep = t.TempDir()
	if _, err := Run(t.Context(), o); err == nil {
		t.Fatal("no error")
	}
	if left, err := os.ReadDir(o.Keep); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// The upstream comes under MIT and is relicensed in its third commit, with work before and behind.
func TestTheLicenceOfTheUpstreamChangesInItsHistory(t *testing.T) {
	o, _ := fake(t)
	o.Keep = filepath.Join(t.TempDir(), "kept")
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	up := filepath.Join(r.Folder, "upstream")
	var licences []string
	for _, commit := range strings.Fields(gitIn(t, up, "rev-list", "--reverse", "HEAD")) {
		_, licence, _ := strings.Cut(gitIn(t, up, "show", commit+":"+path+"/metadata.yaml"), "license: ")
		licences = append(licences, strings.TrimSpace(licence))
		if !strings.HasPrefix(gitIn(t, up, "show", commit+":LICENSE"), "MIT License") {
			t.Errorf("%s: no MIT text in LICENSE", commit)
		}
	}
	if want := []string{"MIT", "MIT", "ELv2", "ELv2"}; !slices.Equal(licences, want) {
		t.Errorf("%v, want %v", licences, want)
	}
	if gitIn(t, up, "ls-files", path+"/LICENSE") != "" {
		t.Error("the licence text lies in the connector too")
	}
}

func gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v", args, err)
	}
	return string(out)
}

func TestCommandsSeeNothingOfTheUsersSettingsAndKeys(t *testing.T) {
	home := t.TempDir()
	hooks := filepath.Join(home, "hooks")
	if err := os.Mkdir(hooks, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		"hooks/pre-commit": "#!/bin/sh\nexit 1\n",
		".gitconfig": "[user]\n\tuseConfigOnly = true\n[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = false\n[core]\n\thooksPath = " + hooks + "\n\tautocrlf = true\n\tpager = false\n" +
			"[init]\n\tdefaultBranch = odd\n\ttemplateDir = " + hooks + "\n[diff]\n\texternal = false\n\tnoprefix = true\n[alias]\n\tcommit = version\n",
	} {
		testkit.Program(t, filepath.Join(home, file), text)
	}
	for key, value := range map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home, "GIT_CONFIG_GLOBAL": filepath.Join(home, ".gitconfig"), "GIT_DIR": home, "GIT_INDEX_FILE": filepath.Join(home, "index"),
		"GIT_AUTHOR_DATE": "rubbish", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "commit.gpgsign", "GIT_CONFIG_VALUE_0": "true",
		"SOPS_AGE_KEY_FILE": filepath.Join(home, "keys"), "SOPS_AGE_RECIPIENTS": "age1mine", "CONNKIT_SECRETS_SUFFIX": "_mine", "CONNKIT_BUILD_ENGINE": "podman", "VIRTUAL_ENV": home,
	} {
		t.Setenv(key, value)
	}
	o, dir := fake(t)
	t.Setenv("TOUR_FAKE_BASE", "there")
	o.Environ = os.Environ()
	if _, err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	nothingLeft(t)
	seen := read(t, dir, "environ encrypt")
	for _, alien := range []string{"age1mine", "_mine", "GIT_DIR=", "GIT_INDEX_FILE=", "rubbish", "podman", "VIRTUAL_ENV=", "XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home, "SOPS_AGE_KEY_FILE=" + home} {
		if strings.Contains(seen, alien) {
			t.Errorf("connkit encrypt saw %q", alien)
		}
	}
	if !strings.Contains(seen, "HOME="+home) {
		t.Error("HOME was changed: what finds Python by it finds it no more")
	}
	if seen := read(t, dir, "environ build"); !strings.Contains(seen, "CONNKIT_BUILD_ENGINE=podman") || !strings.Contains(seen, "XDG_CONFIG_HOME="+home) || strings.Contains(seen, "XDG_CACHE_HOME="+home) || strings.Contains(seen, "_mine") {
		t.Error("connkit build does not see how the user reaches the engine, or sees more")
	}
	left, err := os.ReadDir(home)
	if err != nil || len(left) != 2 {
		t.Errorf("left in HOME: %v, %v", left, err)
	}
}

func TestHowAnImageIsBuilt(t *testing.T) {
	none := func(context.Context) (Engine, error) { return Engine{}, errors.New("no docker at all\nreally") }
	for name, c := range map[string]struct {
		engine  func(context.Context) (Engine, error)
		base    string // there already
		odd     string
		skipped string
		calls   []string // of the engine
	}{
		"no engine":         {engine: none, skipped: "no container engine answers: no docker at all"},
		"base there":        {base: "yes", calls: []string{"image inspect python:3.13-slim", "image rm connkit-tour-*/source-weather:local"}},
		"base pulled":       {calls: []string{"image inspect python:3.13-slim", "pull python:3.13-slim", "image rm connkit-tour-*/source-weather:local", "image rm python:3.13-slim"}},
		"base out of reach": {odd: "1 pull python", skipped: "python:3.13-slim is not there and did not come: {exe}: connkit: error: something odd;", calls: []string{"image inspect python:3.13-slim", "pull python:3.13-slim"}},
	} {
		t.Run(name, func(t *testing.T) {
			o, dir := fake(t)
			if c.engine != nil {
				o.Engine = c.engine
			}
			t.Setenv("TOUR_FAKE_BASE", c.base)
			t.Setenv("TOUR_FAKE_ODD", c.odd)
			r, err := Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			build := r.Steps[4]
			c.skipped = strings.ReplaceAll(c.skipped, "{exe}", filepath.Base(o.Program))
			if c.skipped == "" != (build.Skipped == "") || !strings.Contains(build.Skipped, c.skipped) || len(r.Steps) != 7 {
				t.Errorf("left out: %q, want %q", build.Skipped, c.skipped)
			}
			var engine []string
			for _, call := range calls(t, dir) {
				if strings.HasPrefix(call, "image ") || strings.HasPrefix(call, "pull ") {
					engine = append(engine, call)
				}
			}
			if !slices.EqualFunc(engine, c.calls, matches) {
				t.Errorf("%q, want %q", engine, c.calls)
			}
		})
	}
}

// matches compares with a pattern that may hold one star.
func matches(got, pattern string) bool {
	before, after, star := strings.Cut(pattern, "*")
	return got == pattern || star && strings.HasPrefix(got, before) && strings.HasSuffix(got, after)
}

func TestWhatIsShownOfAnOutput(t *testing.T) {
	t.Parallel()
	ten := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"
	for name, c := range map[string]struct {
		output     string
		head, tail int
		want       string
	}{
		"all":           {ten, 0, 0, "1 2 3 4 5 6 7 8 9 10"},
		"nothing":       {"", 3, 2, ""},
		"head":          {ten, 3, 0, "1 2 3 …7"},
		"both":          {ten, 3, 2, "1 2 3 …5 9 10"},
		"one too many":  {ten, 7, 2, "1 2 3 4 5 6 7 8 9 10"}, // a line that says so would be as long
		"short":         {"1\n2\n", 3, 2, "1 2"},
		"no end":        {"1\n2", 3, 2, "1 2"},
		"blank at last": {"1\n\n\n", 0, 0, "1"},
	} {
		cmd := Command{Output: c.output, head: c.head, tail: c.tail}
		head, left, tail := cmd.Shown()
		words := slices.Clone(head)
		if left > 0 {
			words = append(words, "…"+string(rune('0'+left)))
		}
		if got := strings.Join(append(words, tail...), " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestCommandLinesCanBePasted(t *testing.T) {
	t.Parallel()
	for _, argv := range [][]string{{"a b", "it's", "", "$HOME", "*", "x=y", "-n", "ü", "a;b", "`c`", "\"", "a\\b", "~"}, {"plain", "--set", "a/b:c@1.0,d+e%"}} {
		out, err := exec.Command("sh", "-c", "printf '%s\\n' "+shellLine(argv)).Output()
		if want := strings.Join(argv, "\n") + "\n"; err != nil || string(out) != want {
			t.Errorf("%s: %q, want %q (%v)", shellLine(argv), out, want, err)
		}
	}
}

func TestReadStat(t *testing.T) {
	t.Parallel()
	e := readStat("3\t1\ta/b.py\n-\t-\ticon.png\n0\t7\twith a blank\nrubbish\n")
	if len(e.Files) != 3 || e.Added != 3 || e.Deleted != 8 || e.Files[1] != (File{Path: "icon.png"}) || e.Files[2].Path != "with a blank" {
		t.Errorf("%+v", e)
	}
}
