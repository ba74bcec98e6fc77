package imports_test

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdxlib"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream"
	"github.com/connkit/connkit/pkg/upstream/imports"
)

// many makes imports of all kinds.
func many(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.put(w.up, "own terms", files("own/metadata.yaml", "data:\n  license: LicenseRef-acme\n", "own/LICENSE", "Our own terms, for you alone.\n", "own/a.py", "x\n"))
	w.pull()
	w.pull(to(other, "a folder/with ünïcode & <more>", "LICENSE"))
	w.pull(to(other, "a folder/with-unicode-more", "LICENSE"))
	w.pull(to("tool.py", "lib/tool.py", "LICENSE"))
	w.pull(to("own", "source-own", "own/metadata.yaml"), func(o *upstream.Options) { o.License = "LicenseRef-acme" }, accept("a contract"))
	w.pull(to("", "vendor/all", "LICENSE"), accept("a part is under own terms"))
	w.copyIn(demo, "source-script")
	w.script(w.upGit("rev-parse", "main"), demo, "source-script", "Expat", "LICENSE")
	w.copyIn(other, "source-bare")
	w.script(w.upGit("rev-parse", "main"), other, "source-bare", "MIT", "LICENSE")
	w.put(w.mono, "broken", files("source-broken/UPSTREAM.yaml", "version: 7\n"))
	w.copyIn(other, "source-gone")
	w.script(w.upGit("rev-parse", "main"), other, "source-gone", "MIT", "LICENSE")
	w.put(w.mono, "gone", nil, "source-gone")
	return w
}

const kept = 8 // of the imports of many, those that are there and have a record

