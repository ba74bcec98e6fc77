package migrate

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

// workflow looks at the steps and the matrices of a GitHub Actions file. One
// that cannot be read is somebody else's to report.
func (s *source) workflow() {
	doc, err := yamltext.Parse(s.file, s.text)
	if err != nil || doc.Root == nil || doc.Root.Kind != yaml.MappingNode {
		return
	}
	if runs := yamltext.Get(doc.Root, "runs"); runs != nil {
		s.steps(doc, yamltext.Get(runs, "steps"), doc.Root) // of an action
	}
	jobs := yamltext.Get(doc.Root, "jobs")
	if jobs == nil || jobs.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(jobs.Content); i += 2 {
		s.matrix(doc, jobs.Content[i].Value, jobs.Content[i+1])
		s.steps(doc, yamltext.Get(jobs.Content[i+1], "steps"), doc.Root, jobs.Content[i+1])
	}
}

// shellOf gives the shell of a step and whether it runs in the root, as the
// step, its job or the workflow say.
func shellOf(step *yaml.Node, above []*yaml.Node) (shell string, root bool) {
	folder := ""
	for _, n := range above {
		run := yamltext.Get(yamltext.Get(n, "defaults"), "run")
		shell, folder = cmp.Or(valueOf(run, "shell"), shell), cmp.Or(valueOf(run, "working-directory"), folder)
	}
	folder = cmp.Or(valueOf(step, "working-directory"), folder)
	return cmp.Or(valueOf(step, "shell"), shell, "bash"), path.Clean(folder) == "." || wholeWorkspace().MatchString(folder)
}

// wholeWorkspace finds the root of the repository by its name.
var wholeWorkspace = pattern.Lazy(`^\$\{\{\s*github\.workspace\s*\}\}/?$`)

// onWindows tells whether a job runs on Windows, or does for one of its matrix.
func onWindows(job *yaml.Node) bool {
	on := textOf(yamltext.Get(job, "runs-on"))
	if strings.Contains(on, "matrix.") {
		on = textOf(yamltext.Get(job, "strategy"))
	}
	return strings.Contains(strings.ToLower(on), "windows")
}

// textOf gives all texts below a node.
func textOf(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	texts := []string{n.Value}
	for _, child := range n.Content {
		texts = append(texts, textOf(child))
	}
	return strings.Join(texts, "\n")
}

func valueOf(n *yaml.Node, key string) string {
	if v := yamltext.Get(n, key); v != nil {
		return v.Value
	}
	return ""
}

// The reasons that keep calls in workflows as they are: rewritten they would fail.
const (
	noConnkit = "the job does not install connkit: put \"uses: connkit/connkit@main\" before the step"
	noWindows = "the job runs on Windows, and connkit does not"
)

func (s *source) steps(doc *yamltext.Doc, steps *yaml.Node, above ...*yaml.Node) {
	if steps == nil || steps.Kind != yaml.SequenceNode {
		return
	}
	reason := noConnkit
	if onWindows(above[len(above)-1]) {
		reason = noWindows
	}
	for _, step := range steps.Content {
		uses := yamltext.Get(step, "uses")
		if uses != nil && strings.HasPrefix(uses.Value, "connkit/connkit@") && yamltext.Get(step, "if") == nil && reason == noConnkit {
			reason = ""
		}
		if uses != nil && strings.HasPrefix(uses.Value, "docker/build-push-action@") {
			s.pushAction(doc, step, uses)
		}
		shell, root := shellOf(step, above)
		if words := strings.Fields(shell); len(words) == 0 || words[0] != "bash" && words[0] != "sh" {
			continue // of another language
		}
		if s.elsewhere = ""; !root {
			s.elsewhere = otherFolder
		}
		if run := yamltext.Get(step, "run"); run != nil && run.Kind == yaml.ScalarNode {
			s.runStep(doc, run, reason)
		}
	}
}

// runStep looks at the commands of a step. Those of texts that YAML folds or
// quotes are not where a shell reads them.
func (s *source) runStep(doc *yamltext.Doc, run *yaml.Node, reason string) {
	span, err := doc.Body(run)
	if err != nil {
		return
	}
	switch {
	case run.Style&yaml.LiteralStyle != 0:
		for span.Start < span.End && s.text[span.Start] != '\n' {
			span.Start++
		}
	case run.Style == 0 && !bytes.Contains(s.text[span.Start:span.End], []byte("\n")):
	default:
		s.quotedStep(span, run.Value)
		return
	}
	s.shell(span.Start, span.End, reason)
}

// quotedStep reports what a text holds that is read out of YAML, all at its place.
func (s *source) quotedStep(span yamltext.Span, value string) {
	inner := &source{scan: s.scan, file: s.file, text: []byte(value)}
	inner.shell(0, len(value), "YAML quotes or folds the text")
	for _, f := range inner.findings {
		s.report(span, f)
	}
}

var matrixValue = pattern.Lazy(`\$\{\{\s*matrix\.[\w.-]+\s*\}\}`)

// pushAction reports a step that builds the images of a matrix.
func (s *source) pushAction(doc *yamltext.Doc, step, uses *yaml.Node) {
	with := yamltext.Get(step, "with")
	var texts []string
	for _, key := range []string{"tags", "file", "build-args"} {
		if n := yamltext.Get(with, key); n != nil {
			texts = append(texts, n.Value)
		}
	}
	m := matrixValue().FindString(strings.Join(texts, "\n"))
	span, err := doc.Body(uses)
	if m == "" || err != nil {
		return
	}
	s.report(span, Finding{
		Kind: Docker, Does: "builds the image of each connector of the matrix", Command: "connkit build \"" + m + "\"",
		Why: "a step with uses: is no command; connkit build reads these build-args by itself",
	})
}

// leastNames are how many connectors a list of a matrix names.
const leastNames = 2

// matrix reports connectors that are listed by hand.
func (s *source) matrix(doc *yamltext.Doc, job string, node *yaml.Node) {
	matrix := yamltext.Get(yamltext.Get(node, "strategy"), "matrix")
	if matrix == nil || matrix.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(matrix.Content); i += 2 {
		key, list := matrix.Content[i], matrix.Content[i+1]
		names := s.namesIn(list)
		if len(names) < leastNames {
			continue
		}
		span, err := doc.Body(key)
		if err != nil {
			continue
		}
		s.report(span, Finding{
			Kind: Matrix, Does: fmt.Sprintf("lists %d connectors of job %s by hand", len(names), job), Command: "connkit ci add NAME",
			Why: "ci add, remove and check keep the list; to make it anew for each change see connkit ci matrix",
		})
	}
}

// namesIn lists the connectors that the entries of a list name, once each.
func (s *source) namesIn(list *yaml.Node) []string {
	var names []string
	if list.Kind != yaml.SequenceNode {
		return nil
	}
	for _, entry := range list.Content {
		values := []*yaml.Node{entry}
		if entry.Kind == yaml.MappingNode {
			values = entry.Content
		}
		for _, v := range values {
			if v.Kind == yaml.ScalarNode && slices.Contains(s.o.Connectors, v.Value) && !slices.Contains(names, v.Value) {
				names = append(names, v.Value)
			}
		}
	}
	return names
}
