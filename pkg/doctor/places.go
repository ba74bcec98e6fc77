package doctor

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/proc"
)

// keys says where a key for encrypted configs is, by name and place; it is
// never read. Places: the documentation of sops (age, GCP, AWS, PGP).
func keys(getenv func(string) string) Finding {
	f := Finding{Name: "sops keys", Status: Warn, Use: "opening encrypted configs", Jobs: []string{"encrypt"}}
	var found []string
	for _, name := range []string{
		"SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD", "SOPS_AGE_SSH_PRIVATE_KEY_FILE", "GOOGLE_APPLICATION_CREDENTIALS",
		"GOOGLE_CREDENTIALS", "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AZURE_CLIENT_ID", "VAULT_TOKEN",
	} {
		if getenv(name) != "" {
			found = append(found, "$"+name)
		}
	}
	config := getenv("XDG_CONFIG_HOME")
	home := getenv("HOME")
	if config == "" {
		config = filepath.Join(home, ".config")
	}
	for _, file := range []string{
		filepath.Join(config, "sops", "age", "keys.txt"),
		filepath.Join(config, "gcloud", "application_default_credentials.json"),
		filepath.Join(home, ".aws", "credentials"),
	} {
		if _, err := os.Stat(file); err == nil {
			found = append(found, file)
		}
	}
	if len(found) == 0 {
		f.Problem, f.Get = "none found", "age-keygen -o "+filepath.Join(config, "sops", "age", "keys.txt")
		return f
	}
	f.Status, f.Path = OK, strings.Join(found, ", ")
	return f
}

// editor says which editor opens a decrypted config.
func editor(getenv func(string) string) Finding {
	f := Finding{Name: "editor", Status: Warn, Use: "editing encrypted configs", Jobs: []string{"encrypt"}}
	candidates := []string{"vim", "nano", "vi"}
	for _, name := range []string{"EDITOR", "VISUAL", "SOPS_EDITOR"} {
		if v := getenv(name); v != "" {
			candidates = append([]string{v}, candidates...)
		}
	}
	for _, c := range candidates {
		words := strings.Fields(c)
		if len(words) == 0 {
			continue
		}
		if path, err := proc.Look(words[0]); err == nil {
			f.Status, f.Path, f.Version = OK, path, c
			return f
		}
	}
	f.Problem, f.Get = "none found", "export EDITOR=…"
	return f
}
