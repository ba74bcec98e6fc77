package debug

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// pythonCall is a command line that runs Python, in its parts.
type pythonCall struct {
	python []string // the interpreter, behind what starts it
	flags  []string // of the interpreter
	target []string // -m MODULE | -c CODE | FILE, and its arguments
}

// argv puts the bootstrap between the interpreter and what it runs.
func (c pythonCall) argv(boot ...string) []string {
	// Without it debugpy warns of each module that Python has compiled in.
	argv := append(slices.Clone(c.python), append(slices.Clone(c.flags), "-Xfrozen_modules=off")...)
	return append(append(append(argv, boot...), "--"), c.target...)
}

var (
	pythonName = pattern.Lazy(`^(python|pypy)[0-9.]*$`)
	// trampoline is what pip writes where the path of an interpreter is too long for a first line.
	trampoline = pattern.Lazy(`^'''exec' (?:"([^"]+)"|(\S+)) "\$0"`)
)

// runners start a program of an environment.
var runners = []string{"poetry", "uv", "pdm", "pipenv", "hatch", "rye", "env"}

// parsePython takes a command line apart. head gives the path and the first
// bytes of a program.
func parsePython(argv []string, head func(name string) (path, text string)) (pythonCall, error) {
	at := 0
	if slices.Contains(runners, filepath.Base(argv[0])) {
		at = slices.IndexFunc(argv, func(w string) bool { return pythonName().MatchString(filepath.Base(w)) })
		if at < 0 && len(argv) > 2 && argv[1] == "run" {
			at = 2 // a script of the environment, it may be
		}
	}
	if at < 0 {
		return pythonCall{}, notPython(argv)
	}
	if pythonName().MatchString(filepath.Base(argv[at])) {
		c := pythonCall{python: argv[:at+1]}
		return c, c.split(argv[at+1:], argv)
	}
	path, text := head(argv[at])
	interpreter := shebang(text)
	if len(interpreter) == 0 {
		return pythonCall{}, notPython(argv)
	}
	n := slices.IndexFunc(interpreter, func(w string) bool { return pythonName().MatchString(filepath.Base(w)) })
	if n < 0 {
		return pythonCall{}, notPython(argv)
	}
	return pythonCall{python: interpreter[:n+1], flags: interpreter[n+1:], target: append([]string{path}, argv[at+1:]...)}, nil
}

func notPython(argv []string) error {
	return fault.Usagef("debugging %q: it does not start Python, so debugpy cannot be put into it", strings.Join(argv, " ")).
		WithHint("name it in test.flow.yaml as python -m PACKAGE, or a script of the environment")
}

// shebang gives the words of a script's first line.
func shebang(text string) []string {
	first, rest, _ := strings.Cut(text, "\n")
	line, ok := strings.CutPrefix(first, "#!")
	if !ok {
		return nil
	}
	if m := trampoline().FindStringSubmatch(rest); m != nil {
		return []string{m[1] + m[2]}
	}
	words := strings.Fields(line)
	if len(words) > 1 && filepath.Base(words[0]) == "env" {
		return slices.DeleteFunc(words, func(w string) bool { return w == "-S" })
	}
	return words
}

// split parts the interpreter's own options from what it runs (python --help).
func (c *pythonCall) split(words, argv []string) error {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "-" || word == "":
			return notPython(argv)
		case word == "--check-hash-based-pycs":
			i++
			c.flags = append(c.flags, words[i-1:min(i+1, len(words))]...)
			continue
		case strings.HasPrefix(word, "--"):
			c.flags = append(c.flags, word)
			continue
		case word[0] != '-':
			c.target = words[i:]
			return nil
		}
		at := strings.IndexAny(word, "mcWX")
		switch {
		case at < 0:
			c.flags = append(c.flags, word)
		case word[at] == 'W' || word[at] == 'X':
			c.flags = append(c.flags, word)
			if at == len(word)-1 && i+1 < len(words) {
				i++
				c.flags = append(c.flags, words[i])
			}
		default:
			if at > 1 {
				c.flags = append(c.flags, word[:at])
			}
			c.target = []string{"-" + word[at:at+1]}
			if at < len(word)-1 {
				c.target = append(c.target, word[at+1:])
			}
			c.target = append(c.target, words[i+1:]...)
			if len(c.target) > 1 {
				return nil
			}
		}
	}
	return notPython(argv)
}

// headLength is how much of a script tells its interpreter.
const headLength = 512

// headOf reads the beginning of a program that the command line names, as the system would find it.
func headOf(name, dir string, path []string) (found, text string) {
	places := []string{name}
	if !strings.Contains(name, "/") {
		places = nil
		for _, p := range path {
			places = append(places, filepath.Join(p, name))
		}
	}
	for _, place := range places {
		if !filepath.IsAbs(place) {
			place = filepath.Join(dir, place)
		}
		f, err := os.Open(place)
		if err != nil {
			continue
		}
		buf := make([]byte, headLength)
		n, _ := f.Read(buf) // what cannot be read has no first line
		_ = f.Close()
		return place, string(buf[:n])
	}
	return "", ""
}
