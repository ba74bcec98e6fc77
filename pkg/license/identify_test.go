package license_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/license"
)

// ids gives the licences of a text by their bodies, not by addresses.
func ids(f license.Found) []string {
	var list []string
	for _, m := range f.Matches {
		if !m.URL {
			list = append(list, m.ID)
		}
	}
	return list
}

// Each text of testdata is the one that the SPDX list has for the id it is named after.
func TestIdentifyKnowsTheCommonLicences(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/texts/*.txt")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d texts, %v", len(files), err)
	}
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			want := []string{id}
			if id == "LGPL-3.0" { // its text is additions to the GPL's, which follows it there
				want = []string{"LGPL-3.0", "GPL-3.0"}
			}
			plain := text(t, id)
			for form, s := range map[string]string{
				"as it is":  plain,
				"CRLF":      strings.ReplaceAll(plain, "\n", "\r\n"),
				"mark":      "\ufeff" + plain,
				"one line":  strings.Join(strings.Fields(plain), " "),
				"unwrapped": regexp.MustCompile(`([^\n])\n([^\n])`).ReplaceAllString(plain, "$1 $2"),
				"quotes":    strings.NewReplacer(`"`, "“", "'", "’").Replace(plain),
				"markdown":  "# The licence\n\n" + plain,
				"holder":    "My Project\n==========\n\nCopyright (c) 2015-2024 Somebody Else, Inc. and contributors\nAll rights reserved.\n\n" + plain,
			} {
				f := license.Identify([]byte(s))
				if !slices.Equal(ids(f), want) || f.Coverage < 97 {
					t.Errorf("%s: got %q, %.1f %%, rest %q", form, ids(f), f.Coverage, f.Rest)
				}
				if got := strings.Fields(f.Rest); len(got) > 8 {
					t.Errorf("%s: rest %q", form, f.Rest)
				}
			}
		})
	}
}

func TestIdentifyNoticesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"MIT", "Apache-2.0", "BSD-3-Clause", "ISC", "Elastic-2.0", "BUSL-1.1", "MPL-2.0", "GPL-3.0"} {
		full := text(t, id)
		for _, cut := range []int{len(full) / 4, len(full) / 2} {
			f := license.Identify([]byte(full[:cut]))
			if got := ids(f); slices.Contains(got, id) {
				t.Errorf("the first %d bytes of %s are taken for it", cut, id)
			}
		}
	}
	changed := strings.Replace(text(t, "MIT"), "without limitation the rights", "for non-commercial purposes the rights", 1)
	if got := ids(license.Identify([]byte(changed))); len(got) != 0 {
		t.Errorf("a changed grant: got %q", got)
	}
}

func TestIdentifyNoticesWhatIsAdded(t *testing.T) {
	t.Parallel()
	f := license.Identify([]byte(text(t, "MIT") + "\n\nThe Software must not be offered as a hosted service.\n"))
	if !slices.Equal(ids(f), []string{"MIT"}) || f.Rest != "The Software must not be offered as a hosted service." || f.Coverage >= 97 {
		t.Errorf("got %q, %.1f %%, rest %q", ids(f), f.Coverage, f.Rest)
	}
	f = license.Identify([]byte(commonsClause + "\n" + text(t, "MIT")))
	if !slices.Equal(ids(f), []string{"LicenseRef-Commons-Clause", "MIT"}) || f.Coverage < 97 {
		t.Errorf("got %q, %.1f %%, rest %q", ids(f), f.Coverage, f.Rest)
	}
}

const commonsClause = `"Commons Clause" License Condition v1.0

The Software is provided to you by the Licensor under the License, as defined below, subject to the following condition.

Without limiting other conditions in the License, the grant of rights under the License will not include, and the License does not grant to you, the right to Sell the Software.

For purposes of the foregoing, "Sell" means practicing any or all of the rights granted to you under the License to provide to third parties, for a fee or other consideration (including without limitation fees for hosting or consulting/ support services related to the Software), a product or service whose value derives, entirely or substantially, from the functionality of the Software. Any license notice or attribution required by the License must also include this Commons Clause License Condition notice.
`

func TestIdentifyFindsSeveral(t *testing.T) {
	t.Parallel()
	mit, elastic, apache := text(t, "MIT"), text(t, "Elastic-2.0"), text(t, "Apache-2.0")
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"mixed":          {mit + "\n---\n\n" + elastic, []string{"MIT", "Elastic-2.0"}},
		"other way":      {elastic + "\n---\n\n" + mit, []string{"Elastic-2.0", "MIT"}},
		"long and short": {apache + "\n\n" + mit + "\n\n" + text(t, "BSD-3-Clause"), []string{"Apache-2.0", "MIT", "BSD-3-Clause"}},
		"same twice":     {mit + "\n" + mit, []string{"MIT", "MIT"}},
	} {
		f := license.Identify([]byte(tt.text))
		if !slices.Equal(ids(f), tt.want) || f.Coverage < 97 {
			t.Errorf("%s: got %q, %.1f %%, rest %q", name, ids(f), f.Coverage, f.Rest)
		}
	}
}

// The parameters of the Business Source License are its licensor's own words.
func TestIdentifyTakesTheParametersOfBUSL(t *testing.T) {
	t.Parallel()
	_, terms, _ := strings.Cut(text(t, "BUSL-1.1"), "Terms\n")
	short, _, _ := strings.Cut(terms, "MariaDB hereby grants")
	parameters := `License text copyright (c) 2020 MariaDB Corporation Ab, All Rights Reserved.
“Business Source License” is a trademark of MariaDB Corporation Ab.

Parameters

Licensor:             Example, Inc.
Licensed Work:        Example 1.2. The Licensed Work is (c) 2023 Example, Inc.
Additional Use Grant: You may make production use of the Licensed Work, provided
                      it is not offered to third parties on a hosted basis.
Change Date:          Four years from the date the Licensed Work is published.
Change License:       MPL 2.0

For information about alternative licensing arrangements for the Licensed Work,
please contact licensing@example.com.

Notice

Business Source License 1.1

Terms
`
	for name, s := range map[string]string{"whole": parameters + terms, "without covenants": parameters + short} {
		f := license.Identify([]byte(s))
		if !slices.Equal(ids(f), []string{"BUSL-1.1"}) || f.Coverage < 97 {
			t.Errorf("%s: got %q, %.1f %%, rest %q", name, ids(f), f.Coverage, f.Rest)
		}
	}
}

func TestIdentifyOddInput(t *testing.T) {
	t.Parallel()
	utf16 := []byte{0xff, 0xfe}
	for _, c := range []byte(text(t, "MIT")) {
		utf16 = append(utf16, c, 0)
	}
	if f := license.Identify(utf16); !slices.Equal(ids(f), []string{"MIT"}) {
		t.Errorf("UTF-16: got %q", ids(f))
	}
	for name, s := range map[string]string{
		"nothing": "", "blank": " \n\n", "prose": "This is the readme of a project.", "bytes": "\x00\xff\xfe\x80",
		"Mozilla agent": "User-Agent: Mozilla/5.0 (permission is free of charge)",
	} {
		if f := license.Identify([]byte(s)); len(f.Matches) != 0 || f.Coverage != 0 {
			t.Errorf("%s: got %+v", name, f)
		}
	}
}

// licensecheck comes with texts of its own. Those of the licences that are
// looked for here must give what its scanner of all licences is tested to give.
func TestIdentifyAgreesWithTheTextsOfLicensecheck(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/licensecheck").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "testdata", "*.t[0-9]*"))
	if err != nil || len(files) < 500 {
		t.Fatalf("%d texts, %v", len(files), err)
	}
	covered := regexp.MustCompile(`^(MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause|Apache-[12]\.[01]|MPL-[12]\.[01]|EPL-[12]\.0|CDDL-1\.[01]|A?GPL-[23]\.0|LGPL-(2\.0|2\.1|3\.0)|Unlicense|CC0-1\.0|CC-BY-4\.0|Zlib|BSL-1\.0|Artistic-2\.0|Python-2\.0|PostgreSQL|WTFPL|X11|NCSA|UPL-1\.0|OFL-1\.1|SSPL-1\.0|PolyForm-.*)\.t\d+$`)
	seen := 0
	for _, file := range files {
		if !covered.MatchString(filepath.Base(file)) {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(string(b), "\n\n")
		lines := strings.Split(head, "\n")
		if len(lines) != 2 || !strings.HasPrefix(lines[0], "100") { // others are there to show what is not covered
			continue
		}
		seen++
		want := strings.Fields(lines[1])[0]
		f := license.Identify([]byte(body))
		if got := ids(f); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want %s", filepath.Base(file), got, want)
		}
	}
	if seen < 50 {
		t.Errorf("only %d texts were looked at", seen)
	}
}

func FuzzIdentify(f *testing.F) {
	for _, id := range []string{"MIT", "Elastic-2.0", "GPL-2.0"} {
		f.Add([]byte(text(f, id)))
	}
	f.Add([]byte("\xff\xfeM\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		found := license.Identify(b)
		last := 0
		for _, m := range found.Matches {
			if m.Start < last || m.End < m.Start || m.End > len(b) || m.ID == "" {
				t.Errorf("%+v of %d bytes, after %d", m, len(b), last)
			}
			last = m.End
		}
		if found.Coverage < 0 || found.Coverage > 100 {
			t.Errorf("covered %v", found.Coverage)
		}
	})
}
