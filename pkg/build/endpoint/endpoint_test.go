package endpoint_test

import (
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/build/endpoint"
)

const image = "ghcr.io/estuary/source-x:local"

// cases are catalogs before a switch to the image, and afterwards.
var cases = []struct{ name, local, image string }{
	{
		"scaffold", `captures:
  acmeCo/source-x:
    endpoint:
      local:
        command: [python, -m, source_x]
        config: config.yaml
    bindings:
      - resource: { name: a }
`, `captures:
  acmeCo/source-x:
    endpoint:
      connector:
        #connkit use put in: image: ghcr.io/estuary/source-x:local
        image: ghcr.io/estuary/source-x:local
        #local| command: [python, -m, source_x]
        config: config.yaml
    bindings:
      - resource: { name: a }
`,
	},
	{
		"everything on lines", `---
# mine
captures:
  acmeCo/source-x: # the task
    shards: {logLevel: debug}
    endpoint: # where
      local: # how
        # the command

        command:
          - python   # 3.12

          - "-m"
          - source-bigdata
        config:
          region: antarctica
          # kept
          text: |
            a
              b
        env:
          A: "1"
        protobuf: false

    # behind
    bindings: []
`, `---
# mine
captures:
  acmeCo/source-x: # the task
    shards: {logLevel: debug}
    endpoint: # where
      connector: # how
        #connkit use put in: image: ghcr.io/estuary/source-x:local
        image: ghcr.io/estuary/source-x:local
        # the command

        #local| command:
        #local|   - python   # 3.12
        #local|:
        #local|   - "-m"
        #local|   - source-bigdata
        config:
          region: antarctica
          # kept
          text: |
            a
              b
        #local| env:
        #local|   A: "1"
        #local| protobuf: false

    # behind
    bindings: []
`,
	},
	{
		"command last, no end of line", "captures:\n a:\n  endpoint:\n   local:\n    config: {}\n    command: [x]",
		"captures:\n a:\n  endpoint:\n   connector:\n    #connkit use put in: image: ghcr.io/estuary/source-x:local\n    image: ghcr.io/estuary/source-x:local\n    config: {}\n    #local| command: [x]",
	},
	{
		"CRLF, quoted key", "captures:\r\n  a:\r\n    endpoint:\r\n      \"local\":\r\n        command: [x]\r\n",
		"captures:\r\n  a:\r\n    endpoint:\r\n      \"connector\":\r\n        #connkit use put in: image: ghcr.io/estuary/source-x:local\r\n        image: ghcr.io/estuary/source-x:local\r\n        #local| command: [x]\r\n",
	},
	{
		"derivation", "collections:\n  a:\n    derive:\n      using:\n        local:\n          command: [x]\n          config: {}\n      transforms: []\n",
		"collections:\n  a:\n    derive:\n      using:\n        connector:\n          #connkit use put in: image: ghcr.io/estuary/source-x:local\n          image: ghcr.io/estuary/source-x:local\n          #local| command: [x]\n          config: {}\n      transforms: []\n",
	},
	{
		"braces", "captures:\n  acmeCo/plain: {endpoint: {local: {command: [python, -m, x], config: {a: \"}\"}, env: {B: c}}}, bindings: []}\n",
		"captures:\n  #connkit use remembers: {\"was\":\"local: {command: [python, -m, x], config: \\u0000, env: {B: c}}\",\"put\":\"image: ghcr.io/estuary/source-x:local\"}\n" +
			"  acmeCo/plain: {endpoint: {connector: {image: ghcr.io/estuary/source-x:local, config: {a: \"}\"}}}, bindings: []}\n",
	},
	{
		"braces behind a key", "captures:\n  a:\n    endpoint:\n      local: { config: c.yaml, command: [x] } # so\n    bindings: []\n",
		"captures:\n  a:\n    endpoint:\n      #connkit use remembers: {\"was\":\"local: { config: \\u0000, command: [x] }\",\"put\":\"image: ghcr.io/estuary/source-x:local\"}\n" +
			"      connector: { image: ghcr.io/estuary/source-x:local, config: c.yaml } # so\n    bindings: []\n",
	},
	{
		"braces on lines", "captures: {\n  a: {\n    endpoint: {\n      local: {command: [x],\n        # odd\n        config: {}}\n    }, bindings: [] } }\n",
		"captures: {\n  a: {\n    endpoint: {\n      #connkit use remembers: {\"was\":\"local: {command: [x],\\n        # odd\\n        config: \\u0000}\",\"put\":\"image: ghcr.io/estuary/source-x:local\"}\n" +
			"      connector: {image: ghcr.io/estuary/source-x:local, config: {}}\n    }, bindings: [] } }\n",
	},
	{
		"no config in braces", "captures: {a: {endpoint: {local: {command: [x]}}, bindings: []}}",
		"#connkit use remembers: {\"was\":\"local: {command: [x]}\",\"put\":\"image: ghcr.io/estuary/source-x:local\"}\n" +
			"captures: {a: {endpoint: {connector: {image: ghcr.io/estuary/source-x:local}}, bindings: []}}",
	},
}

