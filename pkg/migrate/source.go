package migrate

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

// scan is what is known of the whole repository.
type scan struct {
	o        Options
	files    []string
	suffixed bool // every rule of .sops.yaml says which keys are encrypted
}

func (s *scan) has(file string) bool {
	_, found := slices.BinarySearch(s.files, file)
	return found
}

// connector gives the connector that a path from the root lies in, "" for none.
func (s *scan) connector(p string) string {
	top, _, _ := strings.Cut(path.Clean(p), "/")
	if slices.Contains(s.o.Connectors, top) {
		return top
	}
	return ""
}

// source is one file that is looked into.
type source struct {
	*scan
	file     string
	text     []byte
	findings []Finding
	splices  []yamltext.Splice
	covered  []yamltext.Span // of the text, by findings

	elsewhere string // why paths in the commands may not be those from the root
}

// look looks into a file as what it is.
func (s *source) look() {
	base := path.Base(s.file)
	ext := path.Ext(base)
	if path.Dir(s.file) != "." && ext != ".md" && ext != ".markdown" {
		s.elsewhere = otherFolder // a workflow says so itself
	}
	switch {
	case strings.HasPrefix(base, "CHANGELOG"):
		return // it tells what was
	case ext == ".sh" || ext == ".bash" || shebang().Match(s.text):
		if s.script() {
			return // its own text is about itself
		}
		s.shell(0, len(s.text), "")
		s.mentions()
	case base == "Makefile" || base == "makefile" || base == "GNUmakefile" || ext == ".mk":
		s.makefile()
		s.mentions()
	case strings.EqualFold(strings.TrimPrefix(base, "."), "justfile") || ext == ".just":
		s.justfile()
		s.mentions()
	case ext == ".md" || ext == ".markdown":
		s.markdown()
	case (strings.HasPrefix(s.file, ".github/") || strings.TrimSuffix(base, ext) == "action") && (ext == ".yml" || ext == ".yaml"):
		s.workflow()
		s.mentions()
	case base == "launch.json" || base == "tasks.json":
		s.launch()
	case strings.HasSuffix(base, "flow.yaml"):
		s.catalog()
	case ext == ".go" || ext == ".py" || ext == ".js" || ext == ".ts":
		s.program()
	}
}

var shebang = pattern.Lazy(`^#!\s*\S*/(?:env\s+)?(?:ba|da|z|k)?sh\b`)

// shell looks at the commands of a part of the file. A reason keeps all of them
// from being rewritten. What follows in the file may be run where the part has led to.
func (s *source) shell(from, to int, reason string) {
	for _, c := range commands(s.text, from, to) {
		if c = c.bare(); reason != "" {
			c.why = reason
		}
		if len(c.words) > 0 && slices.Contains([]string{"cd", "pushd", "popd"}, c.words[0].value) {
			s.elsewhere = otherFolder
		}
		s.call(c)
	}
}

// shellApart looks at a part of the file that a shell of its own runs.
func (s *source) shellApart(from, to int, reason string) {
	before := s.elsewhere
	s.shell(from, to, reason)
	s.elsewhere = before
}

// wholeLine gives the end of the line that begins at an offset, with the lines
// that a backslash joins to it.
func (s *source) wholeLine(at, to int) int {
	for end := at; ; {
		i := bytes.IndexByte(s.text[end:to], '\n')
		if i < 0 {
			return to
		}
		line := bytes.TrimSuffix(s.text[end:end+i], []byte("\r"))
		if end += i + 1; !bytes.HasSuffix(line, []byte("\\")) {
			return end
		}
	}
}

