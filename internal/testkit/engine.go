package testkit

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Engine plays docker, podman or nerdctl for tests: started under one of these
// names it builds images that are files of the folder FAKE_ENGINE, tells of
// them, and runs a connector that answers spec. FAKE_ENGINE_IS holds words that
// change it: down, buildx, old (a docker that drives BuildKit itself), odd (its
// images lose their labels). Every call is a line of the file calls. It gives the exit code.
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
		fmt.Fprintln(e.out, "Name: x\nDriver:        docker-container")
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
		return e.inspect(e.args[len(e.args)-1])
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
