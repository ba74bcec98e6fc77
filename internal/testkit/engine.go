package testkit

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Engine plays docker, podman or nerdctl for tests: started under one of these
// names it builds images that are files of the folder FAKE_ENGINE, tells of
// them, and runs a connector that answers spec. FAKE_ENGINE_IS holds words that
// change it: down, buildx, old (a docker that drives BuildKit itself), odd (its
// images lose their labels), mute (a bake does not tell who failed), plain (buildx
// with its driver docker). Every call is a line of the file calls. It gives the exit code.
func Engine(in io.Reader, out, errOut io.Writer) int {
	e := fakeEngine{dir: os.Getenv("FAKE_ENGINE"), name: filepath.Base(os.Args[0]), args: os.Args[1:], in: in, out: out, err: errOut}
	record, err := os.OpenFile(filepath.Join(e.dir, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		fmt.Fprintln(record, e.name, strings.Join(e.args, " "))
		_ = record.Close()
	}
	return e.run()
}

type fakeEngine struct {
	dir, name string
	args      []string
	in        io.Reader
	out, err  io.Writer
}

func (e *fakeEngine) is(word string) bool {
	return slices.Contains(strings.Fields(os.Getenv("FAKE_ENGINE_IS")), word)
}

func (e *fakeEngine) fail(status int, format string, args ...any) int {
	fmt.Fprintf(e.err, format+"\n", args...)
	return status
}

func (e *fakeEngine) run() int {
	verb := strings.Join(e.args[:min(2, len(e.args))], " ")
	switch {
	case verb == "--version":
		fmt.Fprintln(e.out, e.name+" version 4.3.1")
		return 0
	case verb == "buildx version" && e.is("buildx"):
		return 0
	case strings.HasPrefix(verb, "buildx") && !e.is("buildx"):
		return e.fail(1, "docker: unknown command: docker buildx")
	case verb == "buildx inspect":
		driver := "docker-container"
		if e.is("plain") {
			driver = "docker"
		}
		fmt.Fprintln(e.out, "Name: x\nDriver:        "+driver)
		return 0
	case e.is("down"):
		return e.fail(1, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?")
	case e.args[0] == "info":
		fmt.Fprintln(e.out, "2.0.1")
		return 0
	case e.args[0] == "version":
		client := "28.2.2"
		if e.is("old") {
			client = "20.10.24"
		}
		fmt.Fprintln(e.out, client+"|20.10.24|linux/amd64")
		return 0
	case verb == "buildx bake":
		return e.bake()
	case e.args[0] == "build" || verb == "buildx build":
		return e.build()
	case verb == "image inspect":
		names := e.args[2:]
		if names[0] == "--format" {
			names = names[2:]
		}
		return e.inspect(names)
	case verb == "image ls":
		return e.list()
	case e.args[0] == "run":
		return e.container()
	}
	return 0
}

func (e *fakeEngine) file(image string) string {
	return filepath.Join(e.dir, strings.ReplaceAll(image, "/", "_")+".image")
}

type fakeImage struct {
	ID           string `json:"Id"`
	Created      time.Time
	Size         int64
	Os           string
	Architecture string
	RepoTags     []string
	Config       struct {
		User       string
		Labels     map[string]string
		Entrypoint []string
	}
}

var (
	labelWord = regexp.MustCompile(`([A-Za-z][\w.-]*)=("[^"]*"|\S+)`)
	entryLine = regexp.MustCompile(`(?m)^ENTRYPOINT (\[.*\])`)
	userLine  = regexp.MustCompile(`(?m)^USER (\S+)`)
)

func (e *fakeEngine) values(flag string) map[string]string {
	values := map[string]string{}
	for i, a := range e.args {
		if a == flag {
			key, value, _ := strings.Cut(e.args[i+1], "=")
			values[key] = value
		}
	}
	return values
}

func (e *fakeEngine) value(flag string) string {
	if i := slices.Index(e.args, flag); i >= 0 {
		return e.args[i+1]
	}
	return ""
}

func (e *fakeEngine) build() int {
	text, err := e.dockerfile()
	if err != nil {
		return e.fail(1, "ERROR: %v", err)
	}
	return e.make(e.value("--tag"), text, e.values("--build-arg"), e.values("--label"), e.value("--platform"))
}

// dockerfile reads it from its file, from stdin, or out of the context on stdin.
func (e *fakeEngine) dockerfile() (string, error) {
	name := e.value("--file")
	if e.args[len(e.args)-1] != "-" {
		if name == "-" {
			text, err := io.ReadAll(e.in)
			return string(text), err
		}
		text, err := os.ReadFile(name)
		return string(text), err
	}
	var listing []string
	text, found := "", errors.New("no Dockerfile in the context")
	for r := tar.NewReader(e.in); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		listing = append(listing, h.Name+"\n")
		if h.Name == name {
			all, err := io.ReadAll(r)
			text, found = string(all), err
		}
	}
	_ = os.WriteFile(filepath.Join(e.dir, "context"), []byte(strings.Join(listing, "")), 0o644)
	return text, found
}

func (e *fakeEngine) make(image, text string, args, labels map[string]string, platform string) int {
	for n, line := range strings.Split(text, "\n") {
		fmt.Fprintf(e.out, "Step %d/%d : %s\n", n+1, strings.Count(text, "\n")+1, line)
		switch {
		case strings.HasPrefix(line, "RUN fail"):
			fmt.Fprintln(e.out, "make: *** [all] Error 2: no rule\nThe command '/bin/sh -c fail' returned a non-zero code: 42")
			return 42
		case strings.HasPrefix(line, "RUN hang"):
			_ = os.WriteFile(filepath.Join(os.Getenv("WORK"), "ready"), nil, 0o644)
			time.Sleep(10 * time.Minute)
		}
	}
	i := fakeImage{ID: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(time.Now().String()))), Created: time.Now(), Size: 6_900_000, Os: "linux", Architecture: "amd64", RepoTags: []string{image}}
	if _, arch, ok := strings.Cut(platform, "/"); ok {
		i.Architecture = arch
	}
	i.Config.Labels = map[string]string{}
	for _, line := range strings.Split(strings.ReplaceAll(text, "\\\n", " "), "\n") {
		if rest, ok := strings.CutPrefix(line, "LABEL "); ok {
			for _, m := range labelWord.FindAllStringSubmatch(rest, -1) {
				i.Config.Labels[m[1]] = os.Expand(strings.Trim(m[2], `"`), func(name string) string { return args[name] })
			}
		}
	}
	for key, value := range labels {
		i.Config.Labels[key] = value
	}
	if e.is("odd") {
		i.Config.Labels = nil
	}
	if m := entryLine.FindStringSubmatch(text); m != nil {
		_ = json.Unmarshal([]byte(m[1]), &i.Config.Entrypoint)
	}
	if m := userLine.FindStringSubmatch(text); m != nil {
		i.Config.User = m[1]
	}
	out, _ := json.Marshal([]fakeImage{i})
	if err := os.WriteFile(e.file(image), out, 0o644); err != nil {
		return e.fail(1, "%v", err)
	}
	return 0
}

