package build

import (
	"bytes"
	"context"
	"io"
	"path/filepath"

	"github.com/connkit/connkit/internal/proc"
	"github.com/connkit/connkit/pkg/build/dockerfile"
	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/build/inputs"
)

// inTar is the name of a template's Dockerfile in the tar that is sent.
const inTar = "Dockerfile.connkit"

// sends tells whether connkit packs the context itself: that of a template, and
// one that the classic builder of docker could not leave files out of, as it
// knows no .dockerignore but that of the root.
func (o RunOptions) sends(t *Target) bool {
	return t.source.recipe != nil || t.ownIgnore() != "" && !o.Engine.Mounts()
}

// ownIgnore is the Dockerfile's own .dockerignore, or "".
func (t *Target) ownIgnore() string {
	if file := t.source.context.Ignore; filepath.Base(file) != inputs.IgnoreFile {
		return file
	}
	return ""
}

// send gives the engine what it reads from us: the context of a template, the
// Dockerfile with labels in it.
func (p *Plan) send(ctx context.Context, o RunOptions, t *Target, c *proc.Cmd) (stop func(), err error) {
	text := t.source.text
	if t.source.recipe != nil {
		if text, err = t.source.recipe.Dockerfile(o.Engine.Mounts()); err != nil {
			return nil, err
		}
	}
	if o.Engine.LabelsInDockerfile() {
		text = withLabels(text, t.Labels)
		c.Stdin = bytes.NewReader(text)
	}
	if !o.sends(t) {
		return func() {}, nil
	}
	files := t.source.files
	if t.source.recipe == nil {
		if files, err = t.source.context.Files(ctx, inputs.Want{All: true}); err != nil {
			return nil, err
		}
	}
	extra := map[string][]byte{inTar: text}
	if t.source.recipe != nil && !o.Engine.Mounts() {
		if extra[certificates], err = t.certificates(); err != nil {
			return nil, err
		}
	}
	r, w := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.CloseWithError(t.source.context.Archive(ctx, w, files, extra))
	}()
	c.Stdin = r
	return func() {
		_ = r.Close() // an engine that failed reads no more
		<-ended
	}, nil
}

// withLabels puts an instruction behind a Dockerfile. A last line that goes on
// would take it in: its mark is followed by nothing, and so can be left out.
func withLabels(text []byte, labels map[string]string) []byte {
	for dockerfile.EndsOpen(text) {
		text = text[:bytes.LastIndexAny(text, "\\`")]
	}
	return append(bytes.Clone(text), "\n"+engine.LabelLine(labels)+"\n"...)
}
