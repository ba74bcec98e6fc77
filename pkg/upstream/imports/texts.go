package imports

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/object"
)

// textOf gives the text of an import's licence as it lies in HEAD.
func (r *repo) textOf(ctx context.Context, im *Import) (string, error) {
	texts, err := r.licenceTexts(ctx, im)
	if err != nil {
		return noAssertion, err
	}
	for _, t := range texts {
		if !strings.HasPrefix(strings.ToUpper(path.Base(t.path)), "NOTICE") {
			return clean(t.text), nil
		}
	}
	return noAssertion, nil
}

// licenceText is a licence or a notice that came with an import.
type licenceText struct {
	path string // in the monorepo
	text string
}

// licenceTexts reads the texts that lie beside an import and in it.
func (r *repo) licenceTexts(ctx context.Context, im *Import) ([]licenceText, error) {
	dir := im.Dest
	if im.Single {
		dir = path.Dir(im.Dest)
	}
	out, err := r.git.With("GIT_LITERAL_PATHSPECS=1").Run(ctx, "ls-tree", "-r", "-z", "--name-only", "--full-tree", r.head, "--", dir+"/")
	if err != nil {
		return nil, fmt.Errorf("looking for licence texts: %w", err)
	}
	carried := map[string]bool{}
	for _, c := range im.Carried {
		carried[path.Join(dir, c.File)] = true
	}
	proof, inside := im.within(im.License.Path)
	var files, revs []string
	for p := range strings.SplitSeq(strings.TrimSuffix(string(out.Stdout), "\x00"), "\x00") {
		named := inside && p == path.Join(im.Dest, proof) && !license.Speaks(path.Base(p))
		holds := !im.Single && (named || license.HoldsText(path.Base(p)))
		if p == "" || !carried[p] && !holds {
			continue
		}
		files, revs = append(files, p), append(revs, r.head+":"+p)
	}
	list, err := object.Batch(ctx, r.git, revs...)
	if err != nil {
		return nil, err
	}
	var texts []licenceText
	for i, o := range list {
		if o.Kind == object.Blob {
			texts = append(texts, licenceText{files[i], string(o.Data)})
		}
	}
	slices.SortStableFunc(texts, func(a, b licenceText) int {
		if carried[a.path] != carried[b.path] {
			if carried[a.path] {
				return -1
			}
			return 1
		}
		return strings.Compare(a.path, b.path)
	})
	return texts, nil
}
