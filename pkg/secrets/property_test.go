package secrets

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/fault"
)

// maker writes random YAML as people do: all styles, comments, blank lines.
type maker struct {
	*rand.Rand
	b   strings.Builder
	eol string
	n   int
}

func (m *maker) one(list ...string) string { return list[m.IntN(len(list))] }

func (m *maker) key() string {
	m.n++
	key := fmt.Sprintf("k%d", m.n)
	if m.IntN(3) == 0 {
		key += "_sops"
	}
	return m.one(key, key, key, `"`+key+`"`, "'"+key+"'")
}

func (m *maker) comment(indent string) {
	for m.IntN(4) == 0 {
		switch m.IntN(3) {
		case 0:
			m.b.WriteString(m.eol)
		default:
			m.b.WriteString(indent + m.one("# word", "#word more", "#", "# ключ ☃  ", "## x: [") + m.eol)
		}
	}
}

func (m *maker) inline() string {
	return m.one("", "", "", " # inline", "  #", " ", "\t# t")
}

func (m *maker) word() string {
	return m.one("word", "two words", "w#x", "http://h/p?q=1", "яблоко", "😀 smile", "it's", `qu"ote`, "a: b", "- x", "true", "12", "1.5", "~", "yes", "[x]", "{y}", "*z", "&z", "!t", "%d", "@a", "`b`", "a\\b", "x,y", "k=v", "=", "|", ">", "null", "1e3", "2024-01-01", "0x1F", "ENC[x]", " lead", "trail ", "é́", "\u00a0nbsp\u00a0x")
}

func (m *maker) flow(depth int) string {
	switch m.IntN(6) {
	case 0:
		if depth < 3 {
			return "[" + m.flow(depth+1) + m.one(",", ", ", " , ") + m.flow(depth+1) + m.one("]", " ]", ",]")
		}
	case 1:
		if depth < 3 {
			return m.one("{", "{ ") + m.key() + ": " + m.flow(depth+1) + ", " + m.key() + ": " + m.flow(depth+1) + m.one("}", " }")
		}
	case 2:
		return m.one("plain", "p l", "12", "true", "null", "x:y", "")
	}
	return m.quoted()
}

func (m *maker) quoted() string {
	if m.IntN(2) == 0 {
		return singleQuoted(m.word())
	}
	return m.one(doubleQuoted(m.word()), `"`+m.one(`\u00e9`, `\x41`, `\n`, `\t`, `\"`, `\/`, `\\`, `a\e`)+`"`)
}

func (m *maker) plain() string {
	return m.one("word", "two words", "w#x", "http://h/p?q=1", "яблоко", "it's", `qu"ote`, "a:b", "x,y", "[not", "true", "12", "1.5", "yes", "null", "~", "", "-x", "a]b")
}

func (m *maker) block(indent string) string {
	header := m.one("|", "|-", "|+", ">", ">-", ">+")
	inner := indent + strings.Repeat(" ", 1+m.IntN(4))
	lead := ""
	if m.IntN(4) == 0 {
		header = header[:1] + fmt.Sprint(len(inner)-len(indent)) + header[1:]
		lead = m.one("", " ", "   ")
	}
	var b strings.Builder
	b.WriteString(header + m.one("", "", " # hdr") + m.eol)
	for i := range 1 + m.IntN(4) {
		switch {
		case i > 0 && m.IntN(5) == 0:
			b.WriteString(m.eol)
		case i > 0 && m.IntN(5) == 0:
			b.WriteString(inner + "  " + m.one("more", "# deeper") + m.eol)
		default:
			b.WriteString(inner + lead + m.one("line", "# line", "key: value", "- item", "é ☃", "trail  ", `"q"`) + m.eol)
			lead = ""
		}
	}
	for m.IntN(3) == 0 {
		b.WriteString(m.eol)
	}
	return b.String()
}

func (m *maker) multi(indent string) string {
	i := m.eol + indent + "  "
	return m.one("one"+i+"two", "one"+m.eol+i+"two three", `"one`+i+`two"`, `"one \`+i+`two"`, "'one"+i+"it''s'", `"`+m.eol+i+`x"`)
}

func (m *maker) value(indent string, depth int) {
	props := m.one("", "", "", "", fmt.Sprintf(" &a%d", m.n), " !!str")
	switch k := m.IntN(10); {
	case k == 0 && depth < 4:
		m.b.WriteString(m.one("", "", fmt.Sprintf(" &m%d", m.n)) + m.inline() + m.eol)
		m.mapping(indent+strings.Repeat(" ", 1+m.IntN(4)), depth+1)
	case k == 1 && depth < 4:
		m.b.WriteString(m.inline() + m.eol)
		m.list(indent+m.one("", "  ", "   "), depth+1)
	case k == 2:
		m.b.WriteString(" " + m.block(indent))
	case k == 3:
		m.b.WriteString(props + " " + m.multi(indent) + m.inline() + m.eol)
	case k == 4:
		m.b.WriteString(m.one(" ", "  ", "\t") + m.flow(0) + m.inline() + m.eol)
	case k < 7:
		m.b.WriteString(props + m.one(" ", "   ") + m.quoted() + m.inline() + m.eol)
	default:
		m.b.WriteString(m.one(" ", "   ") + m.plain() + m.inline() + m.eol)
	}
}

func (m *maker) mapping(indent string, depth int) {
	for range 1 + m.IntN(4) {
		m.comment(indent)
		m.b.WriteString(indent + m.key() + ":")
		m.value(indent, depth)
	}
	m.comment(indent)
}

func (m *maker) list(indent string, depth int) {
	for range 1 + m.IntN(3) {
		m.comment(indent)
		m.b.WriteString(indent + "-")
		if depth < 4 && m.IntN(4) == 0 {
			m.b.WriteString(" " + m.key() + ":")
			m.value(indent+"  ", depth+1)
			if m.IntN(2) == 0 {
				m.b.WriteString(indent + "  " + m.key() + ":")
				m.value(indent+"  ", depth+1)
			}
			continue
		}
		m.value(indent, 9)
	}
}

func makeYAML(seed uint64) string {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 1)), eol: "\n"}
	if m.IntN(4) == 0 {
		m.eol = "\r\n"
	}
	m.b.WriteString(m.one("", "", "", "---"+m.eol, "\ufeff", "# top"+m.eol+m.eol))
	m.mapping(m.one("", "", "", "  "), 0)
	m.b.WriteString("last_sops: s" + m.eol)
	text := m.b.String()
	return m.one(text, text, text, strings.TrimSuffix(text, m.eol), text+m.eol+m.eol, text+"..."+m.eol)
}

