package migrate

import (
	"path"
	"slices"
	"strings"
)

var dockerTakes = map[string]bool{
	"--tag": true, "--file": true, "--build-arg": true, "--platform": true, "--load": false, "--progress": true, "--cache-to": true, "--cache-from": true,
	"--no-cache": false, "--pull": false, "--label": true, "--target": true, "--secret": true, "--push": false,
}

// docker finds the command for a build of a connector's image.
func (s *source) docker(c call) (replacement, bool) {
	words := c.words[1:]
	if len(words) > 0 && (words[0].value == "buildx" || words[0].value == "image") {
		words = words[1:]
	}
	if len(words) == 0 || words[0].value != "build" {
		return replacement{}, false
	}
	f := parseFlags(words[1:], dockerTakes, map[string]string{"-t": "--tag", "-f": "--file"})
	name := s.imageOf(f)
	if name == "" {
		return replacement{}, false
	}
	r := replacement{kind: Docker, does: "builds the image of a connector", command: "connkit build " + quoted(name)}
	if file := f.one("--file"); file != "" && strings.TrimPrefix(file, "./") != name+"/Dockerfile" {
		r.command += " " + quoted(file)
	}
	var own []string
	for _, arg := range f.values["--build-arg"] {
		key, value, _ := strings.Cut(arg, "=")
		switch {
		case key == "CONNECTOR_NAME" && value == name, key == "CONNECTOR_TYPE" && (value == typeOf(name) || strings.Contains(value, "$")):
		default:
			own = append(own, " --build-arg "+quoted(arg))
		}
	}
	r.command += f.spell("--platform", "--no-cache", "--pull", "--cache-from", "--cache-to") + strings.Join(own, "")
	r.why = s.notOurs(f, name)
	return r, true
}

// imageOf gives the connector whose image is built, "" when none is.
func (s *source) imageOf(f flags) string {
	for _, arg := range f.values["--build-arg"] {
		if name, ok := strings.CutPrefix(arg, "CONNECTOR_NAME="); ok {
			return name
		}
	}
	for _, tag := range f.values["--tag"] {
		tag = tag[strings.LastIndexByte(tag, '/')+1:]
		if name, _, ok := strings.Cut(tag, ":"); ok && slices.Contains(s.o.Connectors, name) {
			return name
		}
	}
	return ""
}

// notOurs says what in a build connkit would do otherwise.
func (s *source) notOurs(f flags, name string) string {
	switch {
	case f.unknown != "":
		return "connkit build has no " + f.unknown
	case masked(strings.Join(f.values["--build-arg"], " ")) != strings.Join(f.values["--build-arg"], " "):
		return "a build arg looks secret, and an image keeps its build args: use --secret"
	case f.has("--label") || f.has("--target") || f.has("--secret") || f.has("--push"):
		return "labels, targets, secrets and pushes are to be looked at by a person"
	case len(f.values["--tag"]) != 1 || f.one("--tag") != s.o.Registry+"/"+name+":local":
		return "the image gets another name than " + s.o.Registry + "/" + name + ":local"
	case len(f.args) != 1 || strings.TrimSuffix(f.args[0].value, "/") != ".":
		return "the context is not the root of the repository"
	case !slices.Contains(s.o.Connectors, name):
		return "there is no connector of that name"
	case f.has("--file") && !f.dynamic && !s.has(path.Clean(f.one("--file"))):
		return "there is no such Dockerfile"
	}
	return ""
}

func typeOf(name string) string {
	if strings.HasPrefix(name, "materialize-") {
		return "materialize"
	}
	return "capture"
}
