package migrate

import (
	"path"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// keyFlags are those of sops that connkit encrypt has under the same name.
var keyFlags = []string{"--age", "--pgp", "--gcp-kms", "--kms", "--aws-profile", "--encryption-context", "--azure-kv", "--hc-vault-transit"}

// sopsAlone are flags that connkit has not: their values are no files.
var sopsAlone = []string{
	"--encrypted-regex", "--unencrypted-regex", "--unencrypted-suffix", "--encrypted-comment-regex", "--unencrypted-comment-regex",
	"--filename-override", "--config", "--keyservice", "--shamir-secret-sharing-threshold", "--indent", "--decryption-order", "--hckms",
	"--add-age", "--rm-age", "--add-pgp", "--rm-pgp", "--add-kms", "--rm-kms", "--add-gcp-kms", "--rm-gcp-kms",
	"--add-azure-kv", "--rm-azure-kv", "--add-hc-vault-transit", "--rm-hc-vault-transit",
}

var sopsTakes = func() map[string]bool {
	takes := map[string]bool{
		"--encrypt": false, "--decrypt": false, "--rotate": false, "--in-place": false, "--yes": false,
		"--input-type": true, "--output-type": true, "--encrypted-suffix": true, "--extract": true, "--output": true, "--set": true, "--ignore-mac": false,
	}
	for _, name := range slices.Concat(keyFlags, sopsAlone) {
		takes[name] = true
	}
	return takes
}()

var sopsLong = map[string]string{
	"-e": "--encrypt", "-d": "--decrypt", "-r": "--rotate", "-i": "--in-place", "-y": "--yes", "-a": "--age", "-p": "--pgp", "-k": "--kms",
	"--inplace": "--in-place", "--hc-vault": "--hc-vault-transit",
}

// verbs are the commands of sops.
var verbs = []string{"encrypt", "decrypt", "edit", "rotate", "updatekeys", "set", "unset", "exec-env", "exec-file", "publish", "keyservice", "groups", "filestatus"}

// sops finds the command for a call of sops.
func (s *source) sops(c call) (replacement, bool) {
	if len(c.words) == 1 {
		return replacement{}, false
	}
	f := parseFlags(c.words[1:], sopsTakes, sopsLong)
	verb := "edit"
	for _, v := range []string{"encrypt", "decrypt", "rotate", "set"} {
		if f.has("--" + v) {
			verb = v
		}
	}
	if len(f.args) > 0 && slices.Contains(verbs, f.args[0].value) {
		verb, f.args = f.args[0].value, f.args[1:]
	}
	if f.unknown == "--version" || f.unknown == "-v" || f.unknown == "-h" || f.unknown == "--help" || len(f.args) == 0 && f.unknown == "" {
		return replacement{}, false
	}
	for _, name := range sopsAlone {
		if f.has(name) && f.unknown == "" {
			f.unknown = name
		}
	}
	r := s.sopsVerb(verb, f)
	if f.unknown != "" && r.why == "" {
		r.why = "connkit has no " + f.unknown
	}
	switch {
	case r.why != "":
	case len(f.args) != 1:
		r.why = "it is not about one file"
	case strings.HasPrefix(f.args[0].value, "-"):
		r.why = "its file has the name of a flag"
	case !f.args[0].dynamic && !readable(f.args[0].value, f.one("--input-type")):
		r.why = "connkit reads YAML and JSON alone"
	case verb == "encrypt" && !f.has("--encrypted-suffix") && !s.suffixed:
		r.why = "sops encrypts every value here, connkit those of keys that end in _sops: say encrypted_suffix in .sops.yaml, or --encrypted-suffix"
	}
	return r, true
}

// readable tells whether sops takes a file for YAML or JSON, as its flag or else its name says.
func readable(file, format string) bool {
	if format == "" {
		format = strings.TrimPrefix(path.Ext(file), ".")
	}
	return slices.Contains([]string{"yaml", "yml", "json"}, format)
}

func (s *source) sopsVerb(verb string, f flags) replacement {
	r := replacement{kind: Sops}
	files := "FILE"
	if len(f.args) > 0 {
		files = s.raw(f.args)
	}
	types := func() {
		if f.has("--output-type") && f.one("--output-type") != f.one("--input-type") {
			r.why = "it turns the file into another format"
		}
	}
	switch verb {
	case "encrypt":
		r.does, r.command = "encrypts a config", "connkit encrypt "+files+f.spell("--input-type", "--encrypted-suffix")+f.spell(keyFlags...)
		types()
		switch {
		case f.has("--output"):
			r.why = "it writes another file; connkit encrypts a file in its place"
		case !f.has("--in-place"):
			r.why = "it prints what it encrypted; connkit encrypts a file in its place"
		}
	case "decrypt":
		r.does, r.command = "opens a config", "connkit decrypt "+files+f.spell("--input-type", "--in-place")
		types()
		if f.has("--extract") {
			r.command, r.why = "connkit decrypt "+files+" --extract "+pointer(f.one("--extract")), "connkit names a value by a JSON pointer"
		}
		if f.has("--ignore-mac") || f.has("--output") {
			r.why = "connkit decrypt has no such flag"
		}
	case "edit":
		r.does, r.command = "opens a config in the editor", "connkit edit "+files
	case "rotate":
		r.does, r.command = "gives a config a new data key", "connkit secrets rotate "+files
		if !f.has("--in-place") {
			r.why = "it prints the file; connkit changes it in its place"
		}
	case "updatekeys":
		r.does, r.command = "brings the keys of a config in line with the rules", "connkit secrets updatekeys "+files+f.spell("--yes")
	case "set", "unset":
		r.does, r.command = "changes one value of a config", "connkit secrets "+verb+" FILE POINTER"
		r.why = "connkit names a value by a JSON pointer, and reads a new one from stdin: what stands on a command line is seen by everybody"
	default:
		r.does, r.why = "sops "+verb, "connkit has nothing of the kind"
	}
	return r
}

var extracted = pattern.Lazy(`\[(?:"([^"]*)"|'([^']*)'|(\d+))\]`)

// pointer turns ["a"][0] into /a/0.
func pointer(extract string) string {
	var p strings.Builder
	for _, m := range extracted().FindAllStringSubmatch(extract, -1) {
		p.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(m[1]+m[2]+m[3]))
	}
	return quoted(p.String())
}