// TestRandomYAML: whatever people write, only the secrets change, and come back as they were.
func TestRandomYAML(t *testing.T) {
	t.Parallel()
	done, refused := 0, map[string]int{}
	for seed := range uint64(400) {
		text := makeYAML(seed)
		e := encrypt(t, "config.yaml", text)
		if e.Err != nil {
			refused[fault.HintOf(e.Err)+": "+e.Err.Error()[strings.Index(e.Err.Error(), ": ")+1:]]++
			if strings.Contains(e.Err.Error(), "cannot be edited") || strings.Contains(e.Err.Error(), "can be edited") || strings.Contains(e.Err.Error(), "among secrets") {
				t.Logf("%d %v\n%s", seed, e.Err, text)
			}
			continue
		}
		done++
		if got := bare(t, "config.yaml", e.After); got != string(e.Before) {
			t.Fatalf("seed %d: sealed\n%s\nmasked\n%s", seed, got, e.Before)
		}
		if o := decrypt(t, "config.yaml", e.After); string(o.Text) != text || o.Anew {
			t.Fatalf("seed %d: %q became\n%q", seed, text, o.Text)
		}
	}
	if done < 200 {
		t.Errorf("only %d were encrypted; refused: %v", done, refused)
	}
}

// makeJSON writes random JSON in random layouts.
func makeJSON(seed uint64) string {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 2)), eol: "\n"}
	unit, colon := m.one("", "", " ", "  ", "\t", "    "), m.one(":", ": ", " : ")
	if m.IntN(4) == 0 {
		m.eol = "\r\n"
	}
	var value func(depth int) string
	gap := func(depth int) string {
		if unit == "" {
			return m.one("", "", " ")
		}
		return m.eol + strings.Repeat(unit, depth)
	}
	object := func(depth int) string {
		var parts []string
		for range 1 + m.IntN(4) {
			m.n++
			parts = append(parts, gap(depth+1)+fmt.Sprintf(`"k%d%s"`, m.n, m.one("", "", "_sops"))+colon+value(depth+1))
		}
		return "{" + strings.Join(parts, m.one(",", ",", " ,")) + gap(depth) + "}"
	}
	value = func(depth int) string {
		switch k := m.IntN(9); {
		case k == 0 && depth < 4:
			return object(depth)
		case k == 1 && depth < 4:
			return "[" + gap(depth+1) + value(depth+1) + "," + gap(depth+1) + value(depth+1) + gap(depth) + "]"
		case k == 2:
			return m.one("1", "2.5", "true", "false", "null", "-3", "[]", "{}", `""`)
		}
		return `"` + m.one("word", "two words", `\u00e9`, `é ☃ 😀`, `a\/b`, `a\nb`, `\"q\"`, `\\`, `\ud83d\ude00`, `<&>`, `\u003d`, "ENC[x]", "a,b:c", "  ", `\t`) + `"`
	}
	return m.one("", "", " ", m.eol) + strings.TrimSuffix(object(0), "}") + "}" + m.one("", m.eol, m.eol+m.eol)
}

func TestRandomJSON(t *testing.T) {
	t.Parallel()
	done := 0
	for seed := range uint64(300) {
		text := makeJSON(seed)
		e := encrypt(t, "config.json", text)
		if e.Err != nil {
			if !strings.Contains(e.Err.Error(), "no key ends in _sops") {
				t.Fatalf("seed %d: %v\n%s", seed, e.Err, text)
			}
			continue
		}
		done++
		if got := bare(t, "config.json", e.After); got != string(e.Before) {
			t.Fatalf("seed %d: sealed\n%s\nmasked\n%s", seed, got, e.Before)
		}
		if o := decrypt(t, "config.json", e.After); string(o.Text) != text || o.Anew {
			t.Fatalf("seed %d: %q became\n%q", seed, text, o.Text)
		}
	}
	if done < 100 {
		t.Errorf("only %d texts had a secret", done)
	}
}

// FuzzSeal: any text is refused with a place, or comes back as it was. Nothing of it panics.
func FuzzSeal(f *testing.F) {
	for text := range yamlForms {
		f.Add(text, false)
	}
	for text := range jsonForms {
		f.Add(text, true)
	}
	for _, tt := range refusals {
		f.Add(tt.text, tt.name == "config.json")
	}
	f.Fuzz(func(t *testing.T, text string, isJSON bool) {
		name := "config.yaml"
		if isJSON {
			name = "config.json"
		}
		e := encrypt(t, name, text)
		if e.Err != nil {
			if fault.KindOf(e.Err) == fault.Failed || !strings.HasPrefix(e.Err.Error(), name) {
				t.Errorf("%q: %v", text, e.Err)
			}
			return
		}
		o := decrypt(t, name, e.After)
		if string(o.Text) != text {
			t.Errorf("%q became %q (%v)\n%s", text, o.Text, o.Anew, e.After)
		}
	})
}
