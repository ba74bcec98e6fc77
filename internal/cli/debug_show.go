package cli

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/run/debug"
)

// debugResult is the answer of a call with what debugged it.
type debugResult struct {
	*debug.Plan
	Answer any `json:"answer"`
}

// answered gives the answer of a call, of connkit run or connkit debug.
func (a *app) answered(call string, r any, err error, text func(*ui.Page)) error {
	if a.debugging == nil {
		return a.ui.Result("run "+call, r, err, text)
	}
	return a.ui.Result("debug "+call, debugResult{a.debugging.plan, r}, err, text)
}

// tellAddress says how to attach: to people on stderr, as stdout is the result's.
func (a *app) tellAddress(at debug.Address) {
	if !a.debugging.told {
		a.debugging.told = true
		a.ui.Summary(func(p *ui.Page) { showAddress(p, a, at) })
	}
	if at.Wait > 0 {
		a.ui.Step("waiting up to %s for a debugger on %s:%d", brief(at.Wait), at.Host, at.Port)
	}
}

func showAddress(p *ui.Page, a *app, at debug.Address) {
	where := fmt.Sprintf("%s:%d", at.Host, at.Port)
	p.Headline("debugging on", where, at.Program)
	code := "attach to " + where
	if l := a.debugging.plan.Launch; l != nil {
		code = fmt.Sprintf("F5 %q  (%s)", l.Entry, a.relative(l.File))
	}
	other := ui.Fact{Label: "PyCharm", Value: "Attach to DAP, remote address " + where + "  (2025.3 or newer)"}
	terminal := fmt.Sprintf("nvim-dap and others: request attach, connect {host = %q, port = %d}", at.Host, at.Port)
	if at.Program == "dlv" {
		other = ui.Fact{Label: "GoLand", Value: fmt.Sprintf("Go Remote, host %s, port %d", at.Host, at.Port)}
		terminal = p.Typed("dlv connect " + where)
	}
	p.Facts(ui.Fact{Label: "VS Code", Value: code}, other, ui.Fact{Label: "terminal", Value: terminal})
}

func showDebugPlan(p *ui.Page, a *app, plan *debug.Plan) {
	p.Headline("would debug on", fmt.Sprintf("%s:%d", plan.Host, plan.Port), plan.Program)
	l := plan.Launch
	switch {
	case l == nil:
	case l.Action == "keep":
		p.Facts(ui.Fact{Label: "keep", Value: a.relative(l.File)})
	default:
		p.Facts(ui.Fact{Label: l.Action, Value: a.relative(l.File)})
		p.Diff(changes(a.relative(l.File), l.Before, l.After))
	}
}

// brief writes a duration without parts that are nothing.
func brief(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if n := len(text) - len(zero); n > 0 && text[n:] == zero {
			text = text[:n+1]
		}
	}
	return text
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// completeDebug completes the connector and then the call.
func (a *app) completeDebug(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return debugCalls, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completeConnectors(cmd, args, word)
}
