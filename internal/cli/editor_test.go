package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/internal/ui"
)

func TestEditorOfTheUser(t *testing.T) {
	bin := t.TempDir()
	for _, name := range []string{"nano", "ed it", "vim.basic"} {
		testkit.Program(t, filepath.Join(bin, name), "#!/bin/sh\n")
	}
	if err := os.Symlink("vim.basic", filepath.Join(bin, "vim")); err != nil {
		t.Fatal(err)
	}
	discreet := " -n -i NONE -c silent! set noundofile nobackup nowritebackup"
	for name, tt := range map[string]struct {
		env  []string
		path string
		want string
		code int
	}{
		"of sops first":        {[]string{"SOPS_EDITOR=nano", "EDITOR=other"}, bin, "nano", 0},
		"one word":             {[]string{"EDITOR=nano"}, bin, "nano", 0},
		"blanks around it":     {[]string{"EDITOR= nano "}, bin, "nano", 0},
		"arguments":            {[]string{"EDITOR=code --wait"}, bin, `sh -c code --wait "$@" code --wait`, 0},
		"quotes":               {[]string{"EDITOR='ed it' -x"}, bin, `sh -c 'ed it' -x "$@" 'ed it' -x`, 0},
		"Vim":                  {[]string{"EDITOR=vim"}, bin, "vim" + discreet, 0},
		"Vim with arguments":   {[]string{"EDITOR=vim -R"}, bin, `sh -c vim -R "$@" vim -R` + discreet, 0},
		"none is set":          {nil, bin, "vim" + discreet, 0},
		"none is there":        {nil, t.TempDir(), "", 3},
		"what is set is not":   {[]string{"EDITOR=nope"}, bin, "", 3},
		"an empty one is none": {[]string{"SOPS_EDITOR=", "EDITOR=nano"}, bin, "nano", 0},
	} {
		t.Setenv("PATH", tt.path)
		a := newApp(ui.Streams{In: strings.NewReader("")}, tt.env)
		argv, err := a.editor(true)
		if got := strings.Join(argv, " "); got != tt.want || fault.Code(err) != tt.code {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if tt.code == 3 && !slices.Contains([]string{"export EDITOR=nano", "export EDITOR='code --wait', or another one"}, fault.HintOf(err)) {
			t.Errorf("%s: hint %q", name, fault.HintOf(err))
		}
	}
}

func TestKeptName(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{"a/config.yaml": "a/config.edit.yaml", "x.json": "x.edit.json", "none": "none.edit"} {
		if got := keptName(file); got != want {
			t.Errorf("%s: got %q", file, got)
		}
	}
}
