package endpoint_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/build/endpoint"
)

// catalogs writes catalog files in the ways in which people do.
type catalogs struct {
	*rand.Rand
	step, eol string
}

func (c catalogs) pick(list ...string) string { return list[c.IntN(len(list))] }

// remark is a comment behind a line, or above the next one, or nothing.
func (c catalogs) remark(indent string) string {
	return c.pick("", "", "", "", "", "  # why", " # local: command: [no]", c.eol+indent+"# a line: of its own", c.eol, c.eol+"# at the margin"+c.eol+indent+"#  deeper\ttab", "   ", " # ünï – …")
}

func (c catalogs) command(indent string) string {
	deeper := indent + c.step
	return c.pick(
		"command: [python, -m, source_x]",
		"command: ['python' , \"-m\",   source_x ] # run it",
		"\"command\": [ \"python\", \"# not a comment\" ]",
		"command:"+c.remark(deeper)+c.eol+deeper+"- python"+c.remark(deeper)+c.eol+deeper+"- -m"+c.eol+deeper+"- >-"+c.eol+deeper+"  source_x"+c.eol+deeper+"  --flag",
		"command:"+c.eol+indent+"- python"+c.eol+indent+"- 'it''s'",
		"command: ["+c.eol+deeper+"python, # one"+c.eol+deeper+"-m,"+c.eol+c.eol+deeper+"source_x,"+c.eol+indent+"]",
		"command: !!seq [a]",
		"command: &cmd [a, b]",
	)
}

func (c catalogs) others(indent string) []string {
	deeper := indent + c.step
	var list []string
	if c.IntN(2) == 0 {
		list = append(list, c.pick(
			"config: config.yaml", "config: 'a # b.yaml'  # sealed", "config: {a: 1, b: \"}\"}", "config: {}",
			"config:"+c.remark(deeper)+c.eol+deeper+"token_sops: ENC[AES256_GCM,data:x]"+c.remark(deeper)+c.eol+deeper+"nested: {a: [1, 2]}",
			"config:"+c.eol+deeper+"text: |"+c.eol+deeper+"  # no comment"+c.eol+c.eol+deeper+"  two",
			"\"config\": config.yaml",
		))
	}
	if c.IntN(3) == 0 {
		list = append(list, c.pick("env: {A: b}", "env:"+c.eol+deeper+"A: 'b: c'"+c.eol+deeper+"# B: d", "protobuf: true"))
	}
	return list
}

// task is one task; its endpoint may stand in braces at any depth.
func (c catalogs) task(name string) string {
	one, two, three, four := c.step, strings.Repeat(c.step, 2), strings.Repeat(c.step, 3), strings.Repeat(c.step, 4)
	braces := c.pick("{local: {command: [a, \"b}\"], config: c.yaml}}", "{ local: { config: {x: 1} , command: [a] } }", "{\"local\": {command: [a]}}", "{local: {command: [a,"+c.eol+four+"b], config: {a: 'b'}}}", "{ local: { command: [a] }, }")
	bindings := "bindings:" + c.remark(three) + c.eol + two + "- resource: { name: a }" + c.eol + two + "  target: acmeCo/a" + c.remark(one)
	head := one + name + ":"
	switch c.IntN(6) {
	case 0:
		return head + " {endpoint: " + braces + ", bindings: []}" + c.pick("", "  # short")
	case 1:
		return head + c.remark(two) + c.eol + two + "endpoint: " + braces + c.remark(two) + c.eol + two + bindings
	case 2:
		return head + c.eol + two + "endpoint:" + c.remark(three) + c.eol + three + "local: {command: [a], config: {b: c}}" + c.remark(two) + c.eol + two + bindings
	}
	pairs := append(c.others(four), c.command(four))
	c.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	lines := head + c.remark(two) + c.eol
	if c.IntN(3) == 0 {
		lines += two + bindings + c.eol
		bindings = "interval: 5m"
	}
	lines += two + "endpoint:" + c.remark(three) + c.eol + three + c.pick("local:", "\"local\":", "'local':", "local :") + c.remark(four)
	for _, p := range pairs {
		lines += c.eol + four + p + c.remark(four)
	}
	return lines + c.eol + two + bindings
}

