package license_test

import (
	"fmt"
	"strings"
	"testing"
)

// Symlinks are followed as far as they stay in the tree, of files and of folders.
func TestSymlinks(t *testing.T) {
	t.Parallel()
	mit := text(t, "MIT")
	chain := func(n int) tree {
		files := tree{"x/LICENSE": "-> l1"}
		for i := range n {
			files[fmt.Sprintf("x/l%d", i+1)] = fmt.Sprintf("-> l%d", i+2)
		}
		files[fmt.Sprintf("x/l%d", n+1)] = mit
		return files
	}
	for name, tt := range map[string]struct {
		tree tree
		want string
	}{
		"beside":                  {tree{"x/LICENSE": "-> text", "x/text": mit}, "MIT license-beside"},
		"above":                   {tree{"x/LICENSE": "-> ../text", "text": mit}, "MIT license-beside"},
		"below":                   {tree{"x/LICENSE": "-> doc/text", "x/doc/text": mit}, "MIT license-beside"},
		"with dots":               {tree{"x/LICENSE": "-> ./../x/./text", "x/text": mit}, "MIT license-beside"},
		"doubled slashes":         {tree{"x/LICENSE": "-> ..//legal//text", "legal/text": mit}, "MIT license-beside"},
		"through a folder":        {tree{"x/LICENSE": "-> ../l/text", "l": "-> legal", "legal/text": mit}, "MIT license-beside"},
		"through two folders":     {tree{"x/LICENSE": "-> ../l/text", "l": "-> m", "m": "-> legal", "legal/text": mit}, "MIT license-beside"},
		"out of a linked folder":  {tree{"x/LICENSE": "-> ../l/../text", "l": "-> legal/deep", "legal/text": "none", "text": mit, "legal/deep/z": "z"}, "MIT license-beside"}, // the path is cleaned first, as it is written
		"one after the other":     {chain(3), "MIT license-beside"},
		"as many as are followed": {chain(7), "MIT license-beside"},
		"one too many":            {chain(8).with(tree{"LICENSE": text(t, "ISC")}), "ISC license-above"},
		"to itself":               {tree{"x/LICENSE": "-> LICENSE", "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"round in a circle":       {tree{"x/LICENSE": "-> a", "x/a": "-> LICENSE", "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"a folder in a circle":    {tree{"x/LICENSE": "-> ../l/text", "l": "-> m", "m": "-> l", "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"to nothing":              {tree{"x/LICENSE": "-> gone", "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"to a folder":             {tree{"x/LICENSE": "-> ../legal", "legal/MIT": mit, "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"to a submodule":          {tree{"x/LICENSE": "-> ../sub", "sub": "submodule", "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"below a file":            {tree{"x/LICENSE": "-> ../LICENSE/x", "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"out of the tree":         {tree{"x/LICENSE": "-> ../../LICENSE", "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"out and in again":        {tree{"x/LICENSE": "-> ../../repo/text", "text": mit, "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"an absolute path":        {tree{"x/LICENSE": "-> /LICENSE", "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"an empty target":         {tree{"x/LICENSE": "-> ", "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"a zero in the target":    {tree{"x/LICENSE": "-> te\x00xt", "LICENSE": text(t, "ISC")}, "ISC license-above"},
		"metadata":                {tree{"x/metadata.yaml": "-> ../m.yaml", "m.yaml": metadata("MIT")}, "MIT metadata"},
		"a package":               {tree{"x/setup.py": "-> ../s", "s": "setup(license='MIT')"}, "MIT package"},
		"a text of LICENSES":      {tree{"x/LICENSES/MIT.txt": "-> ../../text", "text": mit}, "MIT license-beside"},
		"a dep5":                  {tree{".reuse/dep5": "-> ../d", "d": "Format: x\n\nFiles: *\nLicense: MIT\n"}, "MIT header"},
		"a REUSE.toml":            {tree{"REUSE.toml": "-> r", "r": annotate(`"**"`, `"MIT"`)}, "MIT header"},
		"a work":                  {tree{"x/b.py": "-> ../b", "b": "# SPDX-License-Identifier: ISC\n", "LICENSE": mit}, "MIT license-above"}, // what it leads to is no part of the path
	} {
		files := tt.tree.with(tree{"x/a.py": "x\n"})
		if e, got := effective(t, files, "x"); got != tt.want {
			t.Errorf("%s: got %q, want %q; doubts %q, notes %q", name, got, tt.want, e.Doubts, e.Notes)
		}
	}
	e, _ := effective(t, tree{"x/LICENSE": "-> gone", "LICENSE": mit, "x/a.py": "x"}, "x")
	if strings.Join(e.Notes, "") != "the symlink x/LICENSE leads to nothing in the upstream" {
		t.Errorf("notes %q", e.Notes)
	}
}

// Names are those of the tree, byte for byte; blanks and letters of all kinds are as good as others.
func TestOddPaths(t *testing.T) {
	t.Parallel()
	mit := text(t, "MIT")
	for _, dir := range []string{"a b", "größe", "gro\u0308\u00dfe", "李/深", "-x", "x.y", "#1", "a'b\"c", strings.Repeat("deep/", 30) + "x", "LICENSES", "vendor", ".hidden"} {
		files := tree{dir + "/a.py": "x\n", dir + "/LICENSE": mit, "LICENSE": text(t, "ISC")}
		if e, got := effective(t, files, dir); got != "MIT license-beside" || e.Path != dir+"/LICENSE" {
			t.Errorf("%q: got %q by %q, doubts %q", dir, got, e.Path, e.Doubts)
		}
		if e, got := effective(t, files, dir+"/a.py"); got != "MIT license-beside" || len(e.Carry) != 1 {
			t.Errorf("%q, a file: got %q, doubts %q", dir, got, e.Doubts)
		}
	}
	if _, got := effective(t, tree{"Größe/LICENSE": mit, "größe/a.py": "x"}, "größe"); got != "?" {
		t.Errorf("a folder that differs by case speaks: %q", got)
	}
}

// Nearly empty paths, and paths of what is no program.
func TestPathsWithLittleInThem(t *testing.T) {
	t.Parallel()
	mit := text(t, "MIT")
	for name, tt := range map[string]struct {
		tree tree
		path string
		want string
	}{
		"only a licence":        {tree{"x/LICENSE": mit}, "x", "MIT license-beside"},
		"only a readme":         {tree{"x/README.md": "x", "LICENSE": mit}, "x", "MIT license-above"},
		"only pictures":         {tree{"x/a.png": "\x89PNG", "LICENSE": mit}, "x", "MIT license-above"},
		"only data":             {tree{"x/a.json": "{}", "LICENSE": mit}, "x", "MIT license-above"},
		"only empty files":      {tree{"x/__init__.py": "", "LICENSE": mit}, "x", "MIT license-above"},
		"only a symlink":        {tree{"x/a.py": "-> ../b.py", "b.py": "x", "LICENSE": mit}, "x", "MIT license-above"},
		"only a submodule":      {tree{"x/m": "submodule", "LICENSE": mit}, "x", "MIT license-above"},
		"only metadata":         {tree{"x/metadata.yaml": metadata("MIT")}, "x", "MIT metadata"},
		"a picture by itself":   {tree{"x/a.png": "\x89PNG\x00", "LICENSE": mit}, "x/a.png", "MIT license-above"},
		"a licence by itself":   {tree{"x/LICENSE": mit, "LICENSE": text(t, "ISC")}, "x/LICENSE", "MIT license-beside"},
		"metadata by itself":    {tree{"x/metadata.yaml": metadata("MIT"), "LICENSE": text(t, "ISC")}, "x/metadata.yaml", "MIT metadata"},
		"an empty file":         {tree{"x/a.py": "", "LICENSE": mit}, "x/a.py", "MIT license-above"},
		"a header of a picture": {tree{"x/a.svg": "<!-- SPDX-License-Identifier: ISC -->", "LICENSE": mit}, "x/a.svg", "ISC header"},
	} {
		if e, got := effective(t, tt.tree, tt.path); got != tt.want {
			t.Errorf("%s: got %q, want %q; doubts %q", name, got, tt.want, e.Doubts)
		}
	}
}
