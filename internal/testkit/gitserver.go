package testkit

import (
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// GitServing says how a [GitServer] behaves.
type GitServing struct {
	Old      bool                                                     // it speaks protocol version 0
	Plain    bool                                                     // it is a server of plain files
	Password string                                                   // that is asked for
	First    func(w http.ResponseWriter, r *http.Request) (done bool) // may answer instead
}

// GitServer serves all repositories of a folder over HTTP, by git's own program
// or as plain files, and counts requests and the bytes of its answers.
type GitServer struct {
	*httptest.Server
	Requests, Sent atomic.Int64
}

// ServeGit starts a server, which ends with the test.
func ServeGit(tb testing.TB, dir string, how GitServing) *GitServer {
	tb.Helper()
	exe, err := exec.Command("git", "--exec-path").Output() //nolint:noctx // a test's own deadline ends it
	if err != nil {
		tb.Fatal(err)
	}
	backend := cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(exe)), "git-http-backend"), Root: "/", Stderr: io.Discard, InheritEnv: []string{"HOME"},
		Env: []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=" + os.Getenv("GIT_CONFIG_GLOBAL")},
	}
	s := &GitServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Requests.Add(1)
		w = &countedAnswer{w, &s.Sent}
		_, password, _ := r.BasicAuth()
		switch {
		case how.First != nil && how.First(w, r):
		case how.Password != "" && password != how.Password:
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		case how.Plain:
			http.FileServer(http.Dir(dir)).ServeHTTP(w, r)
		default:
			h := backend
			if p := r.Header.Get("Git-Protocol"); p != "" && !how.Old {
				h.Env = append(append([]string{}, h.Env...), "GIT_PROTOCOL="+p)
			}
			h.ServeHTTP(w, r)
		}
	}))
	tb.Cleanup(s.Close)
	return s
}

// countedAnswer counts what goes over the wire.
type countedAnswer struct {
	http.ResponseWriter
	sent *atomic.Int64
}

func (c *countedAnswer) Write(p []byte) (int, error) {
	c.sent.Add(int64(len(p)))
	return c.ResponseWriter.Write(p)
}

// Unwrap lets a handler break the connection.
func (c *countedAnswer) Unwrap() http.ResponseWriter { return c.ResponseWriter }