func TestThereAndBackGivesTheBytes(t *testing.T) {
	t.Parallel()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			there, err := endpoint.Switch("t.yaml", []byte(tt.local), endpoint.Options{To: endpoint.Image, Image: image})
			if err != nil {
				t.Fatal(err)
			}
			if string(there.Text) != tt.image || !there.Changed {
				t.Errorf("got\n%s\nwant\n%s", there.Text, tt.image)
			}
			back, err := endpoint.Switch("t.yaml", there.Text, endpoint.Options{To: endpoint.Local, Command: []string{"unused"}})
			if err != nil || string(back.Text) != tt.local {
				t.Errorf("back: %v\n%s", err, back.Text)
			}
			for to, text := range map[string]string{endpoint.Image: tt.image, endpoint.Local: tt.local} {
				again, err := endpoint.Switch("t.yaml", []byte(text), endpoint.Options{To: to, Image: image})
				if err != nil || again.Changed || string(again.Text) != text {
					t.Errorf("a second time: %v, %v", again.Changed, err)
				}
			}
		})
	}
}

// A catalog that a person wrote with an image gets a command, and the image back.
func TestFromAnImageThatAPersonWrote(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"captures:\n  a:\n    endpoint:\n      connector:\n        image: ghcr.io/estuary/source-x:v1  # released\n        config: c.yaml\n    bindings: []\n",
		"captures: {a: {endpoint: {connector: {image: x:v1, config: c.yaml}}, bindings: []}}\n",
	} {
		local, err := endpoint.Switch("t.yaml", []byte(text), endpoint.Options{To: endpoint.Local, Command: []string{"go", "run", "."}})
		if err != nil || !strings.Contains(string(local.Text), "command: [go, run, .]") || !strings.Contains(string(local.Text), "local:") {
			t.Fatalf("%v\n%s", err, local.Text)
		}
		back, err := endpoint.Switch("t.yaml", local.Text, endpoint.Options{To: endpoint.Image, Image: image})
		if err != nil || string(back.Text) != text {
			t.Errorf("back: %v\n%s", err, back.Text)
		}
	}
}

