package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/proc"
)

// keyVariables hold a key or the way to one; of those in keyFileVariables the
// value is the path of a file. From the documentation of sops.
var (
	keyVariables = []string{
		"SOPS_AGE_KEY", "SOPS_AGE_KEY_CMD", "GOOGLE_CREDENTIALS", "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AZURE_CLIENT_ID", "VAULT_TOKEN",
	}
	keyFileVariables = []string{"SOPS_AGE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_FILE", "GOOGLE_APPLICATION_CREDENTIALS"}
)

// keys says where a key for encrypted configs is, by name and place; it is never read.
func keys(getenv func(string) string) Finding {
	f := Finding{Name: "sops keys", Status: Warn, Use: "opening encrypted configs", Jobs: encrypting}
	var found, broken []string
	for _, name := range keyVariables {
		if getenv(name) != "" {
			found = append(found, "$"+name)
		}
	}
	for _, name := range keyFileVariables {
		switch file := getenv(name); {
		case file == "":
		case readable(file):
			found = append(found, "$"+name+" ("+file+")")
		default:
			broken = append(broken, fmt.Sprintf("$%s names %q, which cannot be read", name, file))
		}
	}
	for _, file := range keyFiles(getenv) {
		if readable(file) {
			found = append(found, file)
		}
	}
	f.Path = strings.Join(found, ", ")
	switch {
	case len(broken) > 0:
		f.Problem, f.Get = strings.Join(broken, "; "), "set it to the file, or unset it"
	case len(found) == 0:
		f.Problem, f.Get = "none found", "connkit secrets init"
	default:
		f.Status = OK
	}
	return f
}

// keyFiles gives where keys lie by default. Without a HOME those in it are
// nowhere, and not below the working directory.
func keyFiles(getenv func(string) string) []string {
	home, config := getenv("HOME"), getenv("XDG_CONFIG_HOME")
	var files []string
	if config == "" {
		config = filepath.Join(home, ".config")
		if runtime.GOOS == "darwin" {
			files = append(files, filepath.Join(home, "Library", "Application Support", "sops", "age", "keys.txt"))
		}
	}
	files = append(files, filepath.Join(config, "sops", "age", "keys.txt"))
	gcloud := getenv("CLOUDSDK_CONFIG")
	if gcloud == "" {
		gcloud = filepath.Join(home, ".config", "gcloud")
	}
	files = append(files, filepath.Join(gcloud, "application_default_credentials.json"), filepath.Join(home, ".aws", "credentials"))
	return slices.DeleteFunc(files, func(file string) bool { return home == "" && !filepath.IsAbs(file) })
}

// readable tells whether a file could be read, without reading it. A pipe, as a
// shell makes of <(…), would be read by opening it, or wait for who writes to it.
func readable(path string) bool {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return false
	}
	if !info.Mode().IsRegular() {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// editor says which editor opens a decrypted config: the one that a variable
// names, or one of those that sops falls back to.
func editor(getenv func(string) string) Finding {
	f := Finding{Name: "editor", Status: Warn, Use: "editing encrypted configs", Jobs: encrypting, group: editors}
	for _, name := range []string{"SOPS_EDITOR", "VISUAL", "EDITOR"} {
		command := getenv(name)
		program := firstWord(command)
		if program == "" {
			continue
		}
		path, err := proc.Look(program)
		if err != nil {
			f.Problem, f.Get = fmt.Sprintf("$%s names %q: %s", name, program, absence(program)), "export "+name+"=…"
			return f
		}
		f.Status, f.Path, f.Version = OK, path, command
		return f
	}
	for _, name := range []string{"vim", "nano", "vi"} {
		if path, err := proc.Look(name); err == nil {
			f.Status, f.Path, f.Version = OK, path, name
			return f
		}
	}
	f.Problem, f.Get = "none found", "export EDITOR=…"
	return f
}

// firstWord gives the program of a command, which may stand in quotes.
func firstWord(command string) string {
	command = strings.TrimSpace(command)
	if command == "" {
		return ""
	}
	if quote := command[0]; quote == '"' || quote == '\'' {
		word, _, _ := strings.Cut(command[1:], string(quote))
		return word
	}
	word, _, _ := strings.Cut(command, " ")
	return word
}

// debugpy says whether connkit has a copy to lend to environments that have none.
func debugpy(dir string) Finding {
	f := Finding{Name: "debugpy", Status: Warn, Use: "debugging Python connectors whose environment has none", Jobs: debugging, group: forDebug}
	if !readable(filepath.Join(dir, "debugpy", "__init__.py")) {
		f.Problem, f.Get = "connkit has no copy", "connkit debug --install"
		return f
	}
	f.Status, f.Path = OK, dir
	_, f.Version, _ = strings.Cut(filepath.Base(dir), "-")
	return f
}
