package ci

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
	"github.com/connkit/connkit/pkg/workspace"
)

// BuildArgs are the build args that a workflow gives to a connector's image.
type BuildArgs struct {
	File  string            `json:"file,omitempty"` // of the workflow; "" when none builds the connector
	Args  map[string]string `json:"args"`
	Notes []string          `json:"notes"` // of args that only a run of the workflow knows
}

// ArgsOf reads the build args of one connector: those of the step that builds
// images in its job, with the values of its entry put in. In a job without such
// a step every value of the entry is one, its key in capitals.
func ArgsOf(ws *workspace.Workspace, all []workspace.Connector, name string, t Target) (BuildArgs, error) {
	r, err := openRepo(ws, all)
	if err != nil {
		return BuildArgs{}, err
	}
	best := BuildArgs{Args: map[string]string{}}
	for _, p := range r.naming(r.places(t)) {
		list, include := p.standing(name)
		if len(list)+len(include) == 0 {
			continue
		}
		found := BuildArgs{File: p.wf.file, Args: map[string]string{}}
		m := p.matrixOf(name, list, include)
		if p.buildStep(&found, m) {
			return found, nil
		}
		if best.File == "" {
			m.asArgs(p, &found)
			best = found
		}
	}
	return best, nil
}

// matrixValues are what ${{ matrix.… }} is in one job: values by their path.
type matrixValues map[string]string

// matrixOf gives the values of a connector's job: its entry and what include adds to it.
func (p *place) matrixOf(name string, list, include []*entry) matrixValues {
	m := matrixValues{}
	for _, e := range list {
		if e.node.Kind == yaml.MappingNode {
			m[p.axis+"."+p.key] = name
		} else {
			m[p.axis] = name
		}
		for _, v := range e.values() {
			m.put(p.axis+"."+v.key, v.value)
		}
	}
	for _, e := range include {
		m[p.axis] = name
		for _, v := range e.values() {
			m.put(v.key, v.value)
		}
	}
	return m
}

// put spells a value as an expression prints it: a number loses its zeros.
func (m matrixValues) put(key string, n *yaml.Node) {
	if n.Kind != yaml.ScalarNode {
		return
	}
	value := n.Value
	if n.Tag == "!!float" || n.Tag == "!!int" {
		if f, err := strconv.ParseFloat(value, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			value = strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	if n.Tag == "!!null" {
		value = ""
	}
	m[key] = value
}

// noArgs are keys of entries that tell a workflow what to do, not a Dockerfile.
var noArgs = []string{"python", "version", "variants", "name", "connector"}

func (m matrixValues) asArgs(p *place, found *BuildArgs) {
	for _, path := range sortedKeys(m) {
		key := strings.TrimPrefix(path, p.axis+".")
		if path == p.axis || key == p.key || slices.Contains(noArgs, key) || !IsKey(key) {
			continue
		}
		if slices.Contains(kindKeys, key) {
			key = "connector_type"
		}
		found.Args[strings.ToUpper(strings.ReplaceAll(key, "-", "_"))] = m[path]
	}
}

// buildStep takes the args of the first step of the job that builds an image
// whose name or Dockerfile has to do with the matrix.
func (p *place) buildStep(found *BuildArgs, m matrixValues) bool {
	steps := yamltext.Get(p.jobNode, "steps")
	if steps == nil || steps.Kind != yaml.SequenceNode {
		return false
	}
	for _, step := range steps.Content {
		lines, ok := stepArgs(step)
		if !ok || !strings.Contains(textOf(step), "matrix.") {
			continue
		}
		for _, line := range lines {
			key, text, ok := strings.Cut(strings.TrimSpace(line), "=")
			if !ok || key == "" || strings.HasPrefix(key, "#") {
				continue
			}
			if value, ok := m.evaluate(text); ok {
				found.Args[key] = value
			} else {
				found.Notes = append(found.Notes, fmt.Sprintf("%s builds it with %s=%s, which only a run of it knows", p.wf.file, key, text))
			}
		}
		return true
	}
	return false
}

var (
	buildCommand = pattern.Lazy(`\b(docker|podman|nerdctl)\s+(buildx\s+)?build\b`)
	buildArgFlag = pattern.Lazy(`--build-arg[=\s]+("[^"]*"|'[^']*'|(?:\$\{\{[^}]*\}\}|[^\s\\'"]|"[^"]*"|'[^']*')+)`)
)

// stepArgs gives the build args of a step, KEY=VALUE each, if it builds an image.
func stepArgs(step *yaml.Node) ([]string, bool) {
	if uses := yamltext.Get(step, "uses"); uses != nil && strings.Contains(uses.Value, "build-push-action") {
		args := yamltext.Get(yamltext.Get(step, "with"), "build-args")
		if args == nil {
			return nil, true
		}
		return strings.Split(args.Value, "\n"), true
	}
	run := yamltext.Get(step, "run")
	if run == nil || !buildCommand().MatchString(run.Value) {
		return nil, false
	}
	var list []string
	for _, m := range buildArgFlag().FindAllStringSubmatch(run.Value, -1) {
		list = append(list, unquoted(m[1]))
	}
	return list, true
}

// textOf gives all texts below a node.
func textOf(n *yaml.Node) string {
	texts := []string{n.Value}
	for _, child := range n.Content {
		texts = append(texts, textOf(child))
	}
	return strings.Join(texts, "\n")
}
