package platform

import (
	"runtime"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
)

// version is what --version tells; the build sets it.
var version = "devel"

// Refuse answers a call of connkit on a system where it does not run, and gives
// the exit code: 3 with what to do, in the JSON envelope if that is asked for.
// Only the version is told. The reasons are in docs/adr/20261125-windows-by-wsl.md.
func Refuse(args []string, streams ui.Streams, getenv func(string) string) int {
	u := ui.New(streams, getenv)
	u.JSON = wantsJSON(args, getenv)
	if slices.Contains(args, "--version") || len(args) > 0 && args[0] == "version" {
		v := map[string]string{"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
		if err := u.Result("version", v, nil, func(p *ui.Page) { p.Line("connkit " + version) }); err != nil {
			return fault.Code(err)
		}
		return 0
	}
	err := fault.Environmentf("starting on %s: connkit keeps its promises with process groups, file locks and modes that are not there", runtime.GOOS).
		WithHint("run it in WSL: wsl --install, then install connkit for Linux there: https://github.com/connkit/connkit")
	u.Error(strings.Join(args[:min(len(args), 1)], ""), err)
	return fault.Code(err)
}

func wantsJSON(args []string, getenv func(string) string) bool {
	for i, arg := range args {
		if arg == "--output=json" || arg == "-ojson" || (arg == "--output" || arg == "-o") && i+1 < len(args) && args[i+1] == "json" {
			return true
		}
	}
	return getenv("CONNKIT_OUTPUT") == "json"
}
