package license_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/license"
)

// said spells statements in one line: the licence, or what stands there in quotes.
func said(all []license.Statement) string {
	var parts []string
	for _, s := range all {
		if s.License.IsZero() {
			parts = append(parts, "“"+s.Says+"”")
		} else {
			parts = append(parts, s.License.String())
		}
	}
	return strings.Join(parts, ", ")
}

func TestFromMetadata(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, text, want string }{
		{"metadata.yaml", "data:\n  license: MIT\n", "MIT"},
		{"metadata.yaml", "data:\n  license: ELv2\n", "Elastic-2.0"},
		{"metadata.yaml", "data: {license: \"elv2\"}\n", "Elastic-2.0"},
		{"metadata.yaml", "data:\n  license: MIT # was ELv2\n  name: x\n", "MIT"},
		{"metadata.yaml", "license: Apache-2.0\n", "Apache-2.0"},
		{"metadata.yaml", "license: MIT\ndata:\n  license: ELv2\n", "Elastic-2.0, MIT"},
		{"metadata.yaml", "data:\n  license: [MIT]\n", "“license, which is no text”"},
		{"metadata.yaml", "data:\n  license:\n", ""},
		{"metadata.yaml", "data:\n  license: \"\"\n", ""},
		{"metadata.yaml", "data:\n  name: license\n", ""},
		{"metadata.yaml", "data:\n  license: Foo Public Terms\n", "“Foo Public Terms”"},
		{"metadata.yaml", "x: &l ELv2\ndata:\n  license: *l\n", "Elastic-2.0"},
		{"metadata.yaml", "\ufeffdata:\r\n  license: MIT\r\n", "MIT"},
		{"metadata.yaml", "", ""},
		{"metadata.yml", "data:\n  license: MIT\n", "MIT"},
		{"a/b/metadata.yaml", "data:\n  license: MIT\n", "MIT"},

		{"pyproject.toml", "[project]\nlicense = \"MIT\"\n", "MIT"},
		{"pyproject.toml", "[project]\nlicense = \"MIT OR Apache-2.0\"\nlicense-files = [\"LICENSES/*\"]\n", "MIT OR Apache-2.0"},
		{"pyproject.toml", "[project]\nlicense = {text = \"Apache 2.0\"}\n", "Apache-2.0"},
		{"pyproject.toml", "[project.license]\ntext = \"BSD\"\n", "“BSD”"},
		{"pyproject.toml", "[project]\nlicense = {file = \"LICENSE\"}\n", "“file = LICENSE”"},
		{"pyproject.toml", "[project]\nlicense-files = [\"COPYING\"]\n", "“license-files = COPYING”"},
		{"pyproject.toml", "[tool.poetry]\nlicense = \"MIT\"\n", "MIT"},
		{"pyproject.toml", "[tool.poetry]\nlicense = \"ELv2\"\n", "Elastic-2.0"},
		{"pyproject.toml", "[tool.poetry]\nlicense = \"Proprietary\"\n", "LicenseRef-proprietary"},
		{"pyproject.toml", "[tool.flit.metadata]\nlicense = \"ISC\"\n", "ISC"},
		{"pyproject.toml", "[project]\nclassifiers = [\"Programming Language :: Python\", \"License :: OSI Approved :: MIT License\"]\n", "MIT"},
		{"pyproject.toml", "[project]\nlicense = \"MIT\"\nclassifiers = [\"License :: OSI Approved :: Apache Software License\"]\n", "MIT, “License :: OSI Approved :: Apache Software License”"},
		{"pyproject.toml", "[project]\nclassifiers = [\"License :: OSI Approved\"]\n", ""},
		{"pyproject.toml", "[project]\nclassifiers = [\"License :: Other/Proprietary License\"]\n", "LicenseRef-proprietary"},
		{"pyproject.toml", "[project]\nclassifiers = [\"License :: OSI Approved :: GNU Affero General Public License v3 or later (AGPLv3+)\"]\n", "AGPL-3.0-or-later"},
		{"pyproject.toml", "[project]\nclassifiers = [\"License :: OSI Approved :: GNU General Public License v2 (GPLv2)\"]\n", "GPL-2.0"},
		{"pyproject.toml", "[project]\nclassifiers = [\"License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)\"]\n", "MPL-2.0"},
		{"pyproject.toml", "[build-system]\nrequires = []\n", ""},
		{"pyproject.toml", "[project]\nlicense = 3\n", ""},
		{"pyproject.toml", "[project]\ndynamic = [\"license\"]\n", ""},

		{"package.json", `{"license": "MIT"}`, "MIT"},
		{"package.json", `{"license": "(MIT OR Apache-2.0)"}`, "MIT OR Apache-2.0"},
		{"package.json", `{"license": {"type": "BSD-3-Clause", "url": "x"}}`, "BSD-3-Clause"},
		{"package.json", `{"licenses": [{"type": "MIT"}, {"type": "Apache-2.0"}]}`, "MIT OR Apache-2.0"},
		{"package.json", `{"licenses": ["MIT"]}`, "MIT"},
		{"package.json", `{"licenses": [{"type": "MIT"}, {"type": "Foo Terms"}]}`, "“Foo Terms”"},
		{"package.json", `{"license": "UNLICENSED"}`, "LicenseRef-proprietary"},
		{"package.json", `{"license": "Unlicense"}`, "Unlicense"},
		{"package.json", `{"license": "SEE LICENSE IN EULA.txt"}`, "“SEE LICENSE IN EULA.txt”"},
		{"package.json", `{"license": "Apache 2.0"}`, "Apache-2.0"},
		{"package.json", `{"license": ""}`, ""},
		{"package.json", `{"license": null, "licenses": 4}`, ""},
		{"package.json", `{"private": true}`, ""},

		{"setup.cfg", "[metadata]\nname = x\nlicense = MIT\n", "MIT"},
		{"setup.cfg", "[metadata]\nlicense: Apache License 2.0\n", "Apache-2.0"},
		{"setup.cfg", "[options]\nlicense = MIT\n", ""},
		{"setup.cfg", "[metadata]\n# license = MIT\n; license = ISC\n", ""},
		{"setup.cfg", "[metadata]\nlicense_files =\n  LICENSE.txt\n  NOTICE\n", "“license_files = LICENSE.txt”, “license_files = NOTICE”"},
		{"setup.cfg", "[metadata]\nlicense = MIT\nlicense_file = LICENSE\nclassifiers =\n    License :: OSI Approved :: MIT License\n    Topic :: X\n", "MIT, MIT"},
		{"setup.cfg", "[metadata]\r\nlicense = file: COPYING\r\n", "“file: COPYING”"},
		{"setup.cfg", "", ""},

		{"setup.py", "from setuptools import setup\nsetup(name='x', license='MIT')\n", "MIT"},
		{"setup.py", "setup(\n    license = \"Apache\" \" 2.0\",\n)\n", "Apache-2.0"},
		{"setup.py", "# license='MIT'\nsetup(name='license=\"ISC\"')\n", ""},
		{"setup.py", "LICENSE = 'AGPLv3'\nsetup(license=LICENSE)\n", "AGPL-3.0"},
		{"setup.py", "setup(license=open('LICENSE').read())\n", ""},
		{"setup.py", "setup(classifiers=['License :: OSI Approved :: BSD License', 'Topic :: X'])\n", "“License :: OSI Approved :: BSD License”"},
		{"setup.py", "setup(license=u'MIT', license_files='LICENSE')\n", "MIT"},
		{"setup.py", "setup(license_file='COPYING')\n", "“license_file = COPYING”"},
		{"setup.py", "if license == 'MIT':\n  pass\n", ""},
		{"setup.py", "'''\nlicense='MIT'\n'''\nsetup()\n", ""},
		{"setup.py", "setup(license='MIT", "MIT"},

		{"Cargo.toml", "[package]\nlicense = \"MIT/Apache-2.0\"\n", "MIT OR Apache-2.0"},
		{"Cargo.toml", "[package]\nlicense = \"MIT OR Apache-2.0\"\n", "MIT OR Apache-2.0"},
		{"Cargo.toml", "[package]\nlicense.workspace = true\n", ""},
		{"Cargo.toml", "[package]\nlicense-file = \"../EULA\"\n", "“license-file = ../EULA”"},
		{"Cargo.toml", "[workspace]\nmembers = []\n", ""},

		{"README.md", "license: MIT\n", ""},
		{"other.yaml", "data:\n  license: MIT\n", ""},
	} {
		got, err := license.FromMetadata(tt.file, []byte(tt.text))
		if err != nil || said(got) != tt.want {
			t.Errorf("%s %q: got %s, %v, want %s", tt.file, tt.text, said(got), err, tt.want)
		}
		for _, s := range got {
			if s.Path != tt.file {
				t.Errorf("%s: the statement is of %q", tt.file, s.Path)
			}
		}
	}
}

