package build

import (
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/build/recipe"
)

// The page of a remote is what a label may tell: no user, no password, no folder of
// this machine.
func TestThePageOfARemote(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"":                                       "",
		"https://github.com/acme/c.git":          "https://github.com/acme/c",
		"https://github.com/acme/c":              "https://github.com/acme/c",
		"http://git.example.com:8080/c.git":      "http://git.example.com:8080/c",
		"https://ann:hunter2@example.com/c.git":  "https://example.com/c",
		"https://hunter2@example.com/c?token=h#": "https://example.com/c",
		"git@github.com:acme/c.git":              "https://github.com/acme/c",
		"github.com:acme/c.git":                  "https://github.com/acme/c",
		"ann@git.example.com:c":                  "https://git.example.com/c",
		"ssh://git@github.com/acme/c.git":        "https://github.com/acme/c",
		"ssh://git@example.com:2222/acme/c.git":  "https://example.com/acme/c", // the port is that of ssh
		"git+ssh://git@example.com/c":            "https://example.com/c",
		"git://example.com:9418/c.git":           "https://example.com/c",
		"/srv/git/c.git":                         "",
		"../c":                                   "",
		"file:///srv/c":                          "",
		"C:/Users/ann/c":                         "",
		"ext::sh -c hunter2":                     "",
		"https://%zz/c":                          "",
		"origin":                                 "",
	} {
		got := publicURL(remote)
		if got != want {
			t.Errorf("%q: got %q, want %q", remote, got, want)
		}
		if strings.Contains(got, "hunter2") || strings.Contains(got, "ann") {
			t.Errorf("%q: somebody is in %q", remote, got)
		}
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"0", "1", "1.0", "0.5", ".5", "10", "999999"} {
		if !isRate(s) {
			t.Errorf("%q is none", s)
		}
	}
	for _, s := range []string{"", " 1", "1 ", "-1", "+1", "1e3", "0x1p4", "Inf", "nan", "1_0", "1,5", "one", "1000000", "$RATE"} {
		if isRate(s) {
			t.Errorf("%q is one", s)
		}
	}
}

func TestPlatformsAreComparedWithoutVariants(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]bool{
		{"linux/amd64", "linux/amd64"}: true, {"linux/arm64", "linux/arm64/v8"}: true, {"linux/arm/v6", "linux/arm/v7"}: true,
		{"linux/amd64", "linux/arm64"}: false, {"windows/amd64", "linux/amd64"}: false, {"linux", "linux/amd64"}: false, {"", ""}: true,
	} {
		if samePlatform(pair[0], pair[1]) != want || samePlatform(pair[1], pair[0]) != want {
			t.Errorf("%q: want %v", pair, want)
		}
	}
}

// What a build was asked for comes out of its label as it went in, whatever the values are.
func TestARequestIsRepeated(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) // the same each time
	letters := []rune("aZ0 =&%+;#?/\\\"'`$ü安\t")
	word := func() string {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteRune(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	for range 300 {
		o := Options{Args: map[string]string{}, Platform: []string{"", "linux/arm64"}[random.IntN(2)], Dockerfile: []string{"", "/r/a b/Dockerfile"}[random.IntN(2)]}
		for _, key := range []string{"A", "B_1", "HTTPS_PROXY", "no_proxy"}[:random.IntN(5)] {
			o.Args[key] = word()
		}
		want := maps.Clone(o.Args)
		delete(want, "HTTPS_PROXY")
		delete(want, "no_proxy")
		text := o.request(&Target{Dockerfile: "a b/Dockerfile"})
		if text != "" && !engine.IsLabel(text) {
			t.Fatalf("%q cannot be a label", text)
		}
		if strings.Contains(text, "PROXY") || strings.Contains(text, "no_proxy") {
			t.Fatalf("a proxy is in %q", text)
		}
		again := Options{Args: map[string]string{"OLD": "x"}, Platform: "old", Dockerfile: "old"}
		again.repeat(map[string]string{labelRequest: text}, func(file string) string { return "/r/" + file })
		if !maps.Equal(again.Args, want) || again.Platform != o.Platform || again.Dockerfile != o.Dockerfile {
			t.Fatalf("%q: got %+v, want %+v", text, again, o)
		}
	}
	// A label that somebody else has written changes nothing.
	o := Options{Args: map[string]string{"A": "1"}, Platform: "linux/arm64"}
	o.repeat(map[string]string{labelRequest: "%zz"}, nil)
	if o.Args["A"] != "1" || o.Platform != "linux/arm64" {
		t.Errorf("got %+v", o)
	}
}

func TestTheTimeOfAnImage(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 30, 0, 0, time.UTC)
	o := Options{Now: now}
	for epoch, want := range map[string]time.Time{"": now, "0": time.Unix(0, 0), "1700000000": time.Unix(1700000000, 0), "soon": now, "1.5": now} {
		t.Setenv(sourceDate, epoch)
		if got := o.created(); !got.Equal(want) {
			t.Errorf("%q: got %v, want %v", epoch, got, want)
		}
	}
	t.Setenv(sourceDate, "")
	before := time.Now()
	if got := (&Options{}).created(); got.Before(before) {
		t.Errorf("without a time: %v", got)
	}
}

