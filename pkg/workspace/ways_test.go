package workspace_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/workspace"
)

// examples are the examples of the sample, in YAML, by setting.
func examples(t *testing.T) map[string]string {
	t.Helper()
	list := map[string]string{}
	section := ""
	_, sample, _ := strings.Cut(string(workspace.Sample()), "\n") // the first line is for editors
	for line := range strings.Lines(sample) {
		text := strings.TrimSuffix(strings.TrimPrefix(line, "# "), "\n")
		key, value, ok := strings.Cut(strings.TrimSpace(text), ":")
		switch {
		case !ok || strings.HasPrefix(strings.TrimSpace(text), "#") || strings.ContainsAny(key, " ."):
		case value == "":
			section = key
		case strings.HasPrefix(text, "  "):
			list[section+"."+key] = strings.TrimSpace(value)
		default:
			list[key] = strings.TrimSpace(value)
		}
	}
	return list
}

// fileWith is a settings file with one setting.
func fileWith(key, value string) string {
	if section, name, ok := strings.Cut(key, "."); ok {
		return section + ":\n  " + name + ": " + value + "\n"
	}
	return key + ": " + value + "\n"
}

// asText is what a variable or a flag holds for a value in YAML, or "" when none can.
func asText(t *testing.T, value string) string {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(value), &v); err != nil {
		t.Fatalf("%s: %v", value, err)
	}
	switch x := v.(type) {
	case map[string]any:
		return ""
	case []any:
		var parts []string
		for _, part := range x {
			if _, ok := part.(map[string]any); ok {
				return ""
			}
			parts = append(parts, fmt.Sprint(part))
		}
		return strings.Join(parts, ",")
	default:
		return fmt.Sprint(x)
	}
}

// Every setting can be said in the user's file, in connkit.yaml, by a variable and by a
// flag; what comes later in this row wins, and config show tells which it was.
func TestEverySettingEveryWay(t *testing.T) {
	t.Parallel()
	all := examples(t)
	if len(all) < 30 {
		t.Fatalf("%d settings are in the sample", len(all))
	}
	for key, value := range all {
		variable := "CONNKIT_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
		text := asText(t, value)
		fromUser, err := explain(t, "", fileWith(key, value), nil, nil)
		if err != nil {
			t.Errorf("%s in the user's file: %v", key, err)
			continue
		}
		shown, origin, _ := strings.Cut(fromUser[key], " | ")
		if shown == "" || !strings.HasPrefix(origin, filepath.Join("HOME", "connkit", "config.yaml")+":") {
			t.Errorf("%s in the user's file: %q", key, fromUser[key])
		}
		fromFile, err := explain(t, "# one\n"+fileWith(key, value), fileWith(key, value), nil, nil)
		if line := 2 + strings.Count(key, "."); err != nil || fromFile[key] != fmt.Sprintf("%s | connkit.yaml:%d", shown, line) {
			t.Errorf("%s in connkit.yaml: %q, %v", key, fromFile[key], err)
		}
		fromVariable, err := explain(t, fileWith(key, value), "", []string{variable + "=" + text}, nil)
		if text == "" { // of several parts
			_, err = explain(t, "", "", []string{variable + "=x"}, nil)
			if want := fmt.Sprintf("reading %s: %s: it can be set in connkit.yaml only", variable, key); err == nil || err.Error() != want || fault.KindOf(err) != fault.Usage {
				t.Errorf("%s by a variable: %v", key, err)
			}
			continue
		}
		if err != nil || fromVariable[key] != shown+" | "+variable {
			t.Errorf("%s by %s: %q, %v; want %q", key, variable, fromVariable[key], err, shown)
		}
		fromFlag, err := explain(t, fileWith(key, value), fileWith(key, value), []string{variable + "=" + text}, map[string]string{key: text})
		if err != nil || fromFlag[key] != shown+" | flag" {
			t.Errorf("%s by a flag: %q, %v", key, fromFlag[key], err)
		}
		if strays := workspace.Strays([]string{variable + "=x"}); len(strays) > 0 {
			t.Errorf("%s is called a stray", variable)
		}
	}
}