func (e *fakeEngine) bake() int {
	text, err := os.ReadFile(e.value("--file"))
	if err != nil {
		return e.fail(1, "ERROR: %v", err)
	}
	var file struct {
		Target map[string]struct {
			Dockerfile   string
			Args, Labels map[string]string
			Tags         []string
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return e.fail(1, "ERROR: %v", err)
	}
	for n, name := range slices.Sorted(maps.Keys(file.Target)) {
		t := file.Target[name]
		dockerfile, err := os.ReadFile(t.Dockerfile)
		if err != nil {
			return e.fail(1, "ERROR: %v", err)
		}
		fmt.Fprintf(e.out, "#%d [%s 1/1] COPY . .\n", n, name)
		if status := e.make(t.Tags[0], string(dockerfile), t.Args, t.Labels, ""); status != 0 {
			if e.is("mute") {
				return e.fail(status, "ERROR: failed to build")
			}
			return e.fail(status, "ERROR: target %s: failed to solve: process did not complete successfully: exit code: %d", name, status)
		}
	}
	return 0
}

// inspect tells of the images that are there, and fails when one is not.
func (e *fakeEngine) inspect(images []string) int {
	list, status := []json.RawMessage{}, 0
	for _, image := range images {
		var one []json.RawMessage
		text, err := os.ReadFile(e.file(image))
		if err == nil {
			err = json.Unmarshal(text, &one)
		}
		if err != nil {
			status = e.fail(1, "Error response from daemon: No such image: %s", image)
		}
		list = append(list, one...)
	}
	text, _ := json.Marshal(list)
	fmt.Fprintln(e.out, string(text))
	return status
}

func (e *fakeEngine) list() int {
	files, _ := filepath.Glob(filepath.Join(e.dir, "*.image"))
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".image")
		if e.name == "podman" && !strings.Contains(name, ".") {
			name = "localhost/" + name
		}
		fmt.Fprintln(e.out, strings.ReplaceAll(name, "_", "/"))
	}
	return 0
}

// container answers spec. An entry point called broken fails.
func (e *fakeEngine) container() int {
	text, err := os.ReadFile(e.file(e.args[len(e.args)-1]))
	if err != nil {
		return e.fail(125, "docker: Error response from daemon: No such image")
	}
	request, _ := bufio.NewReader(e.in).ReadString('\n')
	if bytes.Contains(text, []byte("broken")) || !strings.Contains(request, `"spec"`) {
		return e.fail(1, `{"level":"ERROR","msg":"the library is not there"}`)
	}
	fmt.Fprintln(e.out, `{"spec":{"protocol":3032023,"configSchema":{"type":"object"},"resourceConfigSchema":{"type":"object"},"documentationUrl":"https://example.com","resourcePathPointers":["/a"]}}`)
	return 0
}
