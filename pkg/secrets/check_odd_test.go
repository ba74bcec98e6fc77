package secrets

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
)

// What is no file of its own does not end the check of a folder, and is not waited for.
func TestCheckPassesOverWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{"config.yaml": "t_sops: x\n", "folder/a": "", "real/config.yaml": "t_sops: y\n"})
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"config-dir.yaml": "folder", "config-pipe.yaml": "pipe", "config-gone.yaml": "nowhere", "config-loop.yaml": "config-loop.yaml", "config-link.yaml": "real/config.yaml"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	const want = "error 1:1 the value of /t_sops is not encrypted"
	if got := checked(t, CheckOptions{}, dir); got != want+"\n"+want { // a folder in no repository: links are not followed
		t.Errorf("got %s", got)
	}
	testkit.Git(t, dir, "init", "-q")
	testkit.Git(t, dir, "add", "-A")
	if got := checked(t, CheckOptions{}, dir); got != want+"\n"+want+"\n"+want { // git knows the link, which is a config too
		t.Errorf("in a repository: got %s", got)
	}
}

// A file with a key for a secret that cannot be read is told, whatever it is called; one that only speaks of them, or is
// a template of YAML, is not.
func TestCheckOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a_sops: !!bool hunter2\n":           "error 1:9 the tag !!bool does not fit what stands behind it",
		"a: 1\na: 2\n\"b_sops\" : hunter2\n": "error 2:1 key \"a\" stands here twice",
		"a: !Ref b_sops\n":                   "",
		"{{ if x }}\n  b_sops: hunter2\n":    "",
		"a: [\nb_sops: hunter2\n":            "",
	} {
		dir := testkit.Tree(t, map[string]string{"odd.yaml": text})
		if got := checked(t, CheckOptions{}, dir); !strings.HasPrefix(got, want) || want == "" && got != "" || strings.Contains(got, "hunter2") {
			t.Errorf("%q: got %s", text, got)
		}
	}
}

// What is asked for by its name is looked into whatever it is called, once, and in the order of its lines.
func TestCheckOfNamedFiles(t *testing.T) {
	t.Parallel()
	dir := testkit.Tree(t, map[string]string{"notes.txt": "b: 1\na_sops: x\n", "plain.yaml": "password: hunter2\n", "many.yaml": "z_sops: x\na: {b_sops: y}\nl:\n- c_sops: z\n"})
	for name, want := range map[string]string{
		"notes.txt":  "error 2:1 the value of /a_sops is not encrypted",
		"plain.yaml": "warning 1:11 /password looks like a password, and stands in clear",
		"many.yaml":  "error 1:1 the value of /z_sops is not encrypted\nerror 2:5 the value of /a/b_sops is not encrypted\nerror 4:3 the value of /l/0/c_sops is not encrypted",
	} {
		file := filepath.Join(dir, name)
		if got := checked(t, CheckOptions{}, file, file); got != want {
			t.Errorf("%s: got %s", name, got)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Check(ctx, []string{dir}, CheckOptions{}); fault.KindOf(err) != fault.Interrupted {
		t.Errorf("interrupted: %v", err)
	}
}

// A sops block that has lost a part is told with what to do, and nothing of it is shown.
func TestCheckOfDamagedBlocks(t *testing.T) {
	t.Parallel()
	e := encrypt(t, "config.yaml", "a: 1\nb_sops: hunter2\nc_sops: [one, two]\n")
	if e.Err != nil {
		t.Fatal(e.Err)
	}
	cut := func(text, from, to string) string {
		i := strings.Index(text, from)
		if i < 0 {
			t.Fatalf("no %q", from)
		}
		return text[:i] + to + text[i+len(from):]
	}
	line := func(text, key string) string {
		for l := range strings.Lines(text) {
			if strings.HasPrefix(strings.TrimSpace(l), key) {
				return l
			}
		}
		t.Fatalf("no %q", key)
		return ""
	}
	sealed := string(e.After)
	for name, tt := range map[string]struct{ text, want string }{
		"sound":              {sealed, ""},
		"no mac":             {cut(sealed, line(sealed, "mac:"), "    mac: \"\"\n"), "the sops block has no sound signature (mac)"},
		"half a mac":         {cut(sealed, ",type:str]\n    version", "\n    version"), "the sops block has no sound signature (mac)"},
		"no date":            {cut(sealed, line(sealed, "lastmodified:"), ""), "the sops block has no date (lastmodified)"},
		"a date of no kind":  {cut(sealed, line(sealed, "lastmodified:"), "    lastmodified: yesterday\n"), "the sops block has no date (lastmodified)"},
		"no version":         {cut(sealed, line(sealed, "version:"), ""), "the sops block names no version of sops"},
		"no recipients":      {sealed[:strings.Index(sealed, "    age:\n")] + sealed[strings.Index(sealed, "    encrypted_suffix"):], "the sops block names no key that could open the file"},
		"two rules":          {cut(sealed, "    encrypted_suffix: _sops\n", "    encrypted_suffix: _sops\n    unencrypted_suffix: _x\n"), "the sops block has more than one rule"},
		"a pattern of none":  {cut(sealed, "    encrypted_suffix: _sops\n", "    encrypted_regex: (\n"), "the sops block has a pattern that is none"},
		"no rule":            {cut(sealed, "    encrypted_suffix: _sops\n", ""), "the sops block does not say which keys are encrypted"},
		"a cut ciphertext":   {cut(sealed, ",type:str]\nc_sops", ",type:st]\nc_sops"), "the value of /b_sops is a damaged ciphertext"},
		"no ciphertext":      {cut(sealed, line(sealed, "b_sops:"), "b_sops: hunter2\n"), "the value of /b_sops is not encrypted"},
		"one that is no key": {cut(sealed, "a: 1\n", "a: "+strings.TrimPrefix(line(sealed, "b_sops:"), "b_sops: ")), "the value of /a is encrypted, and its key says that it is not"},
	} {
		_, file := write(t, "config.yaml", tt.text)
		got := checked(t, CheckOptions{}, file)
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) || strings.Contains(got, "hunter2") || strings.Contains(got, "ENC[") {
			t.Errorf("%s: got %s", name, got)
		}
	}
}
