package scaffold_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/scaffold"
)

// manifest is a small template of its own; tests add to it.
const manifest = `manifest: 1
version: 3
title: a test
kind: capture
language: python
upstream: optional
questions:
  - name: python
    ask: Python versions
    default: '{{ or .upstream.python ">=3.11" }}'
    match: '[><=0-9., ]+'
    hint: a range
files:
  - path: only/_package_.txt
    when: '{{ eq .upstream.kind "" }}'
  - path: run.sh
    mode: executable
`

func sampleTemplate() map[string]string {
	return map[string]string{
		"template.yaml":                 manifest,
		"README":                        "not written",
		"files/.hidden":                 "dot",
		"files/_package_/__main__.py":   "print('{{ copied }}')\n",
		"files/pyproject.toml.tmpl":     "name = {{ json .project }}\nauthor = {{ json .author }}\npython = {{ json .python }}\n",
		"files/only/_package_.txt":      "",
		"files/run.sh":                  "#!/bin/sh\n",
		"files/_name_.txt.tmpl":         "{{ .title }} {{ .class }} {{ .short }} {{ .kind }} {{ .prefix }}",
		"files/__pycache__/x.pyc":       "junk",
		"files/.pytest_cache/README.md": "junk",
	}
}

// options gives a workspace with the template in it.
func options(t *testing.T, template map[string]string) scaffold.Options {
	t.Helper()
	root := t.TempDir()
	testkit.Put(t, filepath.Join(root, "tpl"), template)
	return scaffold.Options{
		Root: root, WorkDir: root, Name: "source-big-data", Template: "./tpl",
		Author: "Ann \"A\" Example <ann@example.com>", Year: 2026, Version: "v0",
	}
}

func contents(p *scaffold.Plan) map[string]string {
	m := map[string]string{}
	for _, f := range p.Files {
		m[f.Path] = string(f.Content)
	}
	return m
}

func TestNewRenders(t *testing.T) {
	t.Parallel()
	o := options(t, sampleTemplate())
	p, err := scaffold.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	got := contents(p)
	want := map[string]string{
		".hidden":                     "dot",
		"source_big_data/__main__.py": "print('{{ copied }}')\n",
		"pyproject.toml":              "name = \"source-big-data\"\nauthor = \"Ann \\\"A\\\" Example <ann@example.com>\"\npython = \">=3.11\"\n",
		"only/source_big_data.txt":    "",
		"run.sh":                      "#!/bin/sh\n",
		"source-big-data.txt":         "Big Data BigData big-data capture acmeCo",
	}
	delete(got, ".connkit.yaml")
	if !maps.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if _, err := os.Lstat(p.Path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("New wrote something")
	}
	if err := p.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(p.Path, "run.sh"))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("run.sh: %v, %v", info.Mode(), err)
	}
	if err := p.Apply(t.Context()); fault.KindOf(err) != fault.Blocked {
		t.Errorf("applying twice: %v", err)
	}
	if _, err := scaffold.New(t.Context(), o); fault.KindOf(err) != fault.Blocked {
		t.Errorf("planning again: %v", err)
	}
}

