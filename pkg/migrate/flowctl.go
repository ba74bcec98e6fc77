package migrate

import (
	"path"
	"strings"
)

var flowctlTakes = map[string]bool{
	"--source": true, "--name": true, "--capture": true, "--materialization": true, "--collection": true, "--emit-raw": false,
	"--output": true, "--sessions": true, "--fixture": true, "--timeout": true, "--initial-state": true, "--output-state": false, "--output-apply": false, "--network": true,
}

// flowctl finds the command for a call of flowctl that runs a connector.
func (s *source) flowctl(c call) (replacement, bool) {
	f := parseFlags(c.words[1:], flowctlTakes, map[string]string{"-o": "--output"})
	verb := ""
	if len(f.args) > 0 && f.args[0].value == "raw" {
		f.args = f.args[1:]
	}
	if len(f.args) > 0 {
		verb, f.args = f.args[0].value, f.args[1:]
	}
	does := map[string]string{"spec": "asks a connector for its spec", "discover": "asks a capture for its bindings", "preview": "runs a task and prints its documents", "capture": "runs a capture and prints its documents"}
	r := replacement{kind: Flowctl, does: does[verb]}
	if r.does == "" {
		return replacement{}, false
	}
	if len(f.args) == 1 && !f.has("--source") && !f.args[0].dynamic {
		f.values["--source"] = []string{f.args[0].value} // of older versions
		f.args = nil
		r.why = "it is a call of an older flowctl"
	}
	connector, given := s.taskOf(f.one("--source"))
	r.command = "connkit run " + map[string]string{"spec": "spec", "discover": "discover", "preview": "preview", "capture": "preview"}[verb] + " " + connector + given
	for _, name := range []string{"--name", "--capture", "--materialization"} {
		if f.has(name) {
			r.command += " --name " + quoted(f.one(name))
		}
	}
	if verb == "discover" && !f.has("--emit-raw") {
		r.command += " --write"
	}
	if verb == "discover" && f.has("--emit-raw") {
		r.command += " --emit-raw"
	}
	r.command += f.spell("--network", "--sessions", "--fixture", "--timeout", "--initial-state", "--output-state", "--output-apply")
	switch {
	case r.why != "":
	case f.unknown != "":
		r.why = "connkit run has no " + f.unknown
	case f.has("--output") && (f.one("--output") != "json" || verb == "preview" || verb == "capture"):
		r.why = "its output has another form"
	case len(f.args) > 0 || f.has("--collection"):
		r.why = "connkit runs one task at a time"
	case f.has("--source") && connector != "" && connector != "NAME" && !f.dynamic && !s.has(path.Clean(f.one("--source"))) && !s.has(path.Join(path.Dir(s.file), f.one("--source"))):
		r.why = "there is no such catalog file"
	case f.one("--source") == "-":
		r.why = "its catalog comes from stdin"
	case connector == "" || connector == "NAME":
		r.why = "the catalog file is in no connector's folder"
	case f.has("--timeout") && !strings.HasSuffix(f.one("--timeout"), "s") && !strings.HasSuffix(f.one("--timeout"), "m"):
		r.why = "its timeout is spelled otherwise"
	}
	return r, true
}

// taskOf names the connector of a catalog file, and the file where it is not the connector's test.flow.yaml.
// A file in no connector's folder needs no name.
func (s *source) taskOf(catalog string) (connector, flag string) {
	at := path.Clean(strings.TrimPrefix(catalog, "./"))
	connector = s.connector(at)
	if own := path.Join(path.Dir(s.file), at); connector == "" && s.connector(s.file) != "" && s.has(own) && !s.has(at) {
		connector, at = s.connector(s.file), own // the file is told from where the text stands
	}
	if connector == "" && (catalog == "" || catalog == "-") {
		return "NAME", ""
	}
	if connector == "" {
		return "", "--source " + quoted(at)
	}
	if at == connector+"/test.flow.yaml" {
		return connector, ""
	}
	return connector, " --source " + quoted(at)
}