// A licence field that holds the whole text is read as one.
func TestFromMetadataReadsTexts(t *testing.T) {
	t.Parallel()
	got, err := license.FromMetadata("pyproject.toml", []byte("[project.license]\ntext = \"\"\"\n"+text(t, "MIT")+"\"\"\"\n"))
	if err != nil || said(got) != "MIT" {
		t.Errorf("got %s, %v", said(got), err)
	}
}

func TestFromMetadataRefusesWhatIsBroken(t *testing.T) {
	t.Parallel()
	for file, s := range map[string]string{
		"metadata.yaml":  "data: [\n",
		"pyproject.toml": "[project\n",
		"package.json":   "{",
		"Cargo.toml":     "= 3",
	} {
		_, err := license.FromMetadata("x/"+file, []byte(s))
		if fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), "x/"+file+": ") {
			t.Errorf("%s: got %v", file, err)
		}
	}
}

func FuzzFromMetadata(f *testing.F) {
	names := []string{"metadata.yaml", "pyproject.toml", "package.json", "setup.cfg", "setup.py", "Cargo.toml"}
	for i, s := range []string{
		"data:\n  license: MIT\n", "[project]\nlicense = {text = \"MIT\"}\n", `{"licenses": [{"type": "MIT"}]}`,
		"[metadata]\nlicense = MIT\n", "setup(license=r'MIT' \"x\\", "[package]\nlicense = \"MIT/X\"\n",
	} {
		f.Add(i, s)
	}
	f.Fuzz(func(t *testing.T, i int, s string) {
		file := names[uint(i)%uint(len(names))]
		got, err := license.FromMetadata(file, []byte(s))
		if err != nil && fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: %v", file, err)
		}
		for _, st := range got {
			if strings.ContainsAny(st.Says, "\r\n") {
				t.Errorf("%s: %q is more than a line", file, st.Says)
			}
		}
	})
}