func TestNewRecordsWhatMadeIt(t *testing.T) {
	t.Parallel()
	o := options(t, sampleTemplate())
	o.Set = map[string]string{"python": ">=3.12"}
	o.Upstream = scaffold.Upstream{Package: "airbyte-source-faker==7.2.1", Class: "big.data:SourceBig"}
	p, err := scaffold.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var rec struct {
		Template, From, Connkit string
		Version                 int
		Answers, Upstream       map[string]string
		Files                   map[string]string
	}
	if err := yaml.Unmarshal([]byte(contents(p)[".connkit.yaml"]), &rec); err != nil {
		t.Fatal(err)
	}
	if rec.From != "tpl" {
		t.Errorf("the template's place is %q", rec.From)
	}
	if rec.Version != 3 || rec.Connkit != "v0" || rec.Answers["python"] != ">=3.12" || rec.Upstream["symbol"] != "SourceBig" {
		t.Errorf("got %+v", rec)
	}
	// git hash-object of "#!/bin/sh\n"
	if got := rec.Files["run.sh"]; got != "1a2485251c33a70432394c93fb89330ef214bfc9" {
		t.Errorf("run.sh: %s", got)
	}
	if len(rec.Files) != len(p.Files)-1 {
		t.Errorf("%d files recorded, %d made", len(rec.Files), len(p.Files))
	}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		set  map[string]string
		ask  string
		all  bool
		want string // in the error, or the answer
		kind fault.Kind
	}{
		"default":           {want: ">=3.11"},
		"set":               {set: map[string]string{"python": ">=3.12"}, want: ">=3.12"},
		"set wins over ask": {set: map[string]string{"python": ">=3.12"}, ask: ">=3.13", all: true, want: ">=3.12"},
		"ask all":           {ask: ">=3.13", all: true, want: ">=3.13"},
		"ask not needed":    {ask: ">=3.13", want: ">=3.11"},
		"no match":          {set: map[string]string{"python": "three"}, want: `answering "python" with "three"`, kind: fault.Usage},
		"line break":        {set: map[string]string{"python": ">=3\n"}, want: "control character", kind: fault.Usage},
		"unknown key":       {set: map[string]string{"pyton": "3"}, want: "it asks for python", kind: fault.Usage},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, sampleTemplate())
			o.Set, o.AskAll = tt.set, tt.all
			if tt.ask != "" {
				o.Ask = func(scaffold.Question) (string, error) { return tt.ask, nil }
			}
			p, err := scaffold.New(t.Context(), o)
			if tt.kind != "" {
				if fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || p.Answers["python"] != tt.want {
				t.Errorf("got %v, %v", p, err)
			}
		})
	}
}

func TestAskUntilTheAnswerHolds(t *testing.T) {
	t.Parallel()
	o := options(t, sampleTemplate())
	answers := []string{"three", ">=3.12"}
	o.AskAll = true
	o.Ask = func(scaffold.Question) (string, error) {
		a := answers[0]
		answers = answers[1:]
		return a, nil
	}
	p, err := scaffold.New(t.Context(), o)
	if err != nil || p.Answers["python"] != ">=3.12" {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestUpstreamForms(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		up      scaffold.Upstream
		want    map[string]string
		pyproj  string // in pyproject.toml
		errPart string
	}{
		"package": {
			up:     scaffold.Upstream{Package: "airbyte-source-faker == 7.2.1", Class: "source_faker:SourceFaker"},
			want:   map[string]string{"kind": "package", "requirement": "airbyte-source-faker==7.2.1", "distribution": "airbyte-source-faker", "module": "source_faker", "symbol": "SourceFaker"},
			pyproj: `name = "source-big-data"`,
		},
		"extras":        {up: scaffold.Upstream{Package: "tap-x[s3]>=1,<2"}, want: map[string]string{"requirement": "tap-x[s3]>=1,<2", "distribution": "tap-x"}},
		"same project":  {up: scaffold.Upstream{Package: "Source_Big.Data"}, pyproj: `name = "source-big-data-flow"`},
		"two":           {up: scaffold.Upstream{Package: "a", Git: "https://example.invalid/x"}, errPart: "give one of"},
		"bad package":   {up: scaffold.Upstream{Package: "-rfile"}, errPart: `package "-rfile"`},
		"bad class":     {up: scaffold.Upstream{Package: "a", Class: "SourceX"}, errPart: "module:Class"},
		"lonely class":  {up: scaffold.Upstream{Class: "a:B"}, errPart: "no upstream is given"},
		"option as url": {up: scaffold.Upstream{Git: "--upload-pack=x"}, errPart: "of the form URL"},
		"ext url":       {up: scaffold.Upstream{Git: "ext::sh -c x"}, errPart: "of the form URL"},
		"climbing":      {up: scaffold.Upstream{Git: "https://example.invalid/x#../y"}, errPart: "no folder inside it"},
		"option as ref": {up: scaffold.Upstream{Git: "https://example.invalid/x@--foo"}, errPart: "no branch, tag or commit"},
		"no such path":  {up: scaffold.Upstream{Path: "/nonexistent/x"}, errPart: "it is no folder"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, sampleTemplate())
			o.Upstream = tt.up
			p, err := scaffold.New(t.Context(), o)
			if tt.errPart != "" {
				if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.errPart) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range tt.want {
				if p.Upstream[k] != v {
					t.Errorf("%s: got %q, want %q", k, p.Upstream[k], v)
				}
			}
			if !strings.Contains(contents(p)["pyproject.toml"], tt.pyproj) {
				t.Errorf("got %s", contents(p)["pyproject.toml"])
			}
		})
	}
}