// A setting that a file gets wrong is told with its place, whatever it is: no value at
// all, and one of another shape.
func TestEverySettingThatIsWrong(t *testing.T) {
	t.Parallel()
	for key, value := range examples(t) {
		line, column := 1, strings.Count(key, ".")*2+len(key[strings.LastIndexByte(key, '.')+1:])+3
		if strings.Contains(key, ".") {
			line = 2
		}
		var shape string
		switch {
		case strings.HasPrefix(value, "[{"):
			shape = "a list of {"
		case strings.HasPrefix(value, "["):
			shape = "a list is wanted"
		case strings.HasPrefix(value, "{"):
			shape = "{allow, ask, deny} is wanted, each with a list"
		default:
			shape = "one value is wanted"
		}
		odd := "{x: y}"
		if strings.HasPrefix(value, "{") {
			odd = "word"
		}
		_, err := explain(t, fileWith(key, odd), "", nil, nil)
		if want := fmt.Sprintf("connkit.yaml:%d:%d: %s: %s", line, column, key, shape); err == nil || !strings.HasPrefix(err.Error(), want) || fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: got %v, want %s", key, err, want)
		}
		_, err = explain(t, fileWith(key, ""), "", nil, nil)
		if want := fmt.Sprintf("connkit.yaml:%d:", line); err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), key+": ") {
			t.Errorf("%s without a value: got %v", key, err)
		}
		// A slip in its name is told with the right one.
		name := key[strings.LastIndexByte(key, '.')+1:]
		if len(name) < 4 {
			continue
		}
		slip := key[:len(key)-len(name)] + name[:1] + name[2:]
		_, err = explain(t, fileWith(slip, value), "", nil, nil)
		if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("connkit.yaml:%d:", line)) || !strings.Contains(err.Error(), fmt.Sprintf("unknown key %q", slip)) || !strings.HasPrefix(fault.HintOf(err), "did you mean ") {
			t.Errorf("%s: got %v, hint %q", slip, err, fault.HintOf(err))
		}
	}
}

