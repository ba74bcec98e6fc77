package debug

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tailscale/hujson"

	"github.com/connkit/connkit/internal/fault"
)

const entryName = "Attach to source-x (connkit)"

// Files as people have them. What is inserted is marked by | in the wanted text.
func TestMergeOnlyInserts(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"commented":          "// mine\n{\n    // version\n    \"version\": \"0.2.0\", // v\n    \"configurations\": [\n        /* first */ {\n            \"name\": \"Run\", // run it\n            \"type\": \"debugpy\"\n        } // end\n        // after\n    ]\n}\n",
		"trailing commas":    "{\n\t\"configurations\": [\n\t\t{\"name\": \"Run\",},\n\t],\n}\n",
		"tabs":               "{\n\t\"configurations\": [\n\t\t{\n\t\t\t\"name\": \"Run\"\n\t\t}\n\t]\n}",
		"CRLF":               "{\r\n  \"configurations\": [ // the list\r\n    {\r\n      \"name\": \"Run\"\r\n    }\r\n  ]\r\n}\r\n",
		"BOM":                "\xef\xbb\xbf{\n    \"configurations\": [\n        {\"name\": \"Run\"}\n    ]\n}\n",
		"empty list":         "{\n    \"configurations\": []\n}\n",
		"empty over lines":   "{\n    \"configurations\": [\n    ]\n}\n",
		"comment in empty":   "{\n    \"configurations\": [\n        // none yet\n    ]\n}\n",
		"comment beside":     "{\n    \"configurations\": [ // none yet\n    ]\n}\n",
		"block in empty":     "{\"configurations\": [ /* none */ ]}",
		"one line":           `{"version":"0.2.0","configurations":[{"name":"Run","type":"go"},{"name":"B"}]}`,
		"one line, comma":    `{"configurations":[{"name":"Run"},],}`,
		"no list":            "{\n  \"version\": \"0.2.0\" // v\n}\n",
		"empty object":       "{}",
		"object over lines":  "{\n}\n",
		"object, a comment":  "{ // nothing\n}\n",
		"list first":         "{\n  \"configurations\": [\n    {\"name\": \"A\"}\n  ],\n  \"compounds\": [{\"name\": \"x\", \"configurations\": [\"A\"]}]\n}\n",
		"comment at the end": "{\"configurations\": []} // end",
		"odd escapes":        `{"configurations":[{"name":"\u0052un","x":"\/"}]}`,
		"same name prefix":   `{"configurations":[{"name":"Attach to source-x (connkit) 2"}]}`,
		"invalid UTF-8":      "{\"configurations\":[{\"name\":\"\xff\"}]}",
		"blank lines":        "\n\n{\n\n    \"configurations\": [\n\n        {\"name\": \"A\"}\n\n    ]\n}\n\n",
		"duplicates within":  `{"configurations":[{"name":"A","a":1,"a":2}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEntry(entryName, "python", 23456, nil)
			after, action, err := e.merge([]byte(file))
			if err != nil || action != "add" {
				t.Fatalf("%s, %v", action, err)
			}
			wantInsertion(t, file, string(after))
			wantEntry(t, after, 23456)
			again, action, err := e.merge(after)
			if err != nil || action != "keep" || !bytes.Equal(again, after) {
				t.Errorf("a second time: %s, %v\n%s", action, err, again)
			}
			moved, action, err := newEntry(entryName, "python", 24567, nil).merge(after)
			if want := strings.Replace(string(after), "23456", "24567", 1); err != nil || action != "update" || string(moved) != want {
				t.Errorf("another port: %s, %v\n%s", action, err, moved)
			}
			if strings.Contains(file, "\r\n") != strings.Contains(string(after), "\r\n") || strings.Contains(file, "\r\n") && strings.Count(string(after), "\n") != strings.Count(string(after), "\r\n") {
				t.Errorf("line ends: %q", after)
			}
			if e.port(after) != 23456 {
				t.Errorf("port %d", e.port(after))
			}
		})
	}
}

// wantInsertion wants the old bytes on both sides of one insertion.
func wantInsertion(t *testing.T, before, after string) {
	t.Helper()
	n := 0
	for n < len(before) && before[n] == after[n] {
		n++
	}
	for ; n >= 0; n-- {
		if strings.HasSuffix(after, before[n:]) {
			return
		}
	}
	t.Errorf("bytes were lost:\n%s\n---\n%s", before, after)
}

func wantEntry(t *testing.T, file []byte, port float64) {
	t.Helper()
	plain, err := hujson.Standardize(append(bytes.TrimPrefix(bytes.Clone(file), bom), '\n'))
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	var doc struct {
		Configurations []struct {
			Name, Type, Request string
			Connect             map[string]any
			JustMyCode          *bool
		}
	}
	if err := json.Unmarshal(plain, &doc); err != nil || len(doc.Configurations) == 0 {
		t.Fatalf("%v\n%s", err, file)
	}
	c := doc.Configurations[0]
	if c.Name != entryName || c.Type != "debugpy" || c.Request != "attach" || c.Connect["port"] != port || c.Connect["host"] != "127.0.0.1" || c.JustMyCode == nil || *c.JustMyCode {
		t.Errorf("got %+v", c)
	}
}

func TestHowAnEntryIsLaidOut(t *testing.T) {
	t.Parallel()
	for before, want := range map[string]string{
		"{\n\t\"configurations\": [\n\t\t{\"name\": \"A\"}\n\t]\n}\n": "{\n\t\"configurations\": [\n\t\t{\n\t\t\t\"name\": \"n\",\n\t\t\t\"type\": \"go\",\n\t\t\t\"request\": \"attach\",\n\t\t\t\"mode\": \"remote\",\n\t\t\t\"debugAdapter\": \"dlv-dap\",\n\t\t\t\"host\": \"127.0.0.1\",\n\t\t\t\"port\": 7\n\t\t},\n\t\t{\"name\": \"A\"}\n\t]\n}\n",
		"{\n  \"configurations\": []\n}\n":                            "{\n  \"configurations\": [\n    {\n      \"name\": \"n\",\n      \"type\": \"go\",\n      \"request\": \"attach\",\n      \"mode\": \"remote\",\n      \"debugAdapter\": \"dlv-dap\",\n      \"host\": \"127.0.0.1\",\n      \"port\": 7\n    }\n  ]\n}\n",
	} {
		after, _, err := newEntry("n", "go", 7, nil).merge([]byte(before))
		if err != nil || string(after) != want {
			t.Errorf("%v\ngot\n%s\nwant\n%s", err, after, want)
		}
	}
}

// What somebody has made of the entry stays, and only its address follows.
func TestUpdateKeepsWhatWasChanged(t *testing.T) {
	t.Parallel()
	wrap := func(s string) string { return `{"configurations":[{"name":"` + entryName + `",` + s + `}]}` }
	for before, want := range map[string]string{
		wrap(`"connect":{"port":1,"host":"localhost"},"justMyCode":true,"x":1`): wrap(`"connect":{"port":7,"host":"localhost"},"justMyCode":true,"x":1`),
		wrap(`"connect":{"port":1, /* c */ "host":"10.0.0.1"}`):                 wrap(`"connect":{"port":7, /* c */ "host":"127.0.0.1"}`),
		wrap(`"connect":{"port":"1","host":"127.0.0.1"}`):                       wrap(`"connect":{"port":7,"host":"127.0.0.1"}`),
		wrap(`"connect":{"port":7,"host":"127.0.0.1"},"type":"python"`):         wrap(`"connect":{"port":7,"host":"127.0.0.1"},"type":"python"`),
		wrap(`"connect":{"host":"127.0.0.1"}`):                                  wrap("\"connect\":{\n    \"port\": 7,\"host\":\"127.0.0.1\"}"),
		wrap(`"connect":{}`):                                                    wrap("\"connect\":{\n    \"host\": \"127.0.0.1\",\n    \"port\": 7\n}"),
		wrap(`"connect":null`):                                                  wrap("\"connect\":{\n    \"host\": \"127.0.0.1\",\n    \"port\": 7\n}"),
		wrap(`"x":1`):                                                           `{"configurations":[{` + "\n    \"connect\": {\n        \"host\": \"127.0.0.1\",\n        \"port\": 7\n    }," + `"name":"` + entryName + `","x":1}]}`,
	} {
		after, _, err := newEntry(entryName, "python", 7, nil).merge([]byte(before))
		if err != nil || string(after) != want {
			t.Errorf("%v\ngot  %s\nwant %s", err, after, want)
		}
	}
}

func TestEmptyFileIsFilled(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"", "\n", " \r\n\t", "\xef\xbb\xbf", "\xef\xbb\xbf\n"} {
		after, action, err := newEntry(entryName, "python", 7, nil).merge([]byte(before))
		if err != nil || action != "create" || bytes.HasPrefix([]byte(before), bom) != bytes.HasPrefix(after, bom) {
			t.Errorf("%q: %s, %v, %s", before, action, err, after)
		}
		wantEntry(t, after, 7)
	}
}

func TestWhatCannotBeEditedIsRefused(t *testing.T) {
	t.Parallel()
	name := `"name":"` + entryName + `"`
	for file, want := range map[string]string{
		"{\n  \"configurations\": [\n    {]\n": "launch.json:3:6: it is no JSON with comments",
		"[]":                                   "launch.json:1:1: an object is wanted",
		"1":                                    "launch.json:1:1: an object is wanted",
		"// only a comment":                    "it is no JSON with comments",
		"{} {}":                                "it is no JSON with comments",
		"{\"configurations\":\n {}}":           `launch.json:2:2: a list is wanted of "configurations"`,
		`{"configurations":[],"configurations":[]}`:                         `launch.json:1:22: "configurations" stands there twice`,
		`{"a":1,"\u0061":2}`:                                                `launch.json:1:8: "a" stands there twice`,
		`{"configurations":[{` + name + `},{` + name + `}]}`:                "stands there twice",
		`{"configurations":[{` + name + `,"port":1,"port":2}]}`:             `"port" stands there twice`,
		`{"configurations":[{` + name + `,"connect":{"port":1,"port":2}}]}`: `"port" stands there twice`,
		"{'configurations': []}":                                            "it is no JSON with comments",
		"\x00":                                                              "it is no JSON with comments",
	} {
		root := t.TempDir()
		path := launchPath(root)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(file), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := NewPlan(t.Context(), Options{Name: "source-x", Root: root, Dir: filepath.Join(root, "source-x"), Language: "python"})
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), want) || !strings.Contains(fault.HintOf(err), `"request": "attach"`) {
			t.Errorf("%q: %v; %s", file, err, fault.HintOf(err))
		}
		if now, _ := os.ReadFile(path); string(now) != file {
			t.Errorf("%q has changed", file)
		}
	}
}

// A pipe would be read for ever.
func TestALaunchFileThatIsNoFileIsRefused(t *testing.T) {
	for name, make := range map[string]func(string) error{
		"folder": func(p string) error { return os.Mkdir(p, 0o755) },
		"pipe":   func(p string) error { return syscall.Mkfifo(p, 0o600) },
	} {
		root := t.TempDir()
		if err := os.Mkdir(filepath.Join(root, ".vscode"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := make(launchPath(root)); err != nil {
			t.Fatal(err)
		}
		if _, err := readLaunch(root); fault.KindOf(err) != fault.Usage || fault.HintOf(err) == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	at := &place{"${workspaceFolder}/source-x", "/opt/x"}
	for want, e := range map[string]entry{
		`"pathMappings": [{"localRoot":"${workspaceFolder}/source-x","remoteRoot":"/opt/x"}]`: newEntry("n", "python", 7, at),
		`"substitutePath": [{"from":"${workspaceFolder}/source-x","to":"/opt/x"}]`:            newEntry("n", "go", 7, at),
	} {
		text := e.text(layout{"\n", "", "  "})
		if !strings.Contains(text, want) || !json.Valid([]byte(text)) {
			t.Errorf("got %s", text)
		}
	}
	for dir, want := range map[string]string{"/r": "${workspaceFolder}", "/r/a/b": "${workspaceFolder}/a/b", "/other": "/other"} {
		if got := workspacePath("/r", dir); got != want {
			t.Errorf("%s: got %s", dir, got)
		}
	}
}

// Whatever the file, bytes are only inserted or a port replaced, and a second time changes nothing.
func FuzzMerge(f *testing.F) {
	for _, seed := range []string{`{"configurations":[{"name":"n","connect":{"port":1}}]}`, "{ // c\n\"a\":[1,],}", "\xef\xbb\xbf{}", `{"configurations":[ /* x */ {}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		e := newEntry("n", "python", 7, nil)
		after, action, err := e.merge(file)
		if err != nil {
			return
		}
		if action == "add" {
			wantInsertion(t, string(file), string(after))
		}
		again, action, err := e.merge(after)
		if err != nil || action != "keep" || !bytes.Equal(after, again) {
			t.Errorf("%q: %s, %v: %q", file, action, err, again)
		}
	})
}
