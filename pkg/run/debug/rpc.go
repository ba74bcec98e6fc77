package debug

import (
	"context"
	"net"
	"net/rpc"
	"net/rpc/jsonrpc"
	"strconv"
	"time"

	"github.com/connkit/connkit/internal/pattern"
)

// dlv speaks JSON-RPC on the port on which debuggers attach; these are the few
// words of it that are needed (github.com/go-delve/delve/service/rpc2).
type client struct{ rpc *rpc.Client }

type stateIn struct{ NonBlocking bool }

type stateOut struct {
	State struct {
		Running bool
		Pid     int
	}
}

func dialDelve(ctx context.Context, addr string) (*client, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{jsonrpc.NewClient(conn)}, nil
}

// answer is how long dlv may take for a word that it answers at once.
const answer = 10 * time.Second

func (c *client) call(method string, in, out any) error {
	call := c.rpc.Go("RPCServer."+method, in, out, make(chan *rpc.Call, 1))
	select {
	case <-call.Done:
		return call.Error
	case <-time.After(answer):
		return errSilent
	}
}

// state tells how the program is.
func (c *client) state() (stateOut, error) {
	var out stateOut
	err := c.call("State", stateIn{true}, &out)
	return out, err
}

// resume has a program go on that stands still, with no breakpoint to stop at.
func (c *client) resume() error {
	var list struct {
		Breakpoints []struct {
			ID int `json:"id"`
		}
	}
	if err := c.call("ListBreakpoints", struct{}{}, &list); err != nil {
		return err
	}
	for _, b := range list.Breakpoints {
		if b.ID <= 0 {
			continue // dlv's own
		}
		var cleared struct{}
		if err := c.call("ClearBreakpoint", struct {
			ID int `json:"Id"`
		}{b.ID}, &cleared); err != nil {
			return err
		}
	}
	c.rpc.Go("RPCServer.Command", struct {
		Name string `json:"name"`
	}{"continue"}, &struct{}{}, make(chan *rpc.Call, 1)) // is answered when the program stops
	return nil
}

// detach ends dlv, and the program with it.
func (c *client) detach() error {
	return c.call("Detach", struct{ Kill bool }{true}, &struct{}{})
}

var exitText = pattern.Lazy(`has exited with status (-?\d+)`)

// exitStatus reads the end of the program off an error of dlv.
func exitStatus(err error) (status int, ended bool) {
	if err == nil {
		return 0, false
	}
	m := exitText().FindStringSubmatch(err.Error())
	if m == nil {
		return 0, false
	}
	status, _ = strconv.Atoi(m[1])
	return status, true
}
