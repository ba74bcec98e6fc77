package doctor

// tool is a program that jobs need or can use.
type tool struct {
	name    string
	argv    []string // prints the version
	least   [2]int   // major and minor that is needed at least
	jobs    []string
	group   string   // of tools that can stand for each other; "" stands alone
	use     string   // what it is for
	get     string   // how to get it
	confirm []string // must succeed too: the engine behind the client, the module behind pip
	start   string   // how to get that to work
}

// Jobs are the names that --for takes.
func Jobs() []string {
	return []string{"new", "env", "run", "debug", "pull-upstream", "encrypt", "build", "ci"}
}

// Jobs that need the same things.
var (
	python     = []string{"env", "run", "debug"}
	encrypting = []string{"encrypt"}
	debugging  = []string{"debug"}
)

// Groups of tools of which one is enough.
const (
	managers = "Python environments"
	engines  = "image builds"
)

// Groups of tools that are looked for and never missing.
const (
	forBuilds = "optional for builds"
	forRuns   = "optional for runs"
	forDebug  = "optional for debugging"
	besides   = "optional for encrypting"
	goes      = "Go connectors"
	editors   = "optional for editing"
	single    = "one connector"
)

var optional = map[string]bool{forBuilds: true, forRuns: true, forDebug: true, besides: true, goes: true, editors: true, single: true}

// tools is the table. A job needs every tool that names it, or one of its group.
func tools() []tool {
	return append(append([]tool{
		{name: "git", argv: []string{"git", "--version"}, least: [2]int{2, 38}, jobs: []string{"new", "pull-upstream", "ci", "build"},
			use: "the repository, imports", get: "apt install git, or brew install git"},
	}, languages()...), append(images(), others()...)...)
}

func languages() []tool {
	return []tool{
		{name: "python", least: [2]int{3, 11}, jobs: python,
			use: "Python connectors", get: "apt install python3 python3-venv, or brew install python"},
		{name: "uv", argv: []string{"uv", "--version"}, jobs: []string{"env"}, group: managers,
			use: "environments, the fastest", get: "pipx install uv"},
		{name: "poetry", argv: []string{"poetry", "--version", "--no-ansi"}, jobs: []string{"env"}, group: managers,
			use: "environments with a poetry.lock", get: "pipx install poetry"},
		{name: "pip", argv: []string{"python3", "-m", "pip", "--version"}, jobs: []string{"env"}, group: managers,
			use: "environments, where neither uv nor Poetry is", get: "apt install python3-pip python3-venv",
			confirm: []string{"python3", "-c", "import ensurepip, venv"}, start: "apt install python3-venv"},
		{name: "go", argv: []string{"go", "version"}, least: [2]int{1, 21}, jobs: []string{"run", "debug"}, group: goes,
			use: "Go connectors", get: "https://go.dev/dl/"},
	}
}

func images() []tool {
	return []tool{
		{name: "docker", argv: []string{"docker", "--version"}, jobs: []string{"build"}, group: engines,
			use: "images", get: "apt install docker.io, or https://docs.docker.com/get-docker/",
			confirm: []string{"docker", "version", "--format", "{{.Server.Version}}"}, start: "sudo systemctl start docker, or open Docker Desktop"},
		{name: "buildx", argv: []string{"docker", "buildx", "version"}, jobs: []string{"build"}, group: forBuilds,
			use: "builds for other platforms", get: "https://docs.docker.com/go/buildx/"},
		{name: "podman", argv: []string{"podman", "--version"}, jobs: []string{"build"}, group: engines,
			use: "images without docker", get: "apt install podman, or brew install podman",
			confirm: []string{"podman", "info", "--format", "{{.Version.Version}}"}, start: "podman machine start (macOS), or podman info to see why"},
	}
}

func others() []tool {
	return []tool{
		{name: "flowctl", argv: []string{"flowctl", "--version"}, jobs: []string{"run"}, group: forRuns,
			use: "the catalog, deployed tasks", get: "https://docs.estuary.dev/getting-started/installation/"},
		{name: "dlv", argv: []string{"dlv", "version"}, least: [2]int{1, 7}, jobs: debugging, group: forDebug,
			use: "debugging Go connectors", get: "CGO_ENABLED=0 go install github.com/go-delve/delve/cmd/dlv@latest"},
		{name: "sops", argv: []string{"sops", "--version"}, jobs: encrypting, group: besides,
			use: "encrypted configs where connkit, which has it built in, is not", get: "go install github.com/getsops/sops/v3/cmd/sops@latest"},
	}
}
