package testkit

import (
	"archive/tar"
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

type fakeImage struct {
	ID           string `json:"Id"`
	Created      time.Time
	Size         int64
	Os           string
	Architecture string
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
	i := fakeImage{ID: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(time.Now().String()))), Created: time.Now(), Size: 6_900_000, Os: "linux", Architecture: "amd64"}
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
			return status
		}
	}
	return 0
}

func (e *fakeEngine) inspect(image string) int {
	text, err := os.ReadFile(e.file(image))
	if err != nil {
		return e.fail(1, "Error response from daemon: No such image: %s", image)
	}
	fmt.Fprintln(e.out, string(text))
	return 0
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
