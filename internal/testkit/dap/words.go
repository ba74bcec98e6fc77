package dap

import (
	"path/filepath"

	"github.com/google/go-dap"
)

// Break sets breakpoints in a file, instead of those that it had.
func (c *Client) Break(file string, lines ...int) {
	c.tb.Helper()
	args := dap.SetBreakpointsArguments{Source: dap.Source{Name: filepath.Base(file), Path: file}}
	for _, line := range lines {
		args.Breakpoints = append(args.Breakpoints, dap.SourceBreakpoint{Line: line})
	}
	c.request(&dap.SetBreakpointsRequest{Request: head("setBreakpoints"), Arguments: args})
	r := c.Response("setBreakpoints").(*dap.SetBreakpointsResponse)
	for _, b := range r.Body.Breakpoints {
		if !b.Verified {
			c.tb.Logf("breakpoint not verified yet: %s", b.Message)
		}
	}
}

// Begin has the program go on after all breakpoints are set.
func (c *Client) Begin() {
	c.tb.Helper()
	c.request(&dap.ConfigurationDoneRequest{Request: head("configurationDone")})
	c.Response("configurationDone")
	c.Response("attach")
}

// Stop is where the program stands.
type Stop struct {
	Thread, Frame int
	File          string
	Line          int
}

// Stopped waits until the program stands still.
func (c *Client) Stopped() Stop {
	c.tb.Helper()
	s := Stop{Thread: c.Event("stopped").(*dap.StoppedEvent).Body.ThreadId}
	c.request(&dap.StackTraceRequest{Request: head("stackTrace"), Arguments: dap.StackTraceArguments{ThreadId: s.Thread}})
	frames := c.Response("stackTrace").(*dap.StackTraceResponse).Body.StackFrames
	if len(frames) == 0 {
		c.tb.Fatal("it stands nowhere")
	}
	s.Frame, s.Line = frames[0].Id, frames[0].Line
	if frames[0].Source != nil {
		s.File = frames[0].Source.Path
	}
	return s
}

// Variable gives the value of a local variable.
func (c *Client) Variable(s Stop, name string) string {
	c.tb.Helper()
	c.request(&dap.ScopesRequest{Request: head("scopes"), Arguments: dap.ScopesArguments{FrameId: s.Frame}})
	for _, scope := range c.Response("scopes").(*dap.ScopesResponse).Body.Scopes {
		c.request(&dap.VariablesRequest{Request: head("variables"), Arguments: dap.VariablesArguments{VariablesReference: scope.VariablesReference}})
		for _, v := range c.Response("variables").(*dap.VariablesResponse).Body.Variables {
			if v.Name == name {
				return v.Value
			}
		}
	}
	c.tb.Fatalf("there is no variable %q", name)
	return ""
}

// Evaluate gives the value of an expression where the program stands.
func (c *Client) Evaluate(s Stop, expression string) string {
	c.tb.Helper()
	c.request(&dap.EvaluateRequest{Request: head("evaluate"), Arguments: dap.EvaluateArguments{Expression: expression, FrameId: s.Frame, Context: "watch"}})
	return c.Response("evaluate").(*dap.EvaluateResponse).Body.Result
}

// Continue has the program go on.
func (c *Client) Continue(s Stop) {
	c.tb.Helper()
	c.request(&dap.ContinueRequest{Request: head("continue"), Arguments: dap.ContinueArguments{ThreadId: s.Thread}})
	c.Response("continue")
}

// Next goes one line further.
func (c *Client) Next(s Stop) Stop {
	c.tb.Helper()
	c.request(&dap.NextRequest{Request: head("next"), Arguments: dap.NextArguments{ThreadId: s.Thread}})
	c.Response("next")
	return c.Stopped()
}

// Disconnect says goodbye, and may end the program with that.
func (c *Client) Disconnect(terminate bool) {
	c.tb.Helper()
	c.request(&dap.DisconnectRequest{Request: head("disconnect"), Arguments: &dap.DisconnectArguments{TerminateDebuggee: terminate}})
}