func TestPackageStepsAsideForTheUpstreamsModule(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		up   scaffold.Upstream
		want string
	}{
		"the class says so":     {scaffold.Upstream{Package: "x", Class: "source_big_data.source:S"}, "source_big_data_flow/__main__.py"},
		"the name suggests it":  {scaffold.Upstream{Package: "airbyte-source-big-data"}, "source_big_data_flow/__main__.py"},
		"another module":        {scaffold.Upstream{Package: "airbyte-source-big-data", Class: "bigdata:S"}, "source_big_data/__main__.py"},
		"a longer module name":  {scaffold.Upstream{Package: "x", Class: "source_big_data_2:S"}, "source_big_data/__main__.py"},
		"no upstream, no worry": {scaffold.Upstream{}, "source_big_data/__main__.py"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, sampleTemplate())
			o.Upstream = tt.up
			p, err := scaffold.New(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := contents(p)[tt.want]; !ok {
				t.Errorf("no %s in %v", tt.want, slices.Sorted(maps.Keys(contents(p))))
			}
		})
	}
}

func TestBadTemplates(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		edit func(map[string]string)
		want string
	}{
		"no manifest": {func(m map[string]string) { delete(m, "template.yaml") }, "it has no template.yaml"},
		"unknown key": {func(m map[string]string) { m["template.yaml"] += "hooks: [x]\n" }, "template.yaml:18: field hooks not found"},
		"other shape": {func(m map[string]string) {
			m["template.yaml"] = strings.Replace(manifest, "manifest: 1", "manifest: 2", 1)
		}, "not a shape"},
		"unknown kind": {func(m map[string]string) { m["template.yaml"] = strings.Replace(manifest, "capture", "source", 1) }, "none of capture"},
		"another kind": {func(m map[string]string) { m["template.yaml"] = strings.Replace(manifest, "capture", "derivation", 1) }, "it makes a derivation"},
		"shared":       {func(m map[string]string) { m["template.yaml"] += "shared: [../..]\n" }, "only connkit's own"},
		"climbs out": {func(m map[string]string) {
			m["template.yaml"] = strings.Replace(manifest, "name: python", "name: package", 1)
		}, "is taken"},
		"writes .git":      {func(m map[string]string) { m["files/.git/hooks/x"] = "" }, `must not write ".git/hooks/x"`},
		"writes .GIT":      {func(m map[string]string) { m["files/.GIT/config"] = "" }, "must not write"},
		"writes record":    {func(m map[string]string) { m["files/.connkit.yaml"] = "" }, "must not write"},
		"unknown variable": {func(m map[string]string) { m["files/x.tmpl"] = "{{ .nope }}" }, "nope"},
		"broken template":  {func(m map[string]string) { m["files/x.tmpl"] = "{{ if }}" }, `rendering "tpl/x.tmpl"`},
		"same path twice":  {func(m map[string]string) { m["files/run.sh.tmpl"] = "" }, "two files of the template"},
		"file and folder":  {func(m map[string]string) { m["files/run.sh.tmpl/x"] = ""; m["files/a.tmpl"] = ""; m["files/a/b"] = "" }, "two files of the template"},
		"too much": {func(m map[string]string) {
			m["files/x.tmpl"] = "{{ range $i := .name }}{{ end }}" + strings.Repeat("x", 5<<20)
		}, "larger than"},
		"no files": {func(m map[string]string) { clear(m); m["template.yaml"] = manifest }, "it has no folder files"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tpl := sampleTemplate()
			tt.edit(tpl)
			_, err := scaffold.New(t.Context(), options(t, tpl))
			if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestTemplatesDoNotFollowLinks(t *testing.T) {
	t.Parallel()
	o := options(t, sampleTemplate())
	secret := filepath.Join(t.TempDir(), "secret")
	testkit.Put(t, filepath.Dir(secret), map[string]string{"secret": "s"})
	if err := os.Symlink(secret, filepath.Join(o.Root, "tpl/files/leak")); err != nil {
		t.Fatal(err)
	}
	if _, err := scaffold.New(t.Context(), o); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "no plain file") {
		t.Errorf("got %v", err)
	}
}

func TestApplyStopsOnInterrupt(t *testing.T) {
	t.Parallel()
	o := options(t, sampleTemplate())
	p, err := scaffold.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Apply(ctx); fault.KindOf(err) != fault.Interrupted {
		t.Errorf("got %v", err)
	}
	left, _ := os.ReadDir(o.Root)
	if len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