func (c catalogs) file() string {
	text := c.pick("", "", "---"+c.eol, "# catalog"+c.eol+c.eol, "import: [schema.yaml]"+c.eol, "%YAML 1.1"+c.eol+"---"+c.eol)
	text += c.pick("captures:", "materializations:", "\"captures\":") + c.remark(c.step) + c.eol + c.task(c.pick("acmeCo/x", "'acmeCo/a b'", "\"acmeCo/ü\"", "a"))
	if c.IntN(4) == 0 {
		text += c.eol + c.task("zz/other")
	}
	return text + c.pick("", c.eol, c.eol, c.eol+"collections: {}"+c.eol, c.eol+c.eol+"# end"+c.eol, c.eol+"..."+c.eol, c.eol+"x: &x {a: 1}"+c.eol+"y: *x"+c.eol)
}

// What people write is switched; there and back gives the bytes,
// twice, also when it was switched twice in one direction.
func TestRandomCatalogs(t *testing.T) {
	t.Parallel()
	const all = 500
	switched := 0
	for n := range uint64(all) {
		c := catalogs{rand.New(rand.NewPCG(n, 8)), "  ", "\n"}
		c.step, c.eol = c.pick("  ", "  ", "    ", " "), c.pick("\n", "\n", "\n", "\r\n")
		text := c.file()
		o := endpoint.Options{Image: image, Command: []string{"x"}}
		if strings.Contains(text, "zz/other") {
			o.Task = "zz/other"
		}
		now := []byte(text)
		for round := range 2 {
			o.To = endpoint.Image
			there, err := endpoint.Switch("t.yaml", now, o)
			if err != nil {
				if round > 0 {
					t.Fatalf("%d: the second time: %v", n, err)
				}
				break
			}
			again, err := endpoint.Switch("t.yaml", there.Text, o)
			if err != nil || again.Changed {
				t.Fatalf("%d: again: %v\n%s", n, err, there.Text)
			}
			o.To = endpoint.Local
			back, err := endpoint.Switch("t.yaml", there.Text, o)
			if err != nil || string(back.Text) != text {
				t.Fatalf("%d: %v\n%s\n--- there\n%s\n--- back\n%s", n, err, text, there.Text, back.Text)
			}
			now = back.Text
			switched += 1 - round
		}
	}
	if switched < all {
		t.Errorf("%d of %d were switched", switched, all)
	}
}

// Whatever way is taken, to the image, to another image, to the command, several times
// over: the way back ends at the bytes that a person wrote, and config and bindings are
// never anything else.
func TestAnyWayLeadsBack(t *testing.T) {
	t.Parallel()
	walked := 0
	for n := range uint64(40) {
		c := catalogs{rand.New(rand.NewPCG(n, 21)), "  ", "\n"}
		c.step, c.eol = c.pick("  ", "    "), c.pick("\n", "\n", "\r\n")
		text := c.file()
		o := endpoint.Options{Command: []string{"x"}}
		if strings.Contains(text, "zz/other") {
			o.Task = "zz/other"
		}
		now, at := []byte(text), endpoint.Local
		for range 8 {
			o.To, o.Image = c.pick(endpoint.Local, endpoint.Image), c.pick("a/x:local", "ghcr.io/acme/x:v1.2", "localhost:5000/x:dev")
			change, err := endpoint.Switch("t.yaml", now, o)
			if err != nil {
				t.Fatalf("%d, from %s to %s %s: %v\n%s", n, at, o.To, o.Image, err, now)
			}
			if change.Changed != (string(change.Text) != string(now)) || change.Changed && at == o.To && o.To == endpoint.Local {
				t.Fatalf("%d: it says that it changed: %v\n%s\n%s", n, change.Changed, now, change.Text)
			}
			if o.To == endpoint.Image && !strings.Contains(string(change.Text), change.Image) {
				t.Fatalf("%d: %s is not in\n%s", n, change.Image, change.Text)
			}
			if change.Task == "" || change.To != o.To {
				t.Fatalf("%d: %+v", n, change)
			}
			now, at = change.Text, o.To
			walked++
		}
		o.To = endpoint.Local
		if back, err := endpoint.Switch("t.yaml", now, o); err != nil || string(back.Text) != text {
			t.Fatalf("%d: %v\n%s\n--- back\n%s", n, err, text, back.Text)
		}
	}
	if walked != 320 {
		t.Errorf("%d steps were made", walked)
	}
}
