package tour

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/proc"
)

// patience is how long a base image may take to come.
const patience = time.Minute

// cleaning is how long an engine may take to remove images, also after an interrupt.
const cleaning = 30 * time.Second

var baseLine = regexp.MustCompile(`(?m)^ARG BASE_IMAGE=(\S+)`)

// base is the image that the connector's is made on.
func (st *stage) base() string {
	if st.o.BaseImage != "" {
		return st.o.BaseImage
	}
	text, err := os.ReadFile(filepath.Join(st.monorepo, made, "Dockerfile"))
	if m := baseLine.FindSubmatch(text); err == nil && m != nil {
		return string(m[1])
	}
	return ""
}

// unbuildable says why no image can be built, "" when one can: there must be an
// engine, and in it or within its reach an image with Python.
func (st *stage) unbuildable(ctx context.Context, r *Result) string {
	if r.Engine == nil {
		return "no container engine answers: " + r.NoEngine
	}
	base := st.base()
	if _, err := proc.Run(ctx, st.engineCmd(r.Engine, "image", "inspect", base)); err == nil {
		return ""
	}
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if _, err := proc.Run(short, st.engineCmd(r.Engine, "pull", base)); err != nil {
		return fmt.Sprintf("the image %s is not there and did not come: %s; --base-image names another one with Python", base, firstLine(err))
	}
	st.pulled = r.Engine
	return ""
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func (st *stage) engineCmd(e *Engine, args ...string) proc.Cmd {
	cmd := st.proc(append([]string{e.Program}, args...), true)
	cmd.Merged = false // an error tells the last line of stderr
	return cmd
}

// removeImages takes out of the engine what the tour put there. That it cannot
// is no reason to fail: the tour has shown what it had to.
func (st *stage) removeImages() {
	ctx, cancel := context.WithTimeout(context.Background(), cleaning)
	defer cancel()
	if st.image != nil {
		_, _ = proc.Run(ctx, st.engineCmd(st.image, "image", "rm", st.registry+"/"+made+":local"))
	}
	if st.pulled != nil {
		_, _ = proc.Run(ctx, st.engineCmd(st.pulled, "image", "rm", st.base()))
	}
}
