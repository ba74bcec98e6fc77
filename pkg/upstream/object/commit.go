package object

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/pattern"
)

// Person is who made a commit, and when.
type Person struct {
	Name, Mail string
	When       time.Time // in the zone of the commit
	Zone       string    // +0200, as it is written there
}

// CommitData is what stands in a commit.
type CommitData struct {
	ID                string
	Tree              string
	Parents           []string
	Author, Committer Person
	Message           string
}

// Subject gives the first line of the message.
func (c CommitData) Subject() string {
	subject, _, _ := strings.Cut(strings.TrimLeft(c.Message, "\n"), "\n")
	return subject
}

// ParseCommit reads a commit. What is odd in old commits, such as names that
// are not UTF-8 and dates that are no numbers, is read as well as it goes.
func ParseCommit(o Object) (CommitData, error) {
	c := CommitData{ID: o.ID}
	head, message, _ := bytes.Cut(o.Data, []byte("\n\n"))
	c.Message = toUTF8(string(message))
	for line := range strings.SplitSeq(string(head), "\n") {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "tree":
			c.Tree = value
		case "parent":
			c.Parents = append(c.Parents, value)
		case "author":
			c.Author = parsePerson(value)
		case "committer":
			c.Committer = parsePerson(value)
		}
	}
	if o.Kind != Commit || c.Tree == "" {
		return c, fmt.Errorf("reading commit %s: it is none", o.ID)
	}
	return c, nil
}

var personForm = pattern.Lazy(`^(.*?)\s*<([^>]*)>.*?(?:(-?\d+)(?:\s+([+-]\d{4}))?)?\s*$`)

func parsePerson(s string) Person {
	p := Person{Zone: "+0000", When: time.Unix(0, 0).UTC()}
	m := personForm().FindStringSubmatch(toUTF8(s))
	if m == nil {
		p.Name = clean(toUTF8(s))
		return p
	}
	p.Name, p.Mail = clean(m[1]), clean(m[2])
	if seconds, err := strconv.ParseInt(m[3], 10, 64); err == nil && seconds >= 0 && seconds < 1<<40 {
		p.When = time.Unix(seconds, 0).UTC()
	}
	if m[4] != "" {
		p.Zone = m[4]
	}
	if at, err := time.Parse("-0700", p.Zone); err == nil {
		p.When = p.When.In(at.Location())
	}
	return p
}

// clean takes out of a name what git takes no commit with.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == '<' || r == '>' {
			return -1
		}
		return r
	}, s))
}

// Printable keeps what an upstream wrote from moving the cursor.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '?'
		}
		return r
	}, s)
}

// toUTF8 reads what is not UTF-8 as Latin-1, where every byte is a letter.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, 0, len(s))
	for i := range len(s) {
		runes = append(runes, rune(s[i]))
	}
	return string(runes)
}

// String spells the person as a commit does.
func (p Person) String() string {
	name := p.Name
	if name == "" {
		name = "unknown"
	}
	return fmt.Sprintf("%s <%s> %d %s", name, p.Mail, p.When.Unix(), p.Zone)
}

// Encode writes the commit; ID is not needed.
func (c CommitData) Encode() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", c.Tree)
	for _, p := range c.Parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s", c.Author, c.Committer, c.Message)
	return b.Bytes()
}
