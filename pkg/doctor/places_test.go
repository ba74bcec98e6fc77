package doctor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/doctor"
)

// places gives the finding of that name for an environment; HOME is where the files are.
func places(t *testing.T, name string, env map[string]string, files ...string) (doctor.Finding, string) {
	t.Helper()
	tools(t, "sops", "vim", "nano", "ed")
	home := t.TempDir()
	for _, file := range files {
		path := filepath.Join(home, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("AGE-SECRET-KEY-1"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := doctor.Check(t.Context(), doctor.Options{Getenv: func(k string) string {
		if k == "HOME" {
			return home
		}
		return strings.ReplaceAll(env[k], "HOME", home)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(fmt.Sprint(r), "SECRET-KEY") {
		t.Error("a key is in the report")
	}
	for _, f := range r.Findings {
		if f.Name == name {
			return f, home
		}
	}
	t.Fatalf("%s is not in the report", name)
	return doctor.Finding{}, ""
}

func TestKeysByNameAndPlace(t *testing.T) {
	const age, gcloud = ".config/sops/age/keys.txt", ".config/gcloud/application_default_credentials.json"
	for name, tt := range map[string]struct {
		env   map[string]string
		files []string
		path  string
		wrong string
	}{
		"none":                {nil, nil, "", "none found"},
		"a key in a variable": {map[string]string{"SOPS_AGE_KEY": "AGE-SECRET-KEY-2"}, nil, "$SOPS_AGE_KEY", ""},
		"the file of sops":    {nil, []string{age}, "HOME/" + age, ""},
		"both":                {map[string]string{"SOPS_AGE_KEY": "AGE-SECRET-KEY-2"}, []string{age}, "$SOPS_AGE_KEY, HOME/" + age, ""},
		"a file of one's own": {map[string]string{"SOPS_AGE_KEY_FILE": "HOME/mine"}, []string{"mine"}, "$SOPS_AGE_KEY_FILE (HOME/mine)", ""},
		"which is not there":  {map[string]string{"SOPS_AGE_KEY_FILE": "HOME/mine"}, []string{age}, "HOME/" + age, `$SOPS_AGE_KEY_FILE names "HOME/mine", which cannot be read`},
		"a folder":            {map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": "HOME"}, nil, "", "which cannot be read"},
		"XDG":                 {map[string]string{"XDG_CONFIG_HOME": "HOME/xdg"}, []string{"xdg/sops/age/keys.txt"}, "HOME/xdg/sops/age/keys.txt", ""},
		"gcloud":              {nil, []string{gcloud}, "HOME/" + gcloud, ""},
		"gcloud elsewhere":    {map[string]string{"CLOUDSDK_CONFIG": "HOME/g"}, []string{"g/application_default_credentials.json"}, "HOME/g/application_default_credentials.json", ""},
		"aws":                 {map[string]string{"AWS_PROFILE": "x"}, []string{".aws/credentials"}, "$AWS_PROFILE, HOME/.aws/credentials", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, home := places(t, "sops keys", tt.env, tt.files...)
			wrong := strings.ReplaceAll(tt.wrong, "HOME", home)
			if f.Path != strings.ReplaceAll(tt.path, "HOME", home) || !strings.Contains(f.Problem, wrong) || (f.Status == doctor.OK) != (tt.wrong == "") || (f.Get == "") != (tt.wrong == "") {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestEditor(t *testing.T) {
	for name, tt := range map[string]struct {
		env   map[string]string
		want  string
		wrong string
	}{
		"none named":      {nil, "vim", ""},
		"EDITOR":          {map[string]string{"EDITOR": "nano"}, "nano", ""},
		"VISUAL first":    {map[string]string{"EDITOR": "nano", "VISUAL": "ed"}, "ed", ""},
		"with flags":      {map[string]string{"EDITOR": "ed -s"}, "ed -s", ""},
		"in quotes":       {map[string]string{"SOPS_EDITOR": `"ed" --wait`, "EDITOR": "nano"}, `"ed" --wait`, ""},
		"spaces":          {map[string]string{"EDITOR": "  "}, "vim", ""},
		"one that is not": {map[string]string{"EDITOR": "cod --wait"}, "", `$EDITOR names "cod": not found`},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := places(t, "editor", tt.env)
			if f.Version != tt.want || f.Problem != tt.wrong || (f.Status == doctor.OK) != (tt.wrong == "") {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestDebuggers(t *testing.T) {
	tools(t, "dlv", "python3")
	found, err := check(t, "debug")
	if f := found["dlv"]; err != nil || f.Version != "1.27.2" || f.Status != doctor.OK {
		t.Errorf("%+v, %v", f, err)
	}
	if f := found["debugpy"]; f.Status != doctor.Warn || f.Get != "connkit debug --install" {
		t.Errorf("%+v", f)
	}
	dir := filepath.Join(t.TempDir(), "debugpy-1.8.22")
	testkit.Put(t, dir, map[string]string{"debugpy/__init__.py": ""})
	r, err := doctor.Check(t.Context(), doctor.Options{For: "debug", Debugpy: dir})
	if err != nil {
		t.Error(err)
	}
	for _, f := range r.Findings {
		if f.Name == "debugpy" && (f.Status != doctor.OK || f.Version != "1.8.22" || f.Path != dir) {
			t.Errorf("%+v", f)
		}
	}
	tools(t, "python3")
	if found, err := check(t, "debug"); err != nil || found["dlv"].Status != doctor.Warn {
		t.Errorf("%+v, %v", found["dlv"], err)
	}
}
