package migrate

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// replacement is what connkit has for a command.
type replacement struct {
	kind, does string
	command    string
	why        string // the command is not the same; it is left to a person
}

// replace finds the command of connkit for another one.
func (s *source) replace(c call) (replacement, bool) {
	if len(c.words) == 0 || c.words[0].dynamic && !strings.Contains(c.words[0].value, ".sh") {
		return replacement{}, false
	}
	if name, _, isSet := strings.Cut(c.words[0].value, "="); isSet && isName(name) {
		return replacement{}, false // a variable; mentions tell of a script in it
	}
	switch path.Base(c.words[0].value) {
	case "pull_upstream.sh":
		return s.pullUpstream(c), true
	case "build-local.sh":
		return s.buildLocal(c), true
	case "sops":
		return s.sops(c)
	case "flowctl":
		return s.flowctl(c)
	case "docker", "podman", "nerdctl":
		return s.docker(c)
	case "git":
		return subtree(c)
	}
	return replacement{}, false
}

// commandOf is the command that does the work of a script.
func commandOf(script string) string {
	if script == "pull_upstream.sh" {
		return "connkit pull-upstream"
	}
	return "connkit build"
}

// raw gives the words as they stand in the file.
func (s *source) raw(words []word) string {
	var list []string
	for _, w := range words {
		list = append(list, string(s.text[w.start:w.end]))
	}
	return strings.Join(list, " ")
}

func (s *source) pullUpstream(c call) replacement {
	r := replacement{kind: Call, does: "imports a folder of another repository", command: "connkit pull-upstream " + s.raw(c.words[1:]) + " --single-parent"}
	if len(c.words) != 7 {
		r.why = "the script takes six arguments"
		r.command = "connkit pull-upstream REMOTE REF PATH DEST LICENSE_ID LICENSE_PATH"
	}
	return r
}

// subtree finds the command for an import by git subtree.
func subtree(c call) (replacement, bool) {
	if len(c.words) < 3 || c.words[1].value != "subtree" {
		return replacement{}, false
	}
	f := parseFlags(c.words[2:], map[string]bool{"--prefix": true, "--message": true, "--squash": false}, map[string]string{"-P": "--prefix", "-m": "--message"})
	if len(f.args) == 0 || f.args[0].value != "add" && f.args[0].value != "pull" {
		return replacement{}, false
	}
	from, dest := "REMOTE REF", "DEST"
	if len(f.args) == 3 { //nolint:mnd // add REMOTE REF
		from = quoted(f.args[1].value) + " " + quoted(f.args[2].value)
	}
	if f.has("--prefix") {
		dest = quoted(f.one("--prefix"))
	}
	return replacement{
		kind: Subtree, does: "imports another repository as a folder", command: "connkit pull-upstream " + from + " . " + dest + " LICENSE_ID LICENSE_PATH",
		why: "connkit proves the licence, which a person has to name; a path of the upstream in the place of the dot imports that alone",
	}, true
}

func (s *source) buildLocal(c call) replacement {
	r := replacement{kind: Call, does: "builds the :local image of a connector"}
	if len(c.words) < 2 || len(c.words) > 3 {
		r.command, r.why = "connkit build NAME [DOCKERFILE]", "the script takes a name and a Dockerfile"
		return r
	}
	args := s.raw(c.words[1:])
	if len(c.words) == 3 && !c.words[2].dynamic && !s.has(path.Clean(c.words[2].value)) {
		r.why = "there is no such Dockerfile"
	}
	if name := c.words[1]; len(c.words) == 2 && !name.dynamic && s.common(name.value) {
		args += " " + commonDockerfile
	}
	r.command = "connkit build " + args + " --platform linux/amd64"
	if name := c.words[1]; !name.dynamic && !slices.Contains(s.o.Connectors, name.value) && !strings.HasPrefix(name.value, "source-") && !strings.HasPrefix(name.value, "materialize-") {
		r.why = "the name begins neither with source- nor with materialize-"
	}
	return r
}

const commonDockerfile = "estuary-cdk/common.Dockerfile"

// common tells whether the script would build with the common Dockerfile.
func (s *source) common(name string) bool {
	return s.has(name+"/pyproject.toml") && !s.has(name+"/Dockerfile") && s.has(commonDockerfile)
}

// flags are the options of a command line, read with a table of those that are known.
type flags struct {
	values  map[string][]string // by the long name; "" for a flag without a value
	args    []word
	unknown string // the first that is not in the table
	dynamic bool   // a shell puts values in
}

// parseFlags reads words; takes says for each flag whether a value belongs to
// it, and long gives the long name of a short one.
func parseFlags(words []word, takes map[string]bool, long map[string]string) flags {
	f := flags{values: map[string][]string{}}
	for i := 0; i < len(words); i++ {
		w := words[i].value
		if w == "--" {
			f.args = append(f.args, words[i+1:]...)
			break
		}
		if !strings.HasPrefix(w, "-") || w == "-" {
			f.args = append(f.args, words[i])
			continue
		}
		name, value, given := strings.Cut(w, "=")
		if l, ok := long[name]; ok {
			name = l
		}
		wants, known := takes[name]
		if wants && !given && i+1 < len(words) {
			i++
			value = words[i].value
		}
		switch {
		case !known:
			f.unknown = cmp.Or(f.unknown, name)
			continue
		case wants && value == "":
			f.unknown = cmp.Or(f.unknown, name+" without a value")
		case !wants && value != "":
			f.unknown = cmp.Or(f.unknown, name+" with a value")
		}
		f.dynamic = f.dynamic || words[i].dynamic
		f.values[name] = append(f.values[name], value)
	}
	return f
}

func (f flags) has(name string) bool { return len(f.values[name]) > 0 }

func (f flags) one(name string) string {
	if !f.has(name) {
		return ""
	}
	return f.values[name][0]
}

// spell gives flags of the same name, as connkit takes them.
func (f flags) spell(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		for _, value := range f.values[name] {
			b.WriteString(" " + name)
			if value != "" {
				b.WriteString(" " + quoted(value))
			}
		}
	}
	return b.String()
}

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+%"

// quoted spells a word. One with a variable, which is only shown, is for a shell to put it in.
func quoted(w string) string {
	switch {
	case w != "" && strings.Trim(w, plain) == "":
		return w
	case strings.Contains(w, "$"):
		return "\"" + w + "\""
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}
