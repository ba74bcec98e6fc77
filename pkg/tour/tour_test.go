package tour

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

func TestThePlanIsTheWholeLifeInOrder(t *testing.T) {
	t.Parallel()
	r := Plan(Options{})
	var names []string
	for i, s := range r.Steps {
		names = append(names, s.Name)
		if s.Number != i+1 || s.Title == "" || len(s.Commands) == 0 {
			t.Errorf("step %d: %+v", i, s)
		}
	}
	want := []string{"new", "pull-upstream", "run", "encrypt", "build", "ci", "check"}
	if !slices.Equal(names, want) || !r.DryRun {
		t.Errorf("%v, want %v", names, want)
	}
}

// What stands on a command line is seen by everybody on the machine.
func TestNoCommandHoldsTheToken(t *testing.T) {
	t.Parallel()
	config, err := assets.ReadFile("assets/template/files/config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, token, ok := strings.Cut(string(config), "api_token_sops: ")
	if token = strings.TrimSpace(token); !ok || token == "" {
		t.Fatalf("no token in %s", config)
	}
	for _, s := range Plan(Options{BaseImage: "x"}).Steps {
		for _, c := range s.Commands {
			if strings.Contains(c.Line, token) {
				t.Errorf("%s holds the token", c.Line)
			}
		}
	}
}

func TestABaseImageGoesIntoTheBuildAlone(t *testing.T) {
	t.Parallel()
	var with []string
	for _, s := range Plan(Options{BaseImage: "local/python:3"}).Steps {
		for _, c := range s.Commands {
			if strings.Contains(c.Line, "local/python:3") {
				with = append(with, c.Line)
			}
		}
	}
	if want := []string{"connkit build source-weather --build-arg BASE_IMAGE=local/python:3"}; !slices.Equal(with, want) {
		t.Errorf("%q, want %q", with, want)
	}
}

func TestAnEngineThatIsNamedStandsOnTheCommandLines(t *testing.T) {
	t.Parallel()
	build := Plan(Options{UseEngine: "podman", BaseImage: "x"}).Steps[4]
	if build.Commands[0].Line != "connkit build source-weather --engine podman --build-arg BASE_IMAGE=x" || build.Commands[1].Line != "connkit images --engine podman" {
		t.Errorf("%s; %s", build.Commands[0].Line, build.Commands[1].Line)
	}
}

// What the tour has found builds, also where the user's settings name it.
func TestTheEngineThatWasFoundBuilds(t *testing.T) {
	o, dir := fake(t)
	t.Setenv("CONNKIT_BUILD_ENGINE", "docker")
	o.Environ = os.Environ()
	for use, want := range map[string]string{"": "CONNKIT_BUILD_ENGINE=podman\n", "nerdctl": "CONNKIT_BUILD_ENGINE=docker\n"} {
		o.UseEngine = use
		if _, err := Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		seen := read(t, dir, "environ build")
		if i := strings.LastIndex(seen, "CONNKIT_BUILD_ENGINE="); i < 0 || !strings.HasPrefix(seen[i:]+"\n", want) {
			t.Errorf("%q: connkit build saw %q, want %q", use, seen[max(i, 0):], want)
		}
	}
}

func TestATourRunsEveryCommandAndTellsItsEffect(t *testing.T) {
	o, dir := fake(t)
	t.Setenv("TOUR_FAKE_BASE", "there")
	var order []string
	o.Watch = Watch{
		Stage:   func(r *Result) { order = append(order, "stage "+r.Engine.Name) },
		Step:    func(s *Step) { order = append(order, "step "+s.Name) },
		Command: func(c *Command) { order = append(order, "begins "+c.Argv[0]) },
		Ran:     func(c *Command) { order = append(order, "ran "+c.Argv[0]) },
		Ended:   func(s *Step) { order = append(order, "ended "+s.Name) },
	}
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	nothingLeft(t)
	if want := []string{"stage fake 1.0", "step new", "begins connkit", "ran connkit", "ended new", "step pull-upstream", "begins git"}; !slices.Equal(order[:len(want)], want) {
		t.Errorf("%q, want %q first", order, want)
	}
	for _, s := range r.Steps {
		for _, c := range s.Commands {
			if c.Exit != c.Expected || c.Argv[0] == "connkit" && !strings.Contains(c.Output, "played "+strings.Join(c.Argv[1:], " ")) {
				t.Errorf("%s: %d, %q", c.Line, c.Exit, c.Output)
			}
			if c.Argv[0] == "connkit" && !slices.Contains(calls(t, dir), strings.Join(c.Argv[1:], " ")) {
				t.Errorf("%s was not run", c.Line)
			}
		}
	}
	first := r.Steps[0].Effect
	if len(first.Files) != 4 || first.Added != 8 || first.Deleted != 0 || len(first.Commit) != 40 {
		t.Errorf("the effect of new: %+v", first)
	}
	if ci := r.Steps[5].Effect; len(ci.Files) != 1 || ci.Files[0].Path != ".github/workflows/ci.yaml" || ci.Added != 0 || ci.Deleted == 0 {
		t.Errorf("the effect of ci: %+v", ci)
	}
	if run := r.Steps[2].Effect; len(run.Files) != 0 || run.Commit != "" {
		t.Errorf("the effect of run: %+v", run)
	}
	if r.Folder != "" || r.Seconds <= 0 {
		t.Errorf("%+v", r)
	}
}

// The refusal's words are on stderr, and are shown where they came.
func TestWhatACommandSaysOnBothStreamsIsKeptInOrder(t *testing.T) {
	o, _ := fake(t)
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	refused := r.Steps[1].Commands[1]
	if want := "played pull-upstream quakes main connectors/source-quakes source-quakes MIT LICENSE\nconnkit: error: it is ELv2\n"; refused.Output != want || refused.Exit != 4 {
		t.Errorf("%d, %q", refused.Exit, refused.Output)
	}
}

// everyConnkit are the beginnings of the command lines of connkit in the tour.
func everyConnkit() []string {
	var list []string
	for _, s := range Plan(Options{}).Steps {
		for _, c := range s.Commands {
			if line := strings.Join(c.Argv[1:], " "); c.Argv[0] == "connkit" && !slices.Contains(list, line) {
				list = append(list, line)
			}
		}
	}
	return list
}

func TestAnInterruptAtAnyCommandLeavesNothing(t *testing.T) {
	for _, line := range everyConnkit() {
		t.Run(line, func(t *testing.T) {
			o, dir := fake(t)
			t.Setenv("TOUR_FAKE_BASE", "there")
			t.Setenv("TOUR_FAKE_ODD", "hang "+line)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				for ctx.Err() == nil {
					if _, err := os.Stat(filepath.Join(dir, "hangs")); err == nil {
						cancel()
					}
					time.Sleep(2 * time.Millisecond)
				}
			}()
			o.Keep = filepath.Join(t.TempDir(), "kept")
			r, err := Run(ctx, o)
			if !errors.Is(err, context.Canceled) || r == nil {
				t.Fatalf("%v", err)
			}
			nothingLeft(t)
			if _, err := os.Stat(o.Keep); err == nil {
				t.Error("the folder to keep is there")
			}
			built := slices.ContainsFunc(r.Steps, func(s *Step) bool { return s.Name == "build" })
			removed := slices.ContainsFunc(calls(t, dir), func(c string) bool { return strings.HasPrefix(c, "image rm connkit-tour-") })
			if built != removed {
				t.Errorf("built %v, the image is removed %v", built, removed)
			}
		})
	}
}

