package ci

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/workspace"
)

// connectorNamed knows a connector by its name: source-py-… is a Python capture, dest-rs a
// Rust one without a kind, materialize-… and source-… are Go.
func connectorNamed(name string) workspace.Connector {
	c := workspace.Connector{Name: name, Language: "go"}
	prefix, rest, _ := strings.Cut(name, "-")
	c.Kind = map[string]string{"source": "capture", "materialize": "materialization", "derive": "derivation"}[prefix]
	switch lang, _, _ := strings.Cut(rest, "-"); lang {
	case "py":
		c.Language = "python"
	case "rs":
		c.Language = "rust"
	case "none":
		c.Language = ""
	}
	return c
}

// flows makes workflows of lines "file job axis: name name"; of one file and job one matrix.
func flows(t *testing.T, text string) *repo {
	t.Helper()
	r := &repo{ws: &workspace.Workspace{Root: "/nowhere"}, connectors: map[string]workspace.Connector{}}
	jobs := map[string]map[string]string{} // file, job: axes
	var files []string
	order := map[string][]string{}
	for line := range strings.Lines(text) {
		place, names, ok := strings.Cut(strings.TrimSpace(line), ":")
		words := strings.Fields(place)
		if !ok {
			continue
		}
		for _, name := range strings.Fields(names) {
			if !strings.HasPrefix(name, "~") { // no folder has that name
				r.connectors[name] = connectorNamed(name)
			}
		}
		if jobs[words[0]] == nil {
			jobs[words[0]], files = map[string]string{}, append(files, words[0])
		}
		if jobs[words[0]][words[1]] == "" {
			order[words[0]] = append(order[words[0]], words[1])
		}
		jobs[words[0]][words[1]] += fmt.Sprintf("        %s: [%s]\n", words[2], strings.Join(strings.Fields(strings.ReplaceAll(names, "~", "")), ", "))
	}
	for _, file := range files {
		workflow := "on: push\njobs:\n"
		for _, job := range order[file] {
			workflow += fmt.Sprintf("  %s:\n    name: Job %s\n    runs-on: x\n    strategy:\n      matrix:\n%s    steps: [{run: x}]\n", job, job, jobs[file][job])
		}
		w, err := parseWorkflow(workflowDir+"/"+file, []byte(workflow), r.known)
		if err != nil {
			t.Fatal(err)
		}
		r.workflows = append(r.workflows, w)
	}
	return r
}

