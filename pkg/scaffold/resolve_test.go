package scaffold_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/scaffold"
)

// A template says whether it wraps something, and a call has to fit.
func TestUpstreamsThatATemplateWants(t *testing.T) {
	t.Parallel()
	given := scaffold.Upstream{Package: "tap-x"}
	for _, tt := range []struct {
		wants string
		up    scaffold.Upstream
		want  string
		hint  string
	}{
		{"none", scaffold.Upstream{}, "", ""},
		{"optional", scaffold.Upstream{}, "", ""},
		{"optional", given, "", ""},
		{"required", given, "", ""},
		{"none", given, `making "source-big-data" from template "./tpl": it wraps no upstream`, "--template airbyte or --template singer"},
		{"required", scaffold.Upstream{}, `making "source-big-data" from template "./tpl": it needs an upstream`, "--upstream-package NAME, --upstream-git URL or --upstream-path FOLDER"},
	} {
		_, err := rendered(t, head+"upstream: "+tt.wants+"\n", "", func(o *scaffold.Options) { o.Upstream = tt.up })
		if tt.want == "" && err != nil || tt.want != "" && (fault.KindOf(err) != fault.Usage || err.Error() != tt.want || fault.HintOf(err) != tt.hint) {
			t.Errorf("%s, %+v: got %v, hint %q", tt.wants, tt.up, err, fault.HintOf(err))
		}
	}
}

func TestPackagesOfTheRegistry(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"tap-x": "tap-x|tap-x", "Tap_X.y": "Tap_X.y|Tap_X.y", "tap-x==1.2": "tap-x|tap-x==1.2", "tap-x == 1.2": "tap-x|tap-x==1.2", "tap-x>=1,<2": "tap-x|tap-x>=1,<2", "tap-x >= 1 , < 2": "tap-x|tap-x>=1,<2",
		"tap-x[s3]": "tap-x|tap-x[s3]", "tap-x[s3,gcs]~=1.0": "tap-x|tap-x[s3,gcs]~=1.0", "x": "x|x", "tap-x!=1.*": "tap-x|tap-x!=1.*", "tap-x==1.0+local": "tap-x|tap-x==1.0+local",
		"": "", "-r file": "", "--index-url=x": "", "tap x": "", "tap-": "", "_tap": "", "tap-x==": "", "tap-x=1": "", "tap-x==1;python_version<'3'": "", "tap-x @ https://h/x.whl": "", "tap-x==1 --hash=x": "", "../tap-x": "", "tap-x\n": "", "tap-x==\n1": "", "tap-x==1,\n<2": "",
	} {
		got, err := rendered(t, head+"upstream: required\n", "{{ .upstream.distribution }}|{{ .upstream.requirement }}", func(o *scaffold.Options) { o.Upstream.Package = spec })
		if want == "" {
			if fault.KindOf(err) != fault.Usage {
				t.Errorf("%q: got %q, %v", spec, got, err)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", spec, got, err, want)
		}
	}
}

func TestClassesToWrap(t *testing.T) {
	t.Parallel()
	for class, ok := range map[string]bool{
		"m:C": true, "a.b.c:SourceX": true, "_a:_B": true, "m1:C2": true,
		"C": false, "m:": false, ":C": false, "m:C.D": false, "m.:C": false, "m..n:C": false, "1m:C": false, "m-n:C": false, "m:C()": false, "m: C": false, "m:C\n": false, "m:größe": false,
	} {
		_, err := rendered(t, head+"upstream: optional\n", "", func(o *scaffold.Options) { o.Upstream = scaffold.Upstream{Package: "x", Class: class} })
		if ok != (err == nil) || !ok && (fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "it must be of the form module:Class")) {
			t.Errorf("%q: got %v", class, err)
		}
	}
}

