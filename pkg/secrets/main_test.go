package secrets

import (
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
)

// recipient is that of the identity that the tests decrypt with.
var recipient string

// TestMain gives the tests an age identity, as sops looks for it, and a home without any other.
func TestMain(m *testing.M) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	home, err := os.MkdirTemp("", "connkit-secrets-")
	if err != nil {
		panic(err)
	}
	recipient = id.Recipient().String()
	for name, value := range map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": filepath.Join(home, ".config"), "SOPS_AGE_KEY": id.String(),
		"SOPS_AGE_KEY_FILE": "", "GNUPGHOME": filepath.Join(home, ".gnupg"), "VAULT_TOKEN": "none",
	} {
		_ = os.Setenv(name, value)
	}
	_ = os.Unsetenv("SOPS_AGE_KEY_FILE")
	code := m.Run()
	_ = os.RemoveAll(home)
	os.Exit(code)
}

// write puts a text into a file of a new folder.
func write(tb testing.TB, name, text string) (dir, file string) {
	tb.Helper()
	dir = tb.TempDir()
	file = filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	return dir, file
}

// encrypt encrypts one text for the tests' identity.
func encrypt(tb testing.TB, name, text string, change ...func(*EncryptOptions)) *Encrypted {
	tb.Helper()
	dir, file := write(tb, name, text)
	opts := EncryptOptions{Keys: Keys{Age: []string{recipient}}, KeysFrom: "the flags", Dir: dir}
	for _, c := range change {
		c(&opts)
	}
	return Encrypt(tb.Context(), []string{file}, opts)[0]
}

// decrypt opens an encrypted text.
func decrypt(tb testing.TB, name string, text []byte) *Opened {
	tb.Helper()
	dir, file := write(tb, name, string(text))
	o, err := Open(tb.Context(), file, OpenOptions{Dir: dir})
	if err != nil {
		tb.Fatalf("%v\n%s", err, text)
	}
	return o
}