// Where a connector belongs: with those of its language, then those of its kind.
// Flags win; what has equal claims is told, and so is what nobody has a claim to.
func TestChoose(t *testing.T) {
	t.Parallel()
	const two = "ci.yaml build c: source-a source-b materialize-m\npython.yaml py c: source-py-a source-py-b\n"
	for _, tt := range []struct{ flows, name, target, want string }{
		{two, "source-c", "", "ci.yaml build c"},
		{two, "source-py-c", "", "python.yaml py c"},
		{two, "materialize-py-c", "", "python.yaml py c"}, // the language goes before the kind
		{two, "source-none", "", "ci.yaml build c"},       // what does not tell its language is no Python project
		{two, "source-rs-c", "", "2 matrices have equal claims to it"},
		{two, "source-rs-c", "--workflow ci", "ci.yaml build c"},
		{two, "source-rs-c", "--job py", "python.yaml py c"},
		{two, "source-c", "--workflow python", "python.yaml py c"},
		{two, "source-c", "--workflow .github/workflows/python.yaml", "python.yaml py c"},
		{two, "source-c", "--workflow ./python.yaml", "python.yaml py c"},
		{two, "source-c", `--workflow .github\workflows\python.yaml`, "python.yaml py c"},
		{two, "source-c", "--workflow pyth", "no matrix is chosen by --workflow pyth; there are .github/workflows/ci.yaml:8 (job build, axis c); .github/workflows/python.yaml:8 (job py, axis c)"},
		{two, "source-c", "--job build --axis d", "no matrix is chosen by --job build --axis d"},
		{two, "source-a", "", "ci.yaml build c"}, // where it stands
		{two, "source-py-a", "--job build", "ci.yaml build c"},
		{"ci.yaml captures c: source-a source-b\nci.yaml sinks c: materialize-a materialize-b\n", "materialize-c", "", "ci.yaml sinks c"},
		{"ci.yaml captures c: source-a source-b\nci.yaml sinks c: materialize-a materialize-b\n", "derive-c", "", "2 matrices have equal claims to it"},
		{"ci.yaml captures c: source-a source-b\nci.yaml sinks c: materialize-a materialize-b\n", "derive-c", "--job Job+sinks", "ci.yaml sinks c"},
		{"ci.yaml most c: source-a source-b materialize-a\nci.yaml few c: source-c materialize-b materialize-c materialize-d\n", "source-d", "", "ci.yaml most c"},
		{"ci.yaml all c: source-a source-b source-c\nci.yaml slow c: source-a source-b\n", "source-d", "", "ci.yaml all c"}, // slow is a special case of all
		{"ci.yaml all c: source-a source-b source-c\nci.yaml slow c: source-a source-b\n", "source-a", "", "2 matrices have equal claims to it"},
		{"ci.yaml one c: source-a source-b\nci.yaml two c: source-a source-b\n", "source-c", "", "2 matrices have equal claims to it: .github/workflows/ci.yaml:8 (job one, axis c); .github/workflows/ci.yaml:15 (job two, axis c)"},
		{"ci.yaml one os: linux darwin\nci.yaml two c: source-a\n", "source-c", "", "ci.yaml two c"},
		{"ci.yaml one os: ~linux ~darwin\nci.yaml one go: ~v1\nci.yaml one c: source-a\n", "source-c", "", "ci.yaml one c"},
		{"ci.yaml one os: ~linux\n", "source-c", "", "no matrix names a connector of this workspace; there are .github/workflows/ci.yaml:8 (job one, axis os)"},
		{"ci.yaml one os: ~linux\n", "source-c", "--axis os", "ci.yaml one os"},
		{"", "source-c", "", "no workflow in .github/workflows has a matrix"},
		{"ci.yaml one c: source-py-a\n", "source-c", "", "ci.yaml one c"}, // the only one that names any
		{"ci.yaml one c: source-a source-rs-a source-rs-b\nci.yaml two c: source-b source-c\n", "source-rs-c", "", "ci.yaml one c"},
		{"ci.yaml one c: source-a source-b source-c source-rs-a\nci.yaml two c: source-d\n", "source-rs-c", "", "ci.yaml one c"},
	} {
		r := flows(t, tt.flows)
		var target Target
		for words := strings.Fields(tt.target); len(words) > 0; words = words[2:] {
			value := strings.ReplaceAll(words[1], "+", " ")
			switch words[0] {
			case "--workflow":
				target.Workflow = value
			case "--job":
				target.Job = value
			case "--axis":
				target.Axis = value
			}
		}
		if got := strings.ReplaceAll(target.String(), " sinks", "+sinks"); got != tt.target {
			t.Errorf("%q is spelled %q", tt.target, got)
		}
		p, err := r.choose(connectorNamed(tt.name), target)
		if err != nil {
			if !strings.Contains(err.Error(), tt.want) || fault.Code(err) != 2 || !strings.HasPrefix(err.Error(), "placing "+tt.name+": ") {
				t.Errorf("%q, %s %s: %v, want %q", tt.flows, tt.name, tt.target, err, tt.want)
			}
			continue
		}
		if got := strings.TrimPrefix(p.wf.file, workflowDir+"/") + " " + p.job + " " + p.axis; got != tt.want {
			t.Errorf("%q, %s %s: got %s, want %s", tt.flows, tt.name, tt.target, got, tt.want)
		}
	}
}

// The flags that a hint spells choose what they stand for.
func TestHintsChoose(t *testing.T) {
	t.Parallel()
	r := flows(t, "ci.yaml one c: source-a source-b\nci.yaml two c: source-a source-b\nother.yml one d: source-a source-b\n")
	_, err := r.choose(connectorNamed("source-c"), Target{})
	lines := strings.Split(fault.HintOf(err), "\n")
	if len(lines) != 4 || lines[0] != "choose one:" {
		t.Fatalf("%v, %q", err, lines)
	}
	for i, line := range lines[1:] {
		words := strings.Fields(line)
		p, err := r.choose(connectorNamed("source-c"), Target{Workflow: words[1], Job: words[3], Axis: words[5]})
		if err != nil || p != r.places(Target{})[i] {
			t.Errorf("%s: %v, %v", line, p, err)
		}
	}
}
