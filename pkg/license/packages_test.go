package license_test

import (
	"testing"

	"github.com/connkit/connkit/pkg/license"
)

// What package metadata says, as people and their tools write it. Only what is
// written out is read: what a program works out is never guessed.
func TestPackages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, text, want string }{
		{"setup.py", "setup(license='MIT' + ' style')", ""},
		{"setup.py", "setup(license='%s' % 'MIT')", ""},
		{"setup.py", "setup(license='{}'.format('MIT'))", ""},
		{"setup.py", "setup(license='MIT'.upper())", ""},
		{"setup.py", "setup(license='MIT' if x else 'ISC')", ""},
		{"setup.py", "setup(license='MIT' or x)", ""},
		{"setup.py", "setup(license=f'{x} MIT')", ""},
		{"setup.py", "setup(license=f'MIT')", "MIT"},
		{"setup.py", "setup(license='M' 'I' 'T')", "MIT"},
		{"setup.py", "setup(license=('MIT'))", ""},
		{"setup.py", "setup(license=L)", ""},
		{"setup.py", "L = 'MIT'\nsetup(license=L)", "MIT"},
		{"setup.py", "L = 'MIT'\nL = 'ISC'\nsetup(license=L)", "ISC"},
		{"setup.py", "L = 'MIT' + x\nsetup(license=L)", ""},
		{"setup.py", "L = 'MIT'\nL = 'ISC' + x\nsetup(license=L)", ""},
		{"setup.py", "L = 'MIT'\nsetup(license=L + ' style')", ""},
		{"setup.py", "setup(license = r\"MIT\" , name='x')", "MIT"},
		{"setup.py", "setup(\n  # license='ISC',\n  license='''MIT''',\n)", "MIT"},
		{"setup.py", "setup(license='MIT'  # because\n)", "MIT"},
		{"setup.py", "setup(**dict(license='MIT'))", "MIT"},
		{"setup.py", "setup(license='MIT')\nsetup(license='ISC')", "MIT, ISC"},
		{"setup.py", "setup(classifiers=[\n 'License :: OSI Approved :: MIT License',\n])", "MIT"},
		{"setup.py", "x = license == 'MIT'", ""},
		{"setup.py", "license='", ""},
		{"setup.py", "license=", ""},
		{"setup.py", "'", ""},
		{"setup.py", "\x00\xff(license='MIT')", "MIT"},
		{"setup.py", "setup(lizenz='MIT', licenses='ISC')", ""},
		{"setup.py", "setup(license='')", ""},
		{"setup.py", "setup(license='\\'MIT\\'')", "MIT"},

		{"setup.cfg", "[metadata]\nlicense = MIT\nlicense_files = LICENSE\n", "MIT"},
		{"setup.cfg", "[metadata]\nlicense =\n    MIT\n", "MIT"},
		{"setup.cfg", "[metadata]\nlicense=MIT\n[options]\nlicense=ISC\n", "MIT"},
		{"setup.cfg", "[metadata ]\nlicense=MIT\n", ""},
		{"setup.cfg", "[METADATA]\nlicense=MIT\n", ""}, // sections are told by their case
		{"setup.cfg", "[metadata]\nLicense: MIT\n", "MIT"},
		{"setup.cfg", "[metadata]\nlicense = MIT ; not really\n", "“MIT ; not really”"},
		{"setup.cfg", "[metadata]\nlicense = attr: x.L\n", "“attr: x.L”"},
		{"setup.cfg", "[metadata]\nlicense = MIT\nlicense = ISC\n", "ISC"},
		{"setup.cfg", "[metadata]\nlicense_files = LICENSE*\n", ""},
		{"setup.cfg", "[metadata]\nlicense_files = LICENSE, NOTICE\n", "“license_files = LICENSE”, “license_files = NOTICE”"},
		{"setup.cfg", "[metadata]\n    license = MIT\n", ""}, // an indented line goes on with the one before
		{"setup.cfg", "license = MIT\n", ""},
		{"setup.cfg", "[metadata]\nname\nlicense = MIT\n", "MIT"},
		{"setup.cfg", "\ufeff[metadata]\nlicense = MIT\n", "MIT"},
		{"setup.cfg", "[metadata]\nlicense = MIT", "MIT"},

		{"pyproject.toml", "[project]\nlicense = \"MIT\"\n[tool.poetry]\nlicense = \"ISC\"\n", "MIT, ISC"},
		{"pyproject.toml", "[project]\nlicense = {text = \"MIT\", file = \"LICENSE\"}\n", "MIT, “file = LICENSE”"},
		{"pyproject.toml", "[project]\nlicense = {}\n", ""},
		{"pyproject.toml", "[project]\nlicense = [\"MIT\"]\n", ""},
		{"pyproject.toml", "[project]\nlicense = \"MIT\"\nlicense-files = [\"LICENSE\"]\n", "MIT"},
		{"pyproject.toml", "[project]\nlicense-files = [\"LICENSES/*\"]\n", ""},
		{"pyproject.toml", "[project]\nlicense-files = [\"LICENSE\", \"NOTICE\"]\n", "“license-files = LICENSE”, “license-files = NOTICE”"},
		{"pyproject.toml", "[project]\nlicense-files = {paths = [\"LICENSE\"]}\n", ""},
		{"pyproject.toml", "[tool.flit.metadata]\nlicense = \"ISC\"\n", "ISC"},
		{"pyproject.toml", "[tool.hatch]\nlicense = \"ISC\"\n", ""},
		{"pyproject.toml", "[project]\nlicense = \"file: LICENSE\"\n", "“file: LICENSE”"},
		{"pyproject.toml", "[project]\nlicense = \"\"\n", ""},
		{"pyproject.toml", "[project]\nlicense = \"LicenseRef-Acme\"\n", "LicenseRef-Acme"},
		{"pyproject.toml", "project.license = \"MIT\"\n", "MIT"},
		{"pyproject.toml", "[project]\r\nlicense = \"MIT\"\r\n", "MIT"},
		{"pyproject.toml", "\ufeff[project]\nlicense = \"MIT\"\n", "MIT"},
		{"pyproject.toml", "[project]\nclassifiers = [1, \"License :: OSI Approved :: MIT License\"]\n", "MIT"},
		{"pyproject.toml", "[project]\nclassifiers = [\"License :: Public Domain\"]\n", ""},
		{"pyproject.toml", "[project]\nclassifiers = [\"License :: Free For Home Use\"]\n", "LicenseRef-proprietary"},
		{"pyproject.toml", "[project]\nclassifiers = [\"License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL)\"]\n", "“License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL)”"},
		{"pyproject.toml", "[project]\nclassifiers = [\"License :: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication\"]\n", "CC0-1.0"},

		{"package.json", `{"license": "MIT", "license": "ISC"}`, "ISC"}, // the last one counts in JSON
		{"package.json", `{"license": "Unlicensed"}`, "LicenseRef-proprietary"},
		{"package.json", `{"license": "SEE LICENSE IN  LICENSE.md "}`, "“SEE LICENSE IN LICENSE.md”"},
		{"package.json", `{"license": "SEE LICENSE IN a\nb"}`, "“SEE LICENSE IN a b”"},
		{"Cargo.toml", "[package]\nlicense-file = \"\"\"a\nb\"\"\"\n", "“license-file = a b”"},
		{"package.json", `{"license": "see license in LICENSE"}`, "“see license in LICENSE”"},
		{"package.json", `{"license": ["MIT"]}`, ""},
		{"package.json", `{"license": {"name": "MIT"}}`, "MIT"},
		{"package.json", `{"license": {"url": "https://opensource.org/licenses/MIT"}}`, ""},
		{"package.json", `{"license": 7}`, ""},
		{"package.json", `{"licenses": []}`, ""},
		{"package.json", `{"licenses": [{"type": "MIT"}, 7]}`, "“”"},
		{"package.json", `{"licenses": {"type": "MIT"}}`, ""},
		{"package.json", "\ufeff" + `{"license": "MIT"}`, "MIT"},
		{"package.json", `{"license": "MIT AND Foo"}`, "“MIT AND Foo”"},
		{"package.json", `{"License": "MIT"}`, "MIT"}, // as Go reads keys

		{"Cargo.toml", "[package]\nlicense = \"MIT/Apache-2.0\"\n", "MIT OR Apache-2.0"},
		{"Cargo.toml", "[package]\nlicense = \"\"\nlicense-file = \"L\"\n", "“license-file = L”"},
		{"Cargo.toml", "[package]\nlicense = {workspace = true}\n", ""},
		{"Cargo.toml", "[workspace.package]\nlicense = \"MIT\"\n", ""},
		{"Cargo.toml", "[package]\nlicense-file = 7\n", ""},

		{"metadata.yaml", "- a\n", ""},
		{"metadata.yaml", "data: text\n", ""},
		{"metadata.yaml", "data: text\nlicense: MIT\n", "MIT"},
		{"metadata.yaml", "just a text\n", ""},
		{"metadata.yaml", "data:\n  license: [MIT, ISC]\n", "“license, which is no text”"},
		{"metadata.yaml", "data:\n  license: {id: MIT}\n", "“license, which is no text”"},
		{"metadata.yaml", "data:\n  license: |\n    MIT\n", "MIT"},
		{"metadata.yaml", "data:\n  license: 'MIT'\n", "MIT"},
		{"metadata.yaml", "data:\n  license: ~\n", ""},
		{"metadata.yaml", "data:\n  license: null\nlicense: ISC\n", "ISC"},
		{"metadata.yaml", "data:\n  license: \"null\"\n", "“null”"},
		{"metadata.yaml", "data:\n  license: 2.0\n", "“2.0”"},
		{"metadata.yaml", "data:\n  License: MIT\n", ""},
		{"metadata.yaml", "x: &x\n  license: MIT\ndata:\n  <<: *x\n", "MIT"},
		{"metadata.yaml", "data:\n  license: MIT\n---\ndata:\n  license: ISC\n", "MIT"}, // of several documents the first
		{"metadata.yaml", "# nothing\n", ""},
		{"metadata.yml", "data:\n  license: MIT\n", "MIT"},
	} {
		got, err := license.FromMetadata(tt.file, []byte(tt.text))
		if err != nil || said(got) != tt.want {
			t.Errorf("%s %q: got %s, %v, want %s", tt.file, tt.text, said(got), err, tt.want)
		}
	}
}

