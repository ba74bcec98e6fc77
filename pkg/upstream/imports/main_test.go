package imports_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testHome is the home of all tests of the package.
var testHome string

func TestMain(m *testing.M) {
	if verb := os.Getenv(childVerb); verb != "" { // in the parent's home: one of its own would stay when it is killed
		playVerb(verb)
	}
	var err error
	if testHome, err = os.MkdirTemp("", "connkit-imports-*"); err != nil {
		panic(err)
	}
	config := filepath.Join(testHome, ".gitconfig")
	// Settings of a person that must change nothing.
	text := "[user]\n\tname = Ann\n\temail = ann@example.com\n[init]\n\tdefaultBranch = main\n[diff]\n\tnoprefix = true\n\tmnemonicPrefix = true\n\trenames = copies\n\texternal = false\n" +
		"[color]\n\tui = always\n[core]\n\tquotePath = true\n[log]\n\tshowSignature = true\n[protocol \"file\"]\n\tallow = always\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		panic(err)
	}
	for _, kv := range os.Environ() {
		if key, _, _ := strings.Cut(kv, "="); strings.HasPrefix(key, "GIT_") || strings.HasPrefix(key, "XDG_") || strings.HasSuffix(strings.ToLower(key), "_proxy") {
			_ = os.Unsetenv(key)
		}
	}
	for key, value := range map[string]string{"HOME": testHome, "GIT_CONFIG_GLOBAL": config, "GIT_CONFIG_NOSYSTEM": "1"} {
		_ = os.Setenv(key, value)
	}
	code := m.Run()
	_ = os.RemoveAll(testHome)
	os.Exit(code)
}
