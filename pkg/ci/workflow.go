package ci

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/yamltext"
)

// workflowDir is where GitHub Actions looks for workflows, and nowhere deeper.
const workflowDir = ".github/workflows"

// workflow is one file with its matrices.
type workflow struct {
	file   string // slash path from the root of the workspace
	path   string
	doc    *yamltext.Doc
	places []*place
	closed []closed
	linted func() ([]string, error) // what actionlint says of the text; nil when it was not asked yet
}

// closed is a job whose matrix cannot be edited, with the reason.
type closed struct {
	job string
	err *fault.Error
}

// readWorkflows reads all workflows that have a matrix or call others, several
// at a time. What cannot be read is an error of its file, given with the others that can.
func readWorkflows(root string, known func(string) bool) (list []*workflow, broken []*fault.Error, err error) {
	entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(workflowDir)))
	if os.IsNotExist(err) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the workflows: %w", err)
	}
	found, failed := make([]*workflow, len(entries)), make([]*fault.Error, len(entries))
	var group sync.WaitGroup
	for i, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			group.Go(func() { found[i], failed[i] = readWorkflow(root, workflowDir+"/"+e.Name(), known) })
		}
	}
	group.Wait()
	for i := range entries {
		if failed[i] != nil {
			broken = append(broken, failed[i])
		} else if found[i] != nil {
			list = append(list, found[i])
		}
	}
	return list, broken, nil
}

// readWorkflow reads a file; nil is one that has no matrix and calls no workflow.
func readWorkflow(root, file string, known func(string) bool) (*workflow, *fault.Error) {
	path := filepath.Join(root, filepath.FromSlash(file))
	text, err := readRegular(path)
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		return nil, fault.Usagef("reading it: %w", failed.Err).At(file, 0, 0)
	}
	if !bytes.Contains(text, []byte("matrix")) && !bytes.Contains(text, []byte(workflowDir)) {
		return nil, nil
	}
	w, err := parseWorkflow(file, text, known)
	if placed := (*fault.Error)(nil); errors.As(err, &placed) {
		return nil, placed
	}
	w.path = path
	return w, nil
}

// parseWorkflow reads one workflow; known tells which names are connectors'. Its errors are those of [yamltext.Parse].
func parseWorkflow(file string, text []byte, known func(string) bool) (*workflow, error) {
	doc, err := yamltext.Parse(file, text)
	if err != nil {
		return nil, err
	}
	w := &workflow{file: file, doc: doc}
	if doc.Root == nil || doc.Root.Kind != yaml.MappingNode {
		return w, nil
	}
	jobs := yamltext.Get(doc.Root, "jobs")
	if jobs == nil || jobs.Kind != yaml.MappingNode {
		return w, nil
	}
	for i := 0; i+1 < len(jobs.Content); i += 2 {
		w.readJob(jobs.Content[i].Value, jobs.Content[i+1], known)
	}
	return w, nil
}

// again reads a changed text of the same workflow.
func (w *workflow) again(text []byte, known func(string) bool) (*workflow, error) {
	next, err := parseWorkflow(w.file, text, known)
	if err != nil {
		return nil, err
	}
	next.path = w.path
	return next, nil
}

// find gives the place of the same job and axis in another reading of the file.
func (w *workflow) find(job, axis string) *place {
	i := slices.IndexFunc(w.places, func(p *place) bool { return p.job == job && p.axis == axis })
	if i < 0 {
		return nil
	}
	return w.places[i]
}

func (w *workflow) readJob(job string, n *yaml.Node, known func(string) bool) {
	matrix := yamltext.Get(yamltext.Get(n, "strategy"), "matrix")
	switch {
	case matrix == nil && yamltext.Get(n, "uses") != nil:
		w.close(job, w.doc.Errorf(n, "job %s calls a reusable workflow and has no matrix", job))
	case matrix == nil:
	case matrix.Kind == yaml.ScalarNode && strings.Contains(matrix.Value, "${{"):
		w.close(job, w.doc.Errorf(matrix, "the matrix of job %s is made by an expression, %s", job, matrix.Value).
			WithHint("what makes it decides: with connkit ci matrix there is nothing to add"))
	case matrix.Kind == yaml.AliasNode:
		w.close(job, w.doc.Errorf(matrix, "the matrix of job %s is an alias, *%s", job, matrix.Value))
	case matrix.Kind == yaml.MappingNode:
		w.readMatrix(job, n, matrix, known)
	}
}

func (w *workflow) close(job string, err *fault.Error) {
	w.closed = append(w.closed, closed{job, err})
}