// A header that holds a licence and takes some of it back is for a person to read.
func TestHeadersThatNarrowTheirLicence(t *testing.T) {
	t.Parallel()
	mit := text(t, "MIT")
	for sentence, doubt := range map[string]bool{
		"Not for commercial use.":                        true,
		"For non-commercial purposes.":                   true,
		"Commercial use requires an agreement.":          true,
		"This file may not be used by others.":           true,
		"Evaluation use only.":                           true,
		"Proprietary and confidential.":                  true,
		"Unauthorized copying is forbidden.":             true,
		"This module must not be imported directly.":     false,
		"Only the reader of streams uses this.":          false,
		"It is not known whether the cursor moves.":      false,
		"See the commercial break in the documentation.": false,
		"": false,
	} {
		for sign, file := range map[string]string{"# ": "a.py", "// ": "a.go"} {
			for _, header := range []string{mit, apacheNotice, gplNotice} {
				e, _ := effective(t, tree{file: comment(sign, header+"\n"+sentence+"\n") + "\nx\n"}, file)
				if e.License.IsZero() || e.Rule != license.RuleHeader || e.Proven() == doubt {
					t.Errorf("%s %q: %s by %s, doubts %q", file, sentence, e.License, e.Rule, e.Doubts)
				}
			}
		}
	}
}