// What a person changes in between is kept: the config, and the image itself.
func TestEditsInBetweenAreKept(t *testing.T) {
	t.Parallel()
	edit := strings.NewReplacer("config: config.yaml", "config: other.yaml", "resource: { name: a }", "resource: { name: b }").Replace
	back, err := endpoint.Switch("t.yaml", []byte(edit(cases[0].image)), endpoint.Options{To: endpoint.Local})
	if err != nil || string(back.Text) != edit(cases[0].local) {
		t.Errorf("%v\n%s", err, back.Text)
	}
	braces := strings.ReplaceAll(cases[5].image, `config: {a: "}"}`, `config: {b: 2}`)
	back, err = endpoint.Switch("t.yaml", []byte(braces), endpoint.Options{To: endpoint.Local})
	if want := strings.ReplaceAll(cases[5].local, `config: {a: "}"}`, `config: {b: 2}`); err != nil || string(back.Text) != want {
		t.Errorf("%v\n%s", err, back.Text)
	}

	mine := strings.ReplaceAll(cases[0].image, "        image: ghcr.io/estuary/source-x:local", "        image: ghcr.io/estuary/source-x:v3  # mine")
	back, err = endpoint.Switch("t.yaml", []byte(mine), endpoint.Options{To: endpoint.Local})
	if err != nil || !strings.Contains(string(back.Text), "#image| image: ghcr.io/estuary/source-x:v3  # mine\n") {
		t.Fatalf("%v\n%s", err, back.Text)
	}
	there, err := endpoint.Switch("t.yaml", back.Text, endpoint.Options{To: endpoint.Image, Image: image})
	if err != nil || !strings.Contains(string(there.Text), "\n        image: ghcr.io/estuary/source-x:v3  # mine\n") {
		t.Errorf("%v\n%s", err, there.Text)
	}
	inBraces := strings.ReplaceAll(cases[5].image, "{image: ghcr.io/estuary/source-x:local", "{image: mine:v3")
	if _, err := endpoint.Switch("t.yaml", []byte(inBraces), endpoint.Options{To: endpoint.Local}); fault.KindOf(err) != fault.Usage {
		t.Errorf("an image that would be lost: %v", err)
	}
}

func TestABrokenMemoryIsRefused(t *testing.T) {
	t.Parallel()
	text := "#connkit use remembers: {\"was\ncaptures: {a: {endpoint: {connector: {image: x}}}}\n"
	_, err := endpoint.Switch("t.yaml", []byte(text), endpoint.Options{To: endpoint.Local, Command: []string{"x"}})
	if fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), "t.yaml:2:") {
		t.Errorf("got %v", err)
	}
}

func TestAnotherImage(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		there, err := endpoint.Switch("t.yaml", []byte(c.image), endpoint.Options{To: endpoint.Image, Image: "other/x:dev"})
		if err != nil || !there.Changed {
			t.Errorf("%s: %v", c.name, err)
		}
		back, err := endpoint.Switch("t.yaml", there.Text, endpoint.Options{To: endpoint.Local})
		if err != nil || string(back.Text) != c.local {
			t.Errorf("%s: %v\n%s\n%s", c.name, err, there.Text, back.Text)
		}
	}
	change, err := endpoint.Switch("t.yaml", []byte("captures: {a: {endpoint: {connector: {image: 'x:v1', config: {}}}}}\n"), endpoint.Options{To: endpoint.Image, Image: "x:v2"})
	if err != nil || string(change.Text) != "captures: {a: {endpoint: {connector: {image: 'x:v2', config: {}}}}}\n" {
		t.Errorf("%v %s", err, change.Text)
	}
}

func TestOneTaskOfSeveral(t *testing.T) {
	t.Parallel()
	text := "captures:\n  a: {endpoint: {local: {command: [a]}}}\n  b: {endpoint: {local: {command: [b]}}}\nmaterializations:\n  c:\n    endpoint:\n      local:\n        command: [c]\n"
	_, err := endpoint.Switch("t.yaml", []byte(text), endpoint.Options{To: endpoint.Image, Image: image})
	if err == nil || err.Error() != "t.yaml: there are several tasks: a, b, c" || fault.HintOf(err) != "--name a" {
		t.Errorf("got %v", err)
	}
	change, err := endpoint.Switch("t.yaml", []byte(text), endpoint.Options{To: endpoint.Image, Image: image, Task: "c"})
	if err != nil || !strings.Contains(string(change.Text), "#local| command: [c]") || strings.Contains(string(change.Text), "remembers") {
		t.Errorf("%v\n%s", err, change.Text)
	}
	if _, err = endpoint.Switch("t.yaml", []byte(text), endpoint.Options{To: endpoint.Image, Task: "d"}); err == nil || err.Error() != `t.yaml: there is no task "d": a, b, c` {
		t.Errorf("got %v", err)
	}
}