func TestSPDX(t *testing.T) {
	t.Parallel()
	w := many(t)
	text, err := imports.SPDX(t.Context(), w.options(), w.list(), "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := imports.SPDX(t.Context(), w.options(), w.list(), "1.2.3"); err != nil || again != text {
		t.Error("the second document differs")
	}
	doc, err := spdxjson.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := spdxlib.ValidateDocument(doc); err != nil {
		t.Error(err)
	}
	if doc.SPDXVersion != "SPDX-2.3" || len(doc.Packages) != kept || len(doc.Relationships) != kept || len(doc.OtherLicenses) != 1 {
		t.Errorf("%s, %d packages, %d relationships, %d licences", doc.SPDXVersion, len(doc.Packages), len(doc.Relationships), len(doc.OtherLicenses))
	}
	if !strings.Contains(doc.OtherLicenses[0].ExtractedText, "Our own terms") {
		t.Errorf("%q", doc.OtherLicenses[0].ExtractedText)
	}
	for _, p := range doc.Packages {
		checkPackage(t, p, w)
	}
	checkSchema(t, text)
	empty, err := imports.SPDX(t.Context(), newWorld(t).options(), nil, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	checkSchema(t, empty)
}

func checkPackage(t *testing.T, p *spdx.Package, w *world) {
	t.Helper()
	commit := w.upGit("rev-parse", "main")
	if p.PackageVersion != commit || !strings.HasPrefix(p.PackageDownloadLocation, "git+file://"+w.up+"@"+commit) || strings.ContainsAny(p.PackageDownloadLocation, " <>") {
		t.Errorf("%s: %s at %s", p.PackageName, p.PackageVersion, p.PackageDownloadLocation)
	}
	want := map[string][2]string{
		"source-own": {"LicenseRef-acme", "NOASSERTION"}, "vendor/all": {"MIT", "NOASSERTION"}, "source-script": {"NOASSERTION", "NOASSERTION"}, "source-bare": {"MIT", "NOASSERTION"},
	}[p.PackageName]
	if want[0] == "" {
		want = [2]string{"MIT", "MIT"}
	}
	if p.PackageLicenseDeclared != want[0] || p.PackageLicenseConcluded != want[1] {
		t.Errorf("%s: declared %s, concluded %s", p.PackageName, p.PackageLicenseDeclared, p.PackageLicenseConcluded)
	}
}

// checkSchema holds a document against the rules of SPDX 2.3 for JSON: the keys
// that must be there, those that there are, and the forms of values.
func checkSchema(t *testing.T, text string) {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	keys(t, "document", doc, "SPDXID creationInfo dataLicense name spdxVersion documentNamespace", "packages relationships hasExtractedLicensingInfos comment externalDocumentRefs files snippets annotations")
	form(t, "SPDXID", doc["SPDXID"], `^SPDXRef-DOCUMENT$`)
	form(t, "dataLicense", doc["dataLicense"], `^CC0-1\.0$`)
	form(t, "documentNamespace", doc["documentNamespace"], `^[a-z][a-z0-9+.-]*://[^#\s]+$`)
	creation := doc["creationInfo"].(map[string]any)
	keys(t, "creationInfo", creation, "created creators", "comment licenseListVersion")
	form(t, "created", creation["created"], `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	if at, _ := creation["created"].(string); at != "" {
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			t.Error(err)
		}
	}
	for _, c := range creation["creators"].([]any) {
		form(t, "creator", c, `^(Person|Organization|Tool): .+$`)
	}
	ids, refs := map[string]bool{"SPDXRef-DOCUMENT": true}, map[string]bool{}
	for _, x := range doc["packages"].([]any) {
		p := x.(map[string]any)
		keys(t, "package", p, "SPDXID downloadLocation name", "versionInfo filesAnalyzed sourceInfo licenseConcluded licenseDeclared licenseComments copyrightText primaryPackagePurpose externalRefs supplier comment")
		form(t, "SPDXID", p["SPDXID"], `^SPDXRef-[A-Za-z0-9.-]+$`)
		form(t, "downloadLocation", p["downloadLocation"], `^(NONE|NOASSERTION|(git\+)(https|ssh|file)://\S+@[0-9a-f]{40}(#\S+)?)$`)
		form(t, "primaryPackagePurpose", p["primaryPackagePurpose"], `^(OTHER|INSTALL|ARCHIVE|FIRMWARE|APPLICATION|FRAMEWORK|LIBRARY|CONTAINER|SOURCE|DEVICE|OPERATING_SYSTEM|FILE)$`)
		if p["filesAnalyzed"] != false {
			t.Errorf("filesAnalyzed is %v without files", p["filesAnalyzed"])
		}
		if id := p["SPDXID"].(string); ids[id] {
			t.Errorf("%s is there twice", id)
		} else {
			ids[id] = true
		}
		for _, key := range []string{"licenseConcluded", "licenseDeclared"} {
			said := p[key].(string)
			if said == "NOASSERTION" || said == "NONE" {
				continue
			}
			x, err := license.Parse(said)
			if err != nil {
				t.Errorf("%s %q: %v", key, said, err)
			}
			for _, id := range x.IDs() {
				if strings.HasPrefix(id, "LicenseRef-") {
					refs[id] = true
				}
			}
		}
	}
	for _, x := range doc["relationships"].([]any) {
		r := x.(map[string]any)
		keys(t, "relationship", r, "spdxElementId relatedSpdxElement relationshipType", "comment")
		if !ids[r["spdxElementId"].(string)] || !ids[r["relatedSpdxElement"].(string)] || r["relationshipType"] != "DESCRIBES" {
			t.Errorf("%v", r)
		}
	}
	extracted, _ := doc["hasExtractedLicensingInfos"].([]any)
	for _, x := range extracted {
		e := x.(map[string]any)
		keys(t, "extracted", e, "extractedText licenseId", "name comment crossRefs seeAlsos")
		form(t, "licenseId", e["licenseId"], `^LicenseRef-[A-Za-z0-9.-]+$`)
		delete(refs, e["licenseId"].(string))
	}
	if len(refs) > 0 {
		t.Errorf("the texts of %v are missing", refs)
	}
}

func keys(t *testing.T, what string, m map[string]any, must, may string) {
	t.Helper()
	for _, key := range strings.Fields(must) {
		if v, ok := m[key]; !ok || v == "" {
			t.Errorf("%s lacks %s", what, key)
		}
	}
	for key := range m {
		if !slices.Contains(strings.Fields(must+" "+may), key) {
			t.Errorf("%s has %s", what, key)
		}
	}
}

func form(t *testing.T, what string, v any, pattern string) {
	t.Helper()
	if s, ok := v.(string); !ok || !regexp.MustCompile(pattern).MatchString(s) {
		t.Errorf("%s is %v, want %s", what, v, pattern)
	}
}

// Addresses come in many forms, SPDX knows one.
func TestSPDXLocations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	commit := strings.Repeat("ab", 20)
	for url, want := range map[string][2]string{
		"https://github.com/big/data.git":             {"git+https://github.com/big/data.git@" + commit + "#a%20path/x", "pkg:github/big/data@" + commit + "#a%20path/x"},
		"https://github.com/Big/Data":                 {"git+https://github.com/Big/Data@" + commit + "#a%20path/x", "pkg:github/big/data@" + commit + "#a%20path/x"},
		"git@github.com:big/data.git":                 {"git+ssh://git@github.com/big/data.git@" + commit + "#a%20path/x", "pkg:github/big/data@" + commit + "#a%20path/x"},
		"ssh://git@example.com:22/big/data":           {"git+ssh://git@example.com:22/big/data@" + commit + "#a%20path/x", ""},
		"https://example.com/big%20data/x y.git":      {"git+https://example.com/big%20data/x%20y.git@" + commit + "#a%20path/x", ""},
		"/srv/git/big data":                           {"git+file:///srv/git/big%20data@" + commit + "#a%20path/x", ""},
		"https://github.com.example.com/big/data.git": {"git+https://github.com.example.com/big/data.git@" + commit + "#a%20path/x", ""},
		"https://dev.example.com/a/b/_git/c":          {"git+https://dev.example.com/a/b/_git/c@" + commit + "#a%20path/x", ""},
	} {
		im := &imports.Import{}
		im.Dest, im.Repository, im.Commit, im.Path, im.License.ID = "d", url, commit, "a path/x", "MIT"
		text, err := imports.SPDX(t.Context(), w.options(), []*imports.Import{im}, "1")
		if err != nil {
			t.Fatal(err)
		}
		doc, err := spdxjson.Read(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		p := doc.Packages[0]
		purl := ""
		if len(p.PackageExternalReferences) > 0 {
			purl = p.PackageExternalReferences[0].Locator
		}
		if p.PackageDownloadLocation != want[0] || purl != want[1] {
			t.Errorf("%s: %s, %s", url, p.PackageDownloadLocation, purl)
		}
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	w := many(t)
	text, err := imports.CSV(w.list())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != kept+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if strings.Join(rows[0][:7], " ") != "dest repository path commit date ref license" || rows[1][0] != "a folder/with ünïcode & <more>" || rows[1][6] != "MIT" || rows[len(rows)-1][2] != "." {
		t.Errorf("%q", rows)
	}
}

func TestNotice(t *testing.T) {
	t.Parallel()
	w := many(t)
	text, missing, err := imports.Notice(t.Context(), w.options(), w.list())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(missing, []string{"source-bare", "source-script"}) {
		t.Errorf("missing %q", missing)
	}
	if n := strings.Count(text, "Permission is hereby granted"); n != 1 {
		t.Errorf("the text of MIT is there %d times", n)
	}
	for _, want := range []string{
		"\nsource-demo\n  from     " + w.up + "\n  path     " + demo + "\n  commit   " + w.upGit("rev-parse", "main") + "\n  licence  MIT\n", "\nExample, Inc.\n", "Our own terms, for you alone.\n",
		"\nsource-script\n", "  licence  Expat\n  text     LICENSE of the repository above\n", "a folder/with ünïcode & <more>, a folder/with-unicode-more, ", "\nvendor/all\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
	for _, no := range []string{"source-gone", "source-broken"} {
		if strings.Contains(text, no) {
			t.Errorf("%q is in it", no)
		}
	}
}
