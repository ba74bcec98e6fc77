package doctor

import "regexp"

// tool is a program that jobs need or can use.
type tool struct {
	name    string
	argv    []string // prints the version
	version *regexp.Regexp
	least   [2]int // major and minor that is needed at least
	jobs    []string
	group   string   // of tools that can stand for each other; "" stands alone
	use     string   // what it is for
	get     string   // how to get it
	confirm []string // must succeed too: an engine behind the client answers
	broken  string   // what it means when confirm fails
}

// Jobs are the names that --for takes.
func Jobs() []string {
	return []string{"new", "env", "run", "debug", "pull-upstream", "encrypt", "build", "ci"}
}

var plainVersion = regexp.MustCompile(`(\d+)\.(\d+)(?:\.\d+)*`)

// Groups of tools of which one is enough.
const (
	managers = "Python environments"
	engines  = "image builds"
)

// tools is the table. A job needs every tool that names it, or one of its group.
func tools() []tool {
	return []tool{
		{name: "git", argv: []string{"git", "--version"}, least: [2]int{2, 38}, jobs: []string{"new", "pull-upstream", "ci", "build"},
			use: "the repository, imports", get: "apt install git, or brew install git"},
		{name: "python", argv: []string{"python3", "--version"}, least: [2]int{3, 11}, jobs: []string{"env", "run", "debug"},
			use: "Python connectors", get: "apt install python3 python3-venv, or brew install python"},
		{name: "uv", argv: []string{"uv", "--version"}, jobs: []string{"env"}, group: managers,
			use: "environments, the fastest", get: "pipx install uv"},
		{name: "poetry", argv: []string{"poetry", "--version"}, jobs: []string{"env"}, group: managers,
			use: "environments with a poetry.lock", get: "pipx install poetry"},
		{name: "pip", argv: []string{"python3", "-m", "pip", "--version"}, jobs: []string{"env"}, group: managers,
			use: "environments, where neither uv nor Poetry is", get: "apt install python3-pip python3-venv"},
		{name: "go", argv: []string{"go", "version"}, least: [2]int{1, 21}, jobs: []string{"run"}, group: "Go connectors",
			use: "Go connectors", get: "https://go.dev/dl/"},
		{name: "docker", argv: []string{"docker", "--version"}, jobs: []string{"build"}, group: engines,
			use: "images", get: "apt install docker.io, or https://docs.docker.com/get-docker/",
			confirm: []string{"docker", "version", "--format", "{{.Server.Version}}"}, broken: "no engine answers: start it with systemctl start docker"},
		{name: "buildx", argv: []string{"docker", "buildx", "version"}, jobs: []string{"build"}, group: "optional for builds",
			use: "builds for other platforms", get: "https://docs.docker.com/go/buildx/"},
		{name: "podman", argv: []string{"podman", "--version"}, jobs: []string{"build"}, group: engines,
			use: "images without docker", get: "apt install podman, or brew install podman"},
		{name: "flowctl", argv: []string{"flowctl", "--version"}, jobs: []string{"run"}, group: "optional for runs",
			use: "the catalog, deployed tasks", get: "https://docs.estuary.dev/getting-started/installation/"},
		{name: "sops", argv: []string{"sops", "--version", "--disable-version-check"}, jobs: []string{"encrypt"},
			use: "encrypted configs", get: "go install github.com/getsops/sops/v3/cmd/sops@latest"},
	}
}

// optional groups are looked for and never missing.
var optional = map[string]bool{"optional for builds": true, "optional for runs": true, "Go connectors": true}