// What is wrong with an image is told with the label, what it says and what it should.
func TestFindingsOfAnImage(t *testing.T) {
	t.Parallel()
	right := func() engine.Image {
		return engine.Image{
			Platform: "linux/amd64", Command: []string{"x"},
			Labels: map[string]string{labelProtocol: "capture", labelCodec: "json", LabelInputs: "sha256:1"},
		}
	}
	target := func() *Result {
		return &Result{Target: &Target{
			Args: map[string]string{"CONNECTOR_TYPE": "capture"}, Labels: map[string]string{LabelInputs: "sha256:1"}, source: source{language: "python"},
		}}
	}
	for _, tt := range []struct {
		name   string
		change func(*engine.Image, *Result)
		want   string
	}{
		{"right", func(*engine.Image, *Result) {}, ""},
		{"labels of its own", func(i *engine.Image, _ *Result) { i.Labels["mine"] = "x" }, ""},
		{"no protocol", func(i *engine.Image, _ *Result) { delete(i.Labels, labelProtocol) }, "it has no label FLOW_RUNTIME_PROTOCOL, by which Flow knows what it is: LABEL FLOW_RUNTIME_PROTOCOL=capture"},
		{"another protocol", func(i *engine.Image, _ *Result) { i.Labels[labelProtocol] = "materialization" }, `its label FLOW_RUNTIME_PROTOCOL is "materialization", and the connector is a capture`},
		{"no codec", func(i *engine.Image, _ *Result) { delete(i.Labels, labelCodec) }, "it has no label FLOW_RUNTIME_CODEC, so that Flow would speak protobuf to it: LABEL FLOW_RUNTIME_CODEC=json"},
		{"no codec in Go", func(i *engine.Image, r *Result) { delete(i.Labels, labelCodec); r.source.language = "go" }, ""},
		{"protobuf", func(i *engine.Image, _ *Result) { i.Labels[labelCodec] = "proto" }, ""},
		{"another codec", func(i *engine.Image, _ *Result) { i.Labels[labelCodec] = "JSON" }, `its label FLOW_RUNTIME_CODEC is "JSON", which is neither json nor proto`},
		{"a label that is lost", func(i *engine.Image, _ *Result) { delete(i.Labels, LabelInputs) }, `its label dev.connkit.inputs is "", and "sha256:1" was asked for`},
		{"nothing to start", func(i *engine.Image, _ *Result) { i.Command = nil }, "it has neither ENTRYPOINT nor CMD, so that nothing would be started"},
		{"another platform", func(_ *engine.Image, r *Result) { r.Platform = "linux/arm64" }, "it is for linux/amd64, and linux/arm64 was asked for"},
		{"the platform with a variant", func(_ *engine.Image, r *Result) { r.Platform = "linux/amd64/v2" }, ""},
		{"two things", func(i *engine.Image, _ *Result) { i.Command, i.Labels[labelProtocol] = nil, "derive" }, "its label FLOW_RUNTIME_PROTOCOL is \"derive\", and the connector is a capture\nit has neither ENTRYPOINT nor CMD, so that nothing would be started"},
	} {
		i, r := right(), target()
		tt.change(&i, r)
		if got := strings.Join(r.check(i), "\n"); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// A hint is given where connkit's own template is what fails, and nowhere else.
func TestAdvice(t *testing.T) {
	t.Parallel()
	for log, want := range map[string]string{
		"SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))": "--secret id=ca",
		"tls: failed to verify certificate: x509: certificate signed by unknown authority":                    "--secret id=ca",
		"curl: (60) SSL certificate problem: unable to get local issuer certificate":                          "--secret id=ca",
		"pull access denied for python, repository does not exist":                                            "BASE_IMAGE=",
		"manifest for python:9 not found: manifest unknown":                                                   "BASE_IMAGE=",
		"ERROR: failed to solve: python:9: failed to resolve source metadata for docker.io/library/python:9":  "BASE_IMAGE=",
		`Error: creating build container: short-name "python:9" did not resolve to an alias`:                  "BASE_IMAGE=",
		`Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host`:         "BASE_IMAGE=",
		`Get "https://registry.example.com/v2/": dial tcp 127.0.0.1:443: connect: connection refused`:         "BASE_IMAGE=",
		`Get "https://example.com/api/": dial tcp: no such host`:                                              "",
		"ERROR: No matching distribution found for nope":                                                      "",
		"": "",
	} {
		for _, language := range []string{"python", "go"} {
			own := &Target{source: source{language: language}}
			ours := &Target{source: source{language: language, recipe: &recipe.Recipe{}}}
			if got := advice([]string{"x", log}, own); got != "" {
				t.Errorf("of a Dockerfile of the user's: %q", got)
			}
			got := advice([]string{"x", log}, ours)
			if (want == "") != (got == "") || !strings.Contains(got, want) || got != "" && !strings.HasSuffix(got, "\n") {
				t.Errorf("%s: got %q, want %q", log, got, want)
			}
			if both := strings.Contains(got, "GO_IMAGE="); want == "BASE_IMAGE=" && both != (language == "go") {
				t.Errorf("%s in %s: %q", log, language, got)
			}
		}
	}
}

// Which of a config's keys is named, never its value.
func TestThePlainSecretOfAConfig(t *testing.T) {
	t.Parallel()
	o := Options{Secret: func(_, value string) string {
		if strings.HasPrefix(value, "ghp_") {
			return "a GitHub token"
		}
		return ""
	}}
	for text, want := range map[string]string{
		"":                                     "",
		"a: b\n":                               "",
		"password: hunter2\n":                  `is plain text: "password" in line 1 looks secret`,
		"a: 1\nb:\n  api_key: hunter2\n":       `is plain text: "api_key" in line 3 looks secret`,
		"list:\n  - token: hunter2\n":          `is plain text: "token" in line 2 looks secret`,
		`{"credentials": {"pat": "hunter2"}}`:  `is plain text: "pat" in line 1 looks secret`,
		"x_sops: hunter2\n":                    `is plain text: "x_sops" in line 1 looks secret`, // meant to be encrypted
		"workdir_id: ghp_0123\n":               `is plain text: "workdir_id" in line 1 looks secret`,
		"token_url: https://example.com\n":     "",
		"password: ''\n":                       "",
		"password: 12345\n":                    "", // no text
		"password: null\n":                     "",
		"password: [a]\n":                      "",
		"password: <password>\n":               "",
		"password: ${PASSWORD}\n":              "",
		"password: changeme\n":                 "",
		"password: your-password\n":            "",
		"password: xxxx\n":                     "",
		"password: '****'\n":                   "",
		"password: hunter2\nsops:\n  mac: x\n": "", // encrypted, whatever stands there
		"a: [\n":                               "",
		"- password: hunter2\n":                `is plain text: "password" in line 1 looks secret`,
		"\ufeffpassword: hunter2\r\n":          `is plain text: "password" in line 1 looks secret`,
	} {
		got := o.plainSecret([]byte(text))
		if got != want || strings.Contains(got, "hunter2") {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// A path is left out by a line of .dockerignore that means this path alone.
func TestPathsAreNoPatterns(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"a/b.yaml": "a/b.yaml", "a*b": `a\*b`, "a?[b]": `a\?\[b]`, `a\b`: `a\\b`, "ü": "ü"} {
		got := literally.Replace(name)
		if got != want {
			t.Errorf("%q: got %q", name, got)
		}
		if ok, err := filepath.Match(got, name); err != nil || !ok {
			t.Errorf("%q does not match itself: %v", got, err)
		}
		if other := strings.NewReplacer("*", "x", "?", "x", "[b]", "b").Replace(name); other != name {
			if ok, _ := filepath.Match(got, other); ok {
				t.Errorf("%q matches %q too", got, other)
			}
		}
	}
}