// call reports a command that connkit has one for, and plans the edit when it is safe.
func (s *source) call(c call) {
	r, ok := s.replace(c)
	if !ok {
		return
	}
	why := r.why
	if why == "" {
		why = c.why
	}
	if why == "" && conflict().Match(s.text) {
		why = "a merge conflict in the file is not resolved"
	}
	if why == "" && (r.kind == Flowctl || r.kind == Docker) {
		why = s.elsewhere
	}
	if why == "" && ownFunction(s.text, c.words[0].value) {
		why = "the name is a function's or an alias's here"
	}
	if text := oneLine(string(s.text[c.start:c.end])); why == "" && masked(text) != text {
		why = "a secret stands on its command line, where everybody sees it"
	}
	if why == "" && slices.ContainsFunc(c.words, func(w word) bool { return w.dynamic }) {
		why = hasVariable
	}
	f := Finding{Kind: r.kind, Does: r.does, Command: r.command, Why: why, Safe: why == "" && r.command != ""}
	s.report(yamltext.Span{Start: c.start, End: c.end}, f)
	if f.Safe {
		s.splices = append(s.splices, yamltext.Splice{Span: yamltext.Span{Start: c.start, End: c.end}, Text: r.command})
	}
}

var conflict = pattern.Lazy(`(?m)^(?:<{7}|>{7})(?: |\r?$)`)

// otherFolder keeps commands that name paths as they are.
const otherFolder = "its paths depend on the folder that it is run in"

// ownFunction tells whether a script gives a name another meaning.
func ownFunction(text []byte, name string) bool {
	q := regexp.QuoteMeta(name)
	return regexp.MustCompile(`(?m)^\s*(?:function\s+` + q + `\b|` + q + `\s*\(\)|alias\s+` + q + `=)`).Match(text)
}

// report places a finding at a part of the text.
func (s *source) report(at yamltext.Span, f Finding) {
	line := bytes.LastIndexByte(s.text[:at.Start], '\n') + 1
	f.File, f.Line, f.Col = s.file, bytes.Count(s.text[:at.Start], []byte("\n"))+1, utf8.RuneCount(s.text[line:at.Start])+1
	if f.Text == "" {
		f.Text = oneLine(string(s.text[at.Start:at.End]))
	}
	f.Text, f.Command = masked(f.Text), masked(f.Command)
	s.covered = append(s.covered, at)
	s.findings = append(s.findings, f)
}

// secretWord finds what a report had better not repeat: a value with blanks is
// in quotes, which stand around it or around its key too.
var secretWord = func() *regexp.Regexp {
	const key = `\w*(?:password|passwd|secret|token|api_?key|credential)\w*=`
	return regexp.MustCompile(`(?i)(AGE-SECRET-KEY-)\w+|("` + key + `)[^"$][^"]*|('` + key + `)[^'$][^']*|(` + key + `)(?:"[^"$][^"]*"|'[^']+'|[^\s"'$]\S*)|(\bsops (?:.* )?(?:--)?set ).+`)
}()

func masked(text string) string { return secretWord.ReplaceAllString(text, "$1$2$3$4$5***") }

// oneLine shows a text on one line.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "\\\n", " ")), " ")
}

// named finds the programs in a text that no shell was needed to read.
var named = pattern.Lazy(`(?:[\w./][\w./-]*)?\b(pull_upstream\.sh|build-local\.sh)`)

// mentions reports scripts that are named where no plain call of them was
// found: in variables, in functions, in strings.
func (s *source) mentions() {
	for _, m := range named().FindAllSubmatchIndex(s.text, -1) {
		at := yamltext.Span{Start: m[0], End: m[1]}
		line := s.text[bytes.LastIndexByte(s.text[:m[0]], '\n')+1 : m[0]]
		isNote := bytes.HasPrefix(bytes.TrimSpace(line), []byte("#"))
		if isNote || slices.ContainsFunc(s.covered, func(c yamltext.Span) bool { return c.Start <= at.Start && at.End <= c.End }) {
			continue
		}
		name := string(s.text[m[2]:m[3]])
		s.report(at, Finding{Kind: Call, Does: "names " + name, Command: commandOf(name), Why: "it is no plain call"})
	}
}
