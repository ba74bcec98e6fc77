package license_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
)

const (
	group     = "airbyte-integrations"
	connector = group + "/connectors/source-x"
)

// monorepo is an upstream like Airbyte's, with a connector under a licence.
func monorepo(t *testing.T, id string) tree {
	t.Helper()
	return tree{
		"LICENSE":                         repositoryRules + text(t, "MIT") + "\n---\n\n" + text(t, "Elastic-2.0"),
		group + "/LICENSE":                text(t, "MIT"),
		connector + "/metadata.yaml":      metadata(id),
		connector + "/pyproject.toml":     "[tool.poetry]\nname = \"x\"\n",
		connector + "/source_x/source.py": "# Copyright (c) 2023 Airbyte, Inc., all rights reserved.\nimport x\n",
		connector + "/icon.svg":           "<svg/>",
	}
}

func TestCheckAgrees(t *testing.T) {
	t.Parallel()
	mit, apache, gpl3 := text(t, "MIT"), text(t, "Apache-2.0"), text(t, "GPL-3.0")
	for name, tt := range map[string]struct {
		tree               tree
		path, claim, proof string
	}{
		"metadata":            {monorepo(t, "MIT"), connector, "MIT", connector + "/metadata.yaml"},
		"metadata, ELv2":      {monorepo(t, "ELv2"), connector, "Elastic-2.0", connector + "/metadata.yaml"},
		"folder above":        {monorepo(t, "MIT"), connector, "MIT", group + "/LICENSE"},
		"spelled ./":          {monorepo(t, "MIT"), connector + "/", "MIT", "./" + group + "/LICENSE"},
		"mixed root":          {monorepo(t, "MIT"), connector, "MIT", "LICENSE"},
		"mixed root, Elastic": {monorepo(t, "ELv2"), connector, "Elastic-2.0", "LICENSE"},
		"default":             {monorepo(t, "MIT").with(tree{"other/a.py": "x"}), "other", "Elastic-2.0", "LICENSE"},
		"pyproject":           {monorepo(t, "MIT").with(tree{connector + "/pyproject.toml": "[tool.poetry]\nlicense = \"MIT\"\n"}), connector, "MIT", connector + "/pyproject.toml"},
		"the only file":       {tree{"a.py": "# SPDX-License-Identifier: MIT\n"}, "", "MIT", "a.py"},
		"choice":              {tree{"Cargo.toml": "[package]\nlicense = \"MIT OR Apache-2.0\"\n", "a.rs": "x"}, "", "MIT", "Cargo.toml"},
		"choice, its text":    {tree{"Cargo.toml": "[package]\nlicense = \"MIT OR Apache-2.0\"\n", "LICENSE-MIT": mit, "LICENSE-APACHE": apache, "a.rs": "x"}, "", "MIT", "LICENSE-MIT"},
		"both, one text":      {tree{"Cargo.toml": "[package]\nlicense = \"MIT OR Apache-2.0\"\n", "LICENSE-MIT": mit, "LICENSE-APACHE": apache, "a.rs": "x"}, "", "MIT OR Apache-2.0", "LICENSE-APACHE"},
		"both hold":           {tree{"LICENSE": mit + "\n\n" + apache, "a.py": "x"}, "", "Apache-2.0 AND MIT", "LICENSE"},
		"GPL only":            {tree{"COPYING": gpl3, "a.py": "x"}, "", "GPL-3.0-only", "COPYING"},
		"GPL or later":        {tree{"COPYING": gpl3, "a.py": "x"}, "", "GPL-3.0-or-later", "COPYING"},
		"GPL, old id":         {tree{"COPYING": gpl3, "a.py": "x"}, "", "GPL-3.0", "COPYING"},
		"GPL, setup says":     {tree{"COPYING": gpl3, "setup.py": "setup(license='GPL-3.0-or-later')", "a.py": "x"}, "", "GPL-3.0-or-later", "COPYING"},
		"LGPL":                {tree{"COPYING": gpl3, "COPYING.LESSER": text(t, "LGPL-3.0"), "a.c": "x"}, "", "LGPL-3.0-or-later", "COPYING.LESSER"},
		"unusual name":        {tree{"legal/terms": "x", "MIT.txt": mit, "a.py": "x"}, "", "MIT", "MIT.txt"},
		"symlink":             {tree{"legal/mit": mit, "x/LICENSE": "-> ../legal/mit", "x/a.py": "x"}, "x", "MIT", "x/LICENSE"},
		"classifier only":     {tree{"setup.cfg": "[metadata]\nclassifiers =\n  License :: OSI Approved :: MIT License\n", "a.py": "x"}, "", "MIT", "setup.cfg"},
		"vague beside exact":  {tree{"LICENSE": text(t, "BSD-3-Clause"), "setup.cfg": "[metadata]\nlicense = BSD\n", "a.py": "x"}, "", "BSD-3-Clause", "setup.cfg"},
	} {
		e, err := license.Check(t.Context(), tt.tree, tt.path, expr(t, tt.claim), tt.proof)
		if err != nil || !e.Proven() || e.Named == nil || e.Named.Path != strings.TrimPrefix(tt.proof, "./") || e.Named.BlobID == "" {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
}

func TestCheckStops(t *testing.T) {
	t.Parallel()
	mit, apache, elastic := text(t, "MIT"), text(t, "Apache-2.0"), text(t, "Elastic-2.0")
	for name, tt := range map[string]struct {
		tree               tree
		path, claim, proof string
		want               []string // of the error and its hint
	}{
		"metadata against claim":            {monorepo(t, "ELv2"), connector, "MIT", connector + "/metadata.yaml", []string{"the claim is MIT", "Elastic-2.0", "metadata.yaml", "ELv2", "--accept-license"}},
		"metadata against the folder above": {monorepo(t, "ELv2"), connector, "MIT", group + "/LICENSE", []string{"the claim is MIT", "Elastic-2.0 by " + connector + "/metadata.yaml", `pass "Elastic-2.0" with ` + connector + "/metadata.yaml"}},
		"proof against claim":               {monorepo(t, "MIT"), connector, "Elastic-2.0", connector + "/metadata.yaml", []string{"the claim is Elastic-2.0", "MIT"}},
		"right claim, wrong proof":          {monorepo(t, "ELv2"), connector, "Elastic-2.0", group + "/LICENSE", []string{"the claim is Elastic-2.0, but " + group + "/LICENSE says MIT"}},
		"default":                           {monorepo(t, "MIT").with(tree{"other/a.py": "x"}), "other", "MIT", group + "/LICENSE", []string{"Elastic-2.0 by LICENSE", "default of the repository"}},
		"pyproject contradicts":             {monorepo(t, "ELv2").with(tree{connector + "/pyproject.toml": "[tool.poetry]\nlicense = \"MIT\"\n"}), connector, "MIT", connector + "/pyproject.toml", []string{"Elastic-2.0"}},
		"pyproject against both":            {monorepo(t, "MIT").with(tree{connector + "/pyproject.toml": "[tool.poetry]\nlicense = \"Apache-2.0\"\n"}), connector, "MIT", connector + "/metadata.yaml", []string{"pyproject.toml says Apache-2.0", "metadata.yaml says MIT"}},
		"text against claim":                {tree{"LICENSE": elastic, "a.py": "x"}, "", "MIT", "LICENSE", []string{"the claim is MIT, but the licence is Elastic-2.0 by LICENSE (100 % known text)"}},
		"beside against metadata":           {monorepo(t, "MIT").with(tree{connector + "/LICENSE": elastic}), connector, "MIT", connector + "/metadata.yaml", []string{"Elastic-2.0", "licence beside the code"}},
		"header against all":                {monorepo(t, "MIT").with(tree{connector + "/source_x/util.py": "# SPDX-License-Identifier: Elastic-2.0\n"}), connector, "MIT", connector + "/metadata.yaml", []string{"MIT AND Elastic-2.0", "util.py"}},
		"one of two that hold":              {tree{"LICENSE": mit + "\n\n" + apache, "a.py": "x"}, "", "MIT", "LICENSE", []string{"MIT AND Apache-2.0"}},
		"more than is given":                {tree{"LICENSE": mit, "a.py": "x"}, "", "MIT OR Apache-2.0", "LICENSE", []string{"the claim is MIT OR Apache-2.0"}},
		"later versions":                    {tree{"COPYING": text(t, "GPL-3.0"), "setup.py": "setup(license='GPL-3.0-or-later')", "a.py": "x"}, "", "GPL-3.0-only", "COPYING", []string{"GPL-3.0-or-later"}},
		"Commons Clause":                    {tree{"LICENSE": commonsClause + "\n" + mit, "a.py": "x"}, "", "MIT", "LICENSE", []string{"LicenseRef-Commons-Clause"}},
		"a clause more":                     {tree{"LICENSE": mit + "\nNot for resale.\n", "a.py": "x"}, "", "MIT", "LICENSE", []string{"says more than its licence", "Not for resale"}},
		"truncated":                         {tree{"LICENSE": mit[:500], "a.py": "x"}, "", "MIT", "LICENSE", []string{"LICENSE is like MIT"}},
		"nothing found":                     {tree{"x/a.py": "x", "y/LICENSE": mit}, "x", "MIT", "y/LICENSE", []string{"no licence was found"}},
		"proof says nothing":                {tree{"LICENSE": mit, "README.md": "Hello", "a.py": "x"}, "", "MIT", "README.md", []string{"README.md is no licence text"}},
		"metadata says nothing":             {tree{"LICENSE": mit, "package.json": "{}", "a.js": "x"}, "", "MIT", "package.json", []string{"package.json says nothing about a licence"}},
		"metadata broken":                   {tree{"LICENSE": mit, "package.json": "{", "a.js": "x"}, "", "MIT", "package.json", []string{"package.json"}},
		"LicenseRef":                        {tree{"LICENSE": "Own terms of ours for you.", "a.py": "x"}, "", "LicenseRef-acme", "LICENSE", []string{"LicenseRef-acme is no licence of the SPDX list"}},
		"vague":                             {tree{"setup.cfg": "[metadata]\nlicense = BSD\n", "a.py": "x"}, "", "BSD-3-Clause", "setup.cfg", []string{"is no exact licence"}},
		"vague, another":                    {tree{"LICENSE": mit, "setup.cfg": "[metadata]\nlicense = BSD\n", "a.py": "x"}, "", "MIT", "setup.cfg", []string{"setup.cfg says “BSD”"}},
		"header of the proof":               {tree{"LICENSE": mit, "a.py": "x", "doc.yaml": "# SPDX-License-Identifier: ISC\n"}, "a.py", "MIT", "doc.yaml", []string{"the claim is MIT, but doc.yaml says ISC"}},
	} {
		e, err := license.Check(t.Context(), tt.tree, tt.path, expr(t, tt.claim), tt.proof)
		if fault.KindOf(err) != fault.Blocked || e.Proven() || e.Text == "" || e.Named == nil {
			t.Errorf("%s: %+v, %v", name, e, err)
			continue
		}
		said := err.Error() + " " + fault.HintOf(err)
		for _, want := range tt.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not in %s", name, want, said)
			}
		}
		if strings.ContainsAny(said, "\r\n") {
			t.Errorf("%s: more than a line: %q", name, said)
		}
	}
}