func TestACommandThatFailsEndsTheTourWithItsCode(t *testing.T) {
	codes := []string{"1", "2", "3", "4"}
	kinds := map[string]fault.Kind{"0": fault.Failed, "1": fault.Failed, "2": fault.Usage, "3": fault.Environment, "4": fault.Blocked}
	for i, line := range everyConnkit() {
		code := codes[i%len(codes)]
		if strings.HasPrefix(line, "pull-upstream quakes main") {
			code = "0" // what should be refused is not
		}
		t.Run(code+" "+line, func(t *testing.T) {
			o, _ := fake(t)
			t.Setenv("TOUR_FAKE_BASE", "there")
			t.Setenv("TOUR_FAKE_ODD", code+" "+line)
			r, err := Run(t.Context(), o)
			if fault.KindOf(err) != kinds[code] || !strings.Contains(err.Error(), line) || !strings.Contains(err.Error(), "exit code "+code) {
				t.Fatalf("%v of kind %v, want %v", err, fault.KindOf(err), kinds[code])
			}
			last := r.Steps[len(r.Steps)-1]
			if !strings.Contains(err.Error(), `"`+last.Name+`"`) || last.Effect != nil {
				t.Errorf("the tour went on to %+v", last)
			}
			nothingLeft(t)
		})
	}
}

func TestATourWithoutPythonOrGitSaysSo(t *testing.T) {
	o, _ := fake(t)
	bin := t.TempDir()
	git, err := lookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(git, filepath.Join(bin, "git")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	if _, err := Run(t.Context(), o); fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "python3") {
		t.Errorf("without python3: %v", err)
	}
	testkit.Program(t, filepath.Join(bin, "python3"), "#!/bin/sh\nexit 1\n")
	if _, err := Run(t.Context(), o); fault.KindOf(err) != fault.Environment || !strings.Contains(fault.HintOf(err), "--dry-run") {
		t.Errorf("with an old python3: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Run(t.Context(), o); fault.KindOf(err) != fault.Environment || !strings.Contains(err.Error(), "git") {
		t.Errorf("without git: %v", err)
	}
	nothingLeft(t)
}

func lookPath(name string) (string, error) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		p := filepath.Join(dir, name)
		if info, err := os.Stat(p); err == nil && info.Mode()&0o111 != 0 {
			return p, nil
		}
	}
	return "", errors.New("not found")
}
