package tour

import "slices"

// The connectors of the tour, and where the imported one comes from.
const (
	made     = "source-weather"
	imported = "source-quakes"
	remote   = "quakes"
	path     = "connectors/" + imported
)

// Command is one command of a step. What it prints is kept as a person would see it.
type Command struct {
	Line     string   `json:"command"`
	Argv     []string `json:"argv"`
	Expected int      `json:"expected"` // exit code
	Why      string   `json:"why,omitempty"`
	Exit     int      `json:"exit"`
	Seconds  float64  `json:"seconds"`
	Output   string   `json:"output"`

	head, tail int // lines of the output that are worth a look; 0 and 0 are all
}

// Shown gives the lines of the output that are worth a look, and how many are
// left out behind the first of the two parts.
func (c *Command) Shown() (head []string, left int, tail []string) {
	lines := splitLines(c.Output)
	if c.head+c.tail == 0 || len(lines) <= c.head+c.tail+1 {
		return lines, 0, nil
	}
	cut := len(lines) - c.tail
	return lines[:c.head], cut - c.head, lines[cut:]
}

func connkit(args ...string) *Command { return command(append([]string{"connkit"}, args...)...) }

func command(argv ...string) *Command { return &Command{Line: shellLine(argv), Argv: argv} }

func (c *Command) cut(head, tail int) *Command {
	c.head, c.tail = head, tail
	return c
}

func (c *Command) refused(code int, why string) *Command {
	c.Expected, c.Why = code, why
	return c
}

// script gives the steps of the tour. Its commands are run in the monorepo.
func script(o Options) []*Step {
	build, images := []string{"build", made}, []string{"images"}
	if o.UseEngine != "" {
		build, images = append(build, "--engine", o.UseEngine), append(images, "--engine", o.UseEngine)
	}
	if o.BaseImage != "" {
		build = append(build, "--build-arg", "BASE_IMAGE="+o.BaseImage)
	}
	config := made + "/config.yaml"
	steps := []*Step{
		{Name: "new", Title: "scaffold a connector, here from a template of your own", Commands: []*Command{
			connkit("new", made, "--template", "../template"),
		}},
		{Name: "pull-upstream", Title: "import another, with its licence proven", Commands: []*Command{
			command("git", "remote", "add", remote, "../upstream"),
			connkit("pull-upstream", remote, "main", path, imported, "MIT", "LICENSE").
				refused(4, "it is MIT no more, whatever the LICENSE above it says, so nothing is imported"),
			connkit("upstream", "find", remote, path, "--license", "MIT"),
			connkit("pull-upstream", remote, path, imported, "MIT", "LICENSE", "--last-licensed"),
		}},
		{Name: "run", Title: "talk to the connector", Commands: []*Command{
			connkit("run", "spec", made).cut(9, 0),
			connkit("run", "discover", made),
			connkit("run", "preview", made, "--sessions", "1").cut(3, 5),
		}},
		{Name: "encrypt", Title: "keep its credentials in the repository", Commands: []*Command{
			connkit("secrets", "init"),
			connkit("encrypt", config),
			command("git", "grep", "-h", "api_token", "--", config),
			connkit("run", "discover", made),
		}},
		{Name: "build", Title: "make its :local image, and ask the connector in it", engine: true, Commands: []*Command{connkit(build...), connkit(images...)}},
		{Name: "ci", Title: "put both into the matrix", Commands: []*Command{
			connkit("ci", "add", made, imported),
			command("git", "diff", "--unified=1", "--", ".github"),
		}},
		{Name: "check", Title: "is everything as it should be", Commands: []*Command{
			connkit("run", "test", made),
			connkit("secrets", "check"),
			connkit("upstream", "verify"),
			connkit("ci", "check"),
		}},
	}
	for i, s := range steps {
		s.Number = i + 1
	}
	return slices.Clip(steps)
}