func TestCheckRefusesProofs(t *testing.T) {
	t.Parallel()
	tr := monorepo(t, "MIT").with(tree{"empty": " \n", "binary": "MIT\x00\x01", "gone": "-> nowhere", "module": "submodule", "out": "-> ../LICENSE"})
	for proof, want := range map[string][2]string{
		"":                          {"the licence path is missing", connector + "/metadata.yaml"},
		".":                         {"the licence path is missing", ""},
		"LICENCE":                   {`"LICENCE" is not in the upstream`, "did you mean LICENSE"},
		connector + "/metadata.yml": {"is not in the upstream", "did you mean " + connector + "/metadata.yaml"},
		connector + "/LICENSE":      {"is not in the upstream", "did you mean"},
		group:                       {"is a folder", group + "/LICENSE"},
		connector:                   {"is a folder", connector + "/metadata.yaml"},
		"empty":                     {"is empty", ""},
		"binary":                    {"is binary", ""},
		"gone":                      {"is not in the upstream", ""},
		"out":                       {"is not in the upstream", ""},
		"module":                    {"is no file", ""},
		"../LICENSE":                {"leads out", ""},
		group + "/../../LICENSE":    {"leads out", ""},
		"LICENSE/x":                 {"is not in the upstream", ""},
	} {
		_, err := license.Check(t.Context(), tr, connector, expr(t, "MIT"), proof)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want[0]) || !strings.Contains(fault.HintOf(err), want[1]) {
			t.Errorf("%q: got %v, hint %q", proof, err, fault.HintOf(err))
		}
	}
	if _, err := license.Check(t.Context(), tr, "nope", expr(t, "MIT"), "LICENSE"); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
	if _, err := license.Check(t.Context(), tr, connector, license.Expression{}, "LICENSE"); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
	if _, err := license.Check(t.Context(), tree{"a.py": "x"}, "", expr(t, "MIT"), "LICENSE"); !strings.Contains(fault.HintOf(err), "no licence file") {
		t.Errorf("hint %q", fault.HintOf(err))
	}
}

func TestEvidenceInJSON(t *testing.T) {
	t.Parallel()
	e, err := license.Check(context.Background(), monorepo(t, "MIT"), connector, expr(t, "MIT"), group+"/LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"license":"MIT"`, `"rule":"metadata"`, `"path":"` + connector + `/metadata.yaml"`, `"coverage":100`, `"named":{"license":"MIT"`, `"carry":[{"path":"` + group + `/LICENSE"`,
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s is not in %s", want, out)
		}
	}
	if strings.Contains(string(out), "Permission") {
		t.Error("the text of a file is in the result")
	}
	if e.Text != "MIT by "+connector+"/metadata.yaml, connector metadata; "+group+"/LICENSE says MIT (100 % known text)" {
		t.Errorf("got %q", e.Text)
	}
}