// What cannot be followed is refused, and says what to write.
func TestRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"alias":        "x: &l {command: [a]}\ncaptures: {a: {endpoint: {local: *l}}}\n",
		"anchor":       "captures:\n  a:\n    endpoint:\n      local: &l\n        command: [a]\n  b: {endpoint: {other: *l}}\n",
		"merge":        "x: &l {command: [a]}\ncaptures:\n  a:\n    endpoint:\n      local:\n        <<: *l\n        config: {}\n",
		"no endpoint":  "collections:\n  a: {key: [/a]}\n",
		"another":      "captures: {a: {endpoint: {dekaf: {variant: x}}}}\n",
		"two in one":   "captures: {a: {endpoint: {local: {command: [x]}, connector: {image: y}}}}\n",
		"no YAML":      "captures: [\n",
		"documents":    "captures: {a: {endpoint: {local: {command: [x]}}}}\n---\na: b\n",
		"conflict":     "<<<<<<< a\ncaptures: {}\n=======\n>>>>>>> b\n",
		"question":     "captures:\n  a:\n    endpoint:\n      ? local\n      :\n        command: [x]\n",
		"text not map": "captures: {a: {endpoint: {local: x}}}\n",
	} {
		for _, to := range []string{endpoint.Image, endpoint.Local} {
			change, err := endpoint.Switch("t.yaml", []byte(text), endpoint.Options{To: to, Image: image, Command: []string{"x"}})
			if err == nil && change.Changed || err != nil && fault.KindOf(err) != fault.Usage {
				t.Errorf("%s to %s: got %v\n%s", name, to, err, change.Text)
			}
		}
	}
}

// A refusal names the file, the place, the task, and what to write by hand.
func TestRefusalsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, to, want, hint string }{
		{"alias", "x: &l {command: [a]}\ncaptures:\n  acme/a: {endpoint: {local: *l}}\n", endpoint.Image, `t.yaml:3:23: the endpoint of "acme/a" is an alias, an anchor or no map`, "write it out, then it can be switched"},
		{"merge", "x: &l {command: [a]}\ncaptures:\n  a:\n    endpoint:\n      local:\n        <<: *l\n", endpoint.Image, `t.yaml:6:9: the endpoint of "a" merges another map`, "write it out, then it can be switched"},
		{"no task", "collections:\n  a: {key: [/a]}\n", endpoint.Image, "t.yaml: no task has an endpoint with local: or connector:", ""},
		{"empty", "", endpoint.Image, "t.yaml: no task has an endpoint with local: or connector:", ""},
		{"sections that are no maps", "captures: [a]\nmaterializations: x\n", endpoint.Image, "t.yaml: no task has an endpoint with local: or connector:", ""},
		{
			"nothing remembers a command", "captures:\n  a:\n    endpoint:\n      connector:\n        image: x:v1\n", endpoint.Local,
			`t.yaml:4:7: nothing tells what the local command of "a" is`, "write it by hand: local: command: [PROGRAM, ARGUMENT]",
		},
	} {
		_, err := endpoint.Switch("t.yaml", []byte(tt.text), endpoint.Options{To: tt.to, Image: image})
		if fault.KindOf(err) != fault.Usage || err.Error() != tt.want || fault.HintOf(err) != tt.hint {
			t.Errorf("%s: got %v, hint %q", tt.name, err, fault.HintOf(err))
		}
	}
}

// Whatever a switch takes, it gives back byte for byte.
func FuzzThereAndBack(f *testing.F) {
	for _, c := range cases {
		f.Add(c.local)
		f.Add(c.image)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "#local|") || strings.Contains(text, "#image|") || strings.Contains(text, "#connkit use") {
			return // what a person makes of the comments is theirs
		}
		for to, from := range map[string]string{endpoint.Image: endpoint.Local, endpoint.Local: endpoint.Image} {
			there, err := endpoint.Switch("t.yaml", []byte(text), endpoint.Options{To: to, Image: image, Command: []string{"x"}})
			if err != nil || !there.Changed {
				continue
			}
			back, err := endpoint.Switch("t.yaml", there.Text, endpoint.Options{To: from, Image: image, Command: []string{"x"}})
			if another := to == endpoint.Image && strings.Contains(text, "connector"); string(back.Text) != text && !another {
				t.Errorf("%v: to %s\n%q\n%q\n%q", err, to, text, there.Text, back.Text)
			}
		}
	})
}