// Of several classes a person chooses, one that was found or another in its form; without
// a person all are named.
func TestSeveralClasses(t *testing.T) {
	t.Parallel()
	gone := errors.New("the terminal is gone")
	for answer, want := range map[string]string{"b:SourceB": "b:SourceB", "other.place:SourceZ": "other.place:SourceZ", "nonsense": "", "": ""} {
		o := airbyteOptions(t)
		testkit.Put(t, o.Root, map[string]string{"up/a.py": classOf("A"), "up/b.py": classOf("B")})
		o.Upstream.Path = filepath.Join(o.Root, "up")
		_, err := scaffold.New(t.Context(), o)
		if fault.KindOf(err) != fault.Usage || err.Error() != "choosing the class to wrap: there are a:SourceA, b:SourceB" || fault.HintOf(err) != "--class a:SourceA" {
			t.Errorf("nobody to ask: %v", err)
		}
		o.Ask = func(q scaffold.Question) (string, error) {
			if strings.Join(q.Choices, " ") != "a:SourceA b:SourceB" || q.Default != "a:SourceA" || q.Ask != "Class to wrap" {
				t.Errorf("asked: %+v", q)
			}
			return answer, nil
		}
		p, err := scaffold.New(t.Context(), o)
		if want == "" {
			if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "there are a:SourceA, b:SourceB") {
				t.Errorf("%q: got %v", answer, err)
			}
		} else if err != nil || p.Upstream["module"]+":"+p.Upstream["symbol"] != want {
			t.Errorf("%q: got %v", answer, err)
		}
		o.Ask = func(scaffold.Question) (string, error) { return "", gone }
		if _, err := scaffold.New(t.Context(), o); !errors.Is(err, gone) {
			t.Errorf("got %v", err)
		}
		o.Upstream.Class = "b:SourceB" // what is said need not be looked for
		if p, err := scaffold.New(t.Context(), o); err != nil || p.Upstream["symbol"] != "SourceB" {
			t.Errorf("got %v", err)
		}
	}
}

// A path has to lie in the repository, through links too, since a clone has nothing else.
func TestPathsOfUpstreams(t *testing.T) {
	t.Parallel()
	outside := testkit.Tree(t, map[string]string{"x/pyproject.toml": "[project]\nname = \"x\"\n"})
	o := options(t, map[string]string{"template.yaml": head + "upstream: optional\n", "files/out.tmpl": "{{ .upstream.path }} {{ .upstream.distribution }}"})
	testkit.Put(t, o.Root, map[string]string{"lib/My_Tap/a.py": "", "file": ""})
	for link, target := range map[string]string{"out": filepath.Join(outside, "x"), "in": "lib/My_Tap", "dangling": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(o.Root, link)); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"lib/My_Tap": "../lib/My_Tap my-tap", "in": "../in in", "out": "it is outside the repository", "file": "it is no folder", "gone": "it is no folder", "dangling": "it is no folder", "..": "it is outside the repository",
	} {
		changed := o
		changed.Upstream.Path = filepath.Join(o.Root, path)
		p, err := scaffold.New(t.Context(), changed)
		if err != nil {
			if fault.KindOf(err) != fault.Usage || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("%s: got %v", path, err)
			}
			continue
		}
		if got := contents(p)["out"]; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

// What a person types next depends on the language, the kind and what the template brings.
func TestTheNextCommands(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, kind, language string
		files                map[string]string
		want                 string
	}{
		{"source-x", "capture", "python", nil, "connkit env source-x|connkit run discover source-x"},
		{"source-x", "capture", "go", nil, "connkit run spec source-x|connkit run discover source-x"},
		{"materialize-x", "materialization", "python", nil, "connkit env materialize-x|connkit run validate materialize-x"},
		{"derive-x", "derivation", "go", map[string]string{"files/fixture.jsonl": ""}, "connkit run spec derive-x|connkit run preview derive-x --fixture derive-x/fixture.jsonl"},
		{"derive-x", "derivation", "python", map[string]string{"files/fixture.jsonl.tmpl": ""}, "connkit env derive-x|connkit run preview derive-x --fixture derive-x/fixture.jsonl"},
		{"derive-x", "derivation", "python", map[string]string{"files/fixture.jsonl/a": ""}, "connkit env derive-x|connkit run validate derive-x"},
		{"source-x", "capture", "python", map[string]string{"files/fixture.jsonl": ""}, "connkit env source-x|connkit run discover source-x"},
	} {
		files := map[string]string{"template.yaml": strings.NewReplacer("capture", tt.kind, "python", tt.language).Replace(head), "files/a": ""}
		for name, text := range tt.files {
			files[name] = text
		}
		o := options(t, files)
		o.Name = tt.name
		p, err := scaffold.New(t.Context(), o)
		if err != nil || strings.Join(p.Next, "|") != tt.want {
			t.Errorf("%+v: got %v", tt, err)
		}
	}
}
