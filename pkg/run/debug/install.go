package debug

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// Copied is the debugpy that connkit keeps a copy of, for environments and
// images that have none: the file without compiled parts, which serves every Python from 3.8 on.
const (
	Copied     = "1.8.22"
	copiedHash = "a9e9d3550e15ca479c59333e90845029190531f0cacfedab3b815a57bd913947"
)

// CopyDir is the copy's place in connkit's cache folder.
func CopyDir(cache string) string { return filepath.Join(cache, "debugpy-"+Copied) }

func isCopy(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "debugpy", "__init__.py"))
	return err == nil && info.Mode().IsRegular()
}

// Installed is what became of the copy.
type Installed struct {
	Dir     string   `json:"dir"`
	Version string   `json:"version"`
	Action  string   `json:"action"` // install | keep
	Command []string `json:"command,omitempty"`
}

// pips are what may run pip, in their order.
var pips = [][]string{{"python3", "-m", "pip"}, {"python", "-m", "pip"}, {"pip3"}, {"pip"}, {"uvx", "pip"}}

// Install has pip fetch the copy into dir from the index that the user has set,
// and check it against its hash. One that is there stays. With dryRun it only
// tells what it would do.
//
// Without pip, or where pip cannot get it, the error is [fault.Environment].
func Install(ctx context.Context, dir string, dryRun bool) (Installed, error) {
	r := Installed{Dir: dir, Version: Copied, Action: "keep"}
	if isCopy(dir) {
		return r, nil
	}
	pip, err := findPip(ctx)
	if err != nil {
		return r, err
	}
	r.Action = "install"
	r.Command = append(pip, "install", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary", ":all:",
		"--platform", "any", "--implementation", "py", "--abi", "none", "--python-version", "3.11", "--target", dir, "--requirement", "requirements.txt")
	if dryRun {
		return r, nil
	}
	return r, r.fetch(ctx, dir)
}

func findPip(ctx context.Context) ([]string, error) {
	for _, pip := range pips {
		if _, err := proc.Run(ctx, proc.Cmd{Argv: append(append([]string{}, pip...), "--version")}); err == nil {
			return pip, nil
		} else if ctx.Err() != nil {
			return nil, err
		}
	}
	return nil, fault.Environmentf("looking for pip: neither python3 -m pip nor pip nor uvx works").WithHint("apt install python3-pip, or brew install python")
}

// fetch installs into a folder beside the place, which then gets its name at once.
func (r Installed) fetch(ctx context.Context, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fault.Environmentf("making room in the cache: %w", cause(err)).WithHint("set XDG_CACHE_HOME to a folder that can be written to")
	}
	draft, err := os.MkdirTemp(filepath.Dir(dir), ".debugpy-*")
	if err != nil {
		return fault.Environmentf("making room in the cache: %w", cause(err)).WithHint("set XDG_CACHE_HOME to a folder that can be written to")
	}
	defer os.RemoveAll(draft) //nolint:errcheck // it has got its name, or something else went wrong
	list := filepath.Join(draft, "requirements.txt")
	if err := os.WriteFile(list, []byte("debugpy=="+Copied+" --hash=sha256:"+copiedHash+"\n"), 0o644); err != nil {
		return err
	}
	place := filepath.Join(draft, "lib")
	argv := append([]string{}, r.Command...)
	argv[len(argv)-1], argv[len(argv)-3] = list, place
	if _, err = proc.Run(ctx, proc.Cmd{Argv: argv}); err != nil {
		var exit *proc.Error
		if errors.As(err, &exit) {
			return fault.Environmentf("installing debugpy %s: pip: %s", Copied, reasons(exit.Stderr)).WithHint("the index of pip's own settings is asked: pip config list")
		}
		return err
	}
	if err := os.Chmod(place, 0o755); err != nil { // whoever an image runs as reads it
		return err
	}
	if err := os.Rename(place, dir); err != nil && !isCopy(dir) { // another connkit may have been faster
		return err
	}
	return nil
}

// reasons are pip's lines that say what is wrong.
func reasons(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "ERROR: "); ok {
			lines = append(lines, rest)
		}
	}
	if len(lines) == 0 {
		return strings.TrimSpace(text)
	}
	return strings.Join(lines, "; ")
}
