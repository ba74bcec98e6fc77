package migrate

import (
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/yamltext"
)

var debugpy = pattern.Lazy(`"type"\s*:\s*"(?:debugpy|python)"`)

// launch reports entries of an editor that attach to a connector by hand.
func (s *source) launch() {
	for _, m := range debugpy().FindAllIndex(s.text, -1) {
		s.report(yamltext.Span{Start: m[0], End: m[1]}, Finding{
			Kind: Settings, Does: "attaches a debugger to a connector", Command: "connkit debug NAME",
			Why: "an editor's file is its user's own",
		})
	}
}

var debugCommand = pattern.Lazy(`(?m)^.*\bdebugpy\b.*$`)

// catalog reports a task whose command was changed to wait for a debugger.
func (s *source) catalog() {
	for _, m := range debugCommand().FindAllIndex(s.text, 1) {
		line := strings.TrimSpace(string(s.text[m[0]:m[1]]))
		if strings.HasPrefix(line, "#") {
			continue
		}
		name := s.connector(s.file)
		if name == "" {
			name = "NAME"
		}
		s.report(yamltext.Span{Start: m[0], End: m[1]}, Finding{
			Kind: Settings, Text: line, Does: "starts the connector under a debugger", Command: "connkit debug " + name,
			Why: "which words of the command belong to the debugger a person has to say",
		})
	}
}

// OwnCode is why calls in programs are left to a person.
const OwnCode = "it is a program's own code"

// startsProgram finds the first words of an argument list.
var startsProgram = pattern.Lazy(`["'](sops|flowctl)["']\s*,\s*["']([\w-]+)["'](?:\s*,\s*["']([\w-]+)["'])?`)

// inPrograms are the commands for what programs start.
var inPrograms = map[string]string{
	"flowctl preview": "connkit run test NAME --snapshot DIR", "flowctl spec": "connkit run spec NAME", "flowctl discover": "connkit run discover NAME --emit-raw",
	"flowctl capture": "connkit run preview NAME", "sops --decrypt": "connkit decrypt FILE --strip-suffix", "sops -d": "connkit decrypt FILE --strip-suffix",
	"sops decrypt": "connkit decrypt FILE --strip-suffix", "sops --encrypt": "connkit encrypt FILE", "sops -e": "connkit encrypt FILE", "sops encrypt": "connkit encrypt FILE",
	"sops set": "connkit secrets set FILE POINTER",
}

// program reports what programs in Go, Python and JavaScript start, each command once a file.
func (s *source) program() {
	said := map[string]bool{}
	for _, m := range startsProgram().FindAllSubmatchIndex(s.text, -1) {
		name, verb := string(s.text[m[2]:m[3]]), string(s.text[m[4]:m[5]])
		if verb == "raw" && m[6] >= 0 {
			verb = string(s.text[m[6]:m[7]])
		}
		command, known := inPrograms[name+" "+verb]
		if !known || said[command] {
			continue
		}
		said[command] = true
		s.report(yamltext.Span{Start: m[0], End: m[1]}, Finding{Kind: name, Does: "starts " + name + " " + verb, Command: command, Why: OwnCode})
	}
}

var suffixLine = pattern.Lazy(`(?m)^\s*"?encrypted_suffix"?:\s*"?([^\s",]+)`)

// takeRules looks at .sops.yaml beside the configs that sops has encrypted.
func (r *Report) takeRules(s *scan) error {
	sealed, suffixes := 0, map[string]bool{}
	for _, file := range s.files {
		if ext := path.Ext(file); ext != ".yaml" && ext != ".yml" && ext != ".json" {
			continue
		}
		text, ok := readText(s.o.Root, file)
		if !ok || !strings.Contains(string(text), "ENC[AES256_GCM,") {
			continue
		}
		sealed++
		suffix := ""
		if m := suffixLine().FindSubmatch(text); m != nil {
			suffix = string(m[1])
		}
		suffixes[suffix] = true
	}
	if !s.has(".sops.yaml") {
		if sealed > 0 {
			r.Findings = append(r.Findings, Finding{
				Kind: Settings, Text: ".sops.yaml", Does: "would say for whom configs are encrypted, instead of flags", Command: "connkit secrets init",
				Why: "it makes an age key; keys of a cloud are a person's to write down",
			})
		}
		return nil
	}
	text, ok := readText(s.o.Root, ".sops.yaml")
	if !ok {
		return nil
	}
	one := &source{scan: s, file: ".sops.yaml", text: text}
	one.rules(len(suffixes) == 1 && suffixes["_sops"])
	elsewhere := slices.ContainsFunc(s.files, func(file string) bool { return strings.HasSuffix(file, "/.sops.yaml") })
	s.suffixed = !elsewhere && allSuffixed(yamltext.Apply(text, one.splices))
	return r.takeOnce(one)
}

// allSuffixed tells whether each rule chooses values by a suffix.
func allSuffixed(text []byte) bool {
	var file struct {
		Rules []struct {
			Suffix string `yaml:"encrypted_suffix"`
		} `yaml:"creation_rules"`
	}
	if yaml.Unmarshal(text, &file) != nil || len(file.Rules) == 0 {
		return false
	}
	for _, rule := range file.Rules {
		if rule.Suffix == "" {
			return false
		}
	}
	return true
}

// takeOnce takes the findings and edits of a file that is not looked into by [source.look].
func (r *Report) takeOnce(s *source) error {
	if len(s.splices) > 0 {
		r.Edits = append(r.Edits, Edit{File: s.file, Before: s.text, After: yamltext.Apply(s.text, s.splices)})
	}
	r.Findings = append(r.Findings, s.findings...)
	return nil
}

// ruleKeys say which values a rule encrypts.
var ruleKeys = []string{"encrypted_suffix", "unencrypted_suffix", "encrypted_regex", "unencrypted_regex", "encrypted_comment_regex", "unencrypted_comment_regex"}

// rules reports creation rules that would encrypt whole files, which Flow cannot
// use. The suffix is put in when every config that is encrypted has it.
func (s *source) rules(agreed bool) {
	doc, err := yamltext.Parse(s.file, s.text)
	if err != nil || doc.Root == nil {
		return
	}
	list := yamltext.Get(doc.Root, "creation_rules")
	if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		s.report(yamltext.Span{}, Finding{Kind: Settings, Text: ".sops.yaml", Does: "has no creation_rules", Command: "connkit secrets init", Why: "for whom configs are encrypted a person has to say"})
		return
	}
	for _, rule := range list.Content {
		s.rule(doc, rule, agreed)
	}
}

func (s *source) rule(doc *yamltext.Doc, rule *yaml.Node, agreed bool) {
	if rule.Kind != yaml.MappingNode || len(rule.Content) == 0 {
		return
	}
	for _, key := range ruleKeys {
		if yamltext.Get(rule, key) != nil {
			return
		}
	}
	span, err := doc.Body(rule.Content[0])
	if err != nil {
		return
	}
	f := Finding{Kind: Settings, Text: "a rule without encrypted_suffix", Does: "encrypts every value of a file: Flow wants keys with a suffix", Command: "encrypted_suffix: _sops"}
	splices, err := doc.InsertPair(rule, "encrypted_suffix: _sops")
	switch {
	case !agreed:
		f.Why = "the configs that are encrypted here do not all have the suffix _sops"
	case err != nil:
		f.Why = "the rule cannot be edited in place"
	default:
		f.Safe = true
		s.splices = append(s.splices, splices...)
	}
	s.report(span, f)
}