// The user's file is where the XDG specification says; a relative place counts as none.
func TestTheUsersFile(t *testing.T) {
	t.Parallel()
	home := testkit.Tree(t, map[string]string{".config/connkit/config.yaml": "new: {author: home}\n", "xdg/connkit/config.yaml": "new: {author: xdg}\n", "empty/": ""})
	w, err := workspace.Open(testkit.Tree(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		environ []string
		want    string
	}{
		{[]string{"HOME=" + home}, "home"},
		{[]string{"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, "xdg")}, "xdg"},
		{[]string{"XDG_CONFIG_HOME=" + filepath.Join(home, "xdg")}, "xdg"},
		{[]string{"HOME=" + home, "XDG_CONFIG_HOME="}, "home"},
		{[]string{"HOME=" + home, "XDG_CONFIG_HOME=xdg"}, "home"},
		{[]string{"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, "empty")}, ""},
		{[]string{"HOME=" + filepath.Join(home, "empty")}, ""},
		{[]string{"HOME="}, ""},
		{nil, ""},
		{[]string{"HOME=/nowhere", "HOME=" + home}, "home"}, // of two the last counts
	} {
		s, err := w.Settings(tt.environ, nil)
		if err != nil || s.New.Author != tt.want {
			t.Errorf("%q: got %q, %v", tt.environ, s.New.Author, err)
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	w, err := workspace.Open(testkit.Tree(t, map[string]string{"connkit.yaml/": ""}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Settings(nil, nil); fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), "reading the settings: ") || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a folder: %v", err)
	}
	root := testkit.Tree(t, map[string]string{"real.yaml": "output: json\n"})
	if err := os.Symlink("real.yaml", filepath.Join(root, workspace.FileName)); err != nil {
		t.Fatal(err)
	}
	if _, s := open(t, root); s.Output != "json" {
		t.Errorf("through a link: %q", s.Output)
	}
	for name, text := range map[string]string{"no UTF-8": "output: \xff\n", "a bomb": "a: &a [x, x]\nb: &b [*a, *a]\n", "a pipe of controls": "output: \x00\n"} {
		if _, err := explain(t, text, "", nil, nil); fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), workspace.FileName+":") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A private key in the place of a public one is refused and not repeated.
func TestPrivateKeysAreNotRepeated(t *testing.T) {
	t.Parallel()
	const private = "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"
	for _, key := range []string{"age", "pgp", "gcp_kms", "kms", "azure_kv", "hc_vault_transit"} {
		_, inFile := explain(t, "secrets:\n  "+key+": ["+private+"]\n", "", nil, nil)
		_, inVariable := explain(t, "", "", []string{"CONNKIT_SECRETS_" + strings.ToUpper(key) + "=" + strings.ToLower(private)}, nil)
		for where, err := range map[string]error{"file": inFile, "variable": inVariable} {
			if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "secrets."+key+": a private key stands where a public one belongs") {
				t.Errorf("%s in a %s: %v", key, where, err)
			}
			if text := err.Error() + fault.HintOf(err); strings.Contains(strings.ToUpper(text), "KEY-1QQ") || !strings.Contains(text, "replace the private one") {
				t.Errorf("%s in a %s: %s", key, where, text)
			}
		}
	}
}

// The schema that editors use knows the settings that connkit knows, and no others, with
// the same defaults and choices.
func TestTheSchemaKnowsEverySetting(t *testing.T) {
	t.Parallel()
	var schema struct {
		Properties           map[string]json.RawMessage
		AdditionalProperties any
	}
	if err := json.Unmarshal(workspace.Schema(), &schema); err != nil || schema.AdditionalProperties != false {
		t.Fatalf("%v, %v", err, schema.AdditionalProperties)
	}
	got := map[string]bool{}
	for name, raw := range schema.Properties {
		var section struct {
			Properties map[string]struct {
				Description string
				Properties  any
			}
			AdditionalProperties any
			Description          string
		}
		if err := json.Unmarshal(raw, &section); err != nil {
			t.Fatal(err)
		}
		if section.Description != "" {
			got[name] = true
			continue
		}
		if section.AdditionalProperties != false {
			t.Errorf("%s takes other keys", name)
		}
		for key, s := range section.Properties {
			if got[name+"."+key] = true; s.Description == "" || !strings.HasSuffix(s.Description, ".") {
				t.Errorf("%s.%s is not explained: %q", name, key, s.Description)
			}
		}
	}
	want := slices.Sorted(maps.Keys(examples(t)))
	if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, want) {
		t.Errorf("the schema has %q\nthe sample has %q", have, want)
	}
	_, s := open(t, testkit.Tree(t, nil))
	if n := len(s.Explain()); n != len(want) {
		t.Errorf("config show tells of %d settings, the sample of %d", n, len(want))
	}
	s.Explain()[0].Key = "changed"
	if s.Explain()[0].Key == "changed" {
		t.Error("what is explained can be changed from outside")
	}
}

func TestValuesOnOneLine(t *testing.T) {
	t.Parallel()
	for want, value := range map[string]any{
		"":                            nil,
		"a, b":                        []string{"a", "b"},
		"{k: v, n: w}, {n: x}":        []map[string]string{{"n": "w", "k": "v"}, {"n": "x"}},
		"allow: a, b; deny: c":        map[string]any{"deny": []string{"c"}, "allow": []string{"a", "b"}, "odd": 1},
		"90s":                         "90s",
		"7":                           7,
		"with, commas; and semicolon": "with, commas; and semicolon",
	} {
		if got := (workspace.Value{Value: value}).Text(); got != want {
			t.Errorf("%v: got %q, want %q", value, got, want)
		}
	}
}

func TestStrays(t *testing.T) {
	t.Parallel()
	got := workspace.Strays([]string{"CONNKIT_Z=1", "CONNKIT_OUTPUT=text", "CONNKIT_A=", "CONNKIT_FORCE_TTY=80", "CONNKIT_new_template=x", "XCONNKIT_B=1", "CONNKIT_", "CONNKIT=1", "CONNKIT_Z=2"})
	if want := []string{"CONNKIT_", "CONNKIT_A", "CONNKIT_Z", "CONNKIT_new_template"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
