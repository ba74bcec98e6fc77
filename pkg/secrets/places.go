package secrets

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// identityFile is where sops keeps age identities: $SOPS_AGE_KEY_FILE, else its
// place in the user's configuration folder, on macOS too under XDG_CONFIG_HOME when that is set.
func identityFile(getenv func(string) string) string {
	if file := getenv("SOPS_AGE_KEY_FILE"); file != "" {
		return file
	}
	return filepath.Join(configFolder(getenv), "sops", "age", "keys.txt")
}

func configFolder(getenv func(string) string) string {
	if dir := getenv("XDG_CONFIG_HOME"); dir != "" && filepath.IsAbs(dir) {
		return dir
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(getenv("HOME"), "Library", "Application Support")
	}
	return filepath.Join(getenv("HOME"), ".config")
}

// whereToLook tells where a key for a file would have been found.
func whereToLook(keys []string, late bool) string {
	var lines []string
	says := func(prefix, line string) {
		for _, key := range keys {
			if strings.HasPrefix(key, prefix) {
				lines = append(lines, line)
				return
			}
		}
	}
	says("age", "age identities were looked for in $SOPS_AGE_KEY, $SOPS_AGE_KEY_FILE, $SOPS_AGE_KEY_CMD, ~/.ssh and "+
		filepath.Join(configFolder(os.Getenv), "sops", "age", "keys.txt"))
	says("PGP", "PGP keys are asked of gpg: gpg --list-secret-keys")
	says("GCP", "for GCP: gcloud auth application-default login, or $GOOGLE_APPLICATION_CREDENTIALS")
	says("AWS", "for AWS: $AWS_PROFILE or $AWS_ACCESS_KEY_ID")
	says("Azure", "for Azure: az login, or $AZURE_CLIENT_ID")
	says("Vault", "for Vault: $VAULT_TOKEN, or vault login")
	if late {
		lines = append(lines, "--timeout gives a service longer to answer")
	}
	if len(lines) == 0 {
		return "connkit doctor --for encrypt"
	}
	return strings.Join(lines, "\n")
}
