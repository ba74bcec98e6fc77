package license

import (
	"regexp"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// maxLicenses bounds an expression, and with it the work of comparing two.
const maxLicenses = 32

// Parse reads an SPDX licence expression (SPDX 2.3, annex D): ids of the list
// that is built in, in any case, LicenseRef-…, AND, OR, WITH, brackets.
//
// What is none is a [fault.Usage] error; the hint has what was probably meant.
// NOASSERTION and NONE are refused: they name no licence.
func Parse(s string) (Expression, error) {
	p := &parser{source: s, tokens: tokens.FindAllString(s, -1)}
	n, err := p.either()
	if err == nil && len(p.tokens) > 0 {
		err = p.wrong("%q is not expected there", p.tokens[0])
	}
	if err != nil {
		return Expression{}, err
	}
	return Expression{n}, nil
}

var tokens = regexp.MustCompile(`[()]|[^()\s]+`)

type parser struct {
	source string
	tokens []string
	count  int
}

func (p *parser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *parser) next() string {
	t := p.peek()
	if t != "" {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *parser) either() (*node, error) { return p.chain("OR", p.both) }
func (p *parser) both() (*node, error)   { return p.chain("AND", p.one) }

func (p *parser) chain(op string, part func() (*node, error)) (*node, error) {
	first, err := part()
	if err != nil || p.peek() != op {
		return first, err
	}
	n := &node{op: op, parts: []*node{first}}
	for p.peek() == op {
		p.next()
		more, err := part()
		if err != nil {
			return nil, err
		}
		n.parts = append(n.parts, more)
	}
	return n, nil
}

func (p *parser) one() (*node, error) {
	switch t := p.next(); t {
	case "":
		return nil, p.wrong("a licence is missing at the end")
	case "(":
		n, err := p.either()
		if err != nil {
			return nil, err
		}
		if p.next() != ")" {
			return nil, p.wrong("a bracket is not closed")
		}
		return n, nil
	case ")", "AND", "OR", "WITH":
		return nil, p.wrong("a licence is missing before %q", t)
	default:
		return p.license(t)
	}
}

var (
	reference   = regexp.MustCompile(`^(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$`)
	additionRef = regexp.MustCompile(`^(DocumentRef-[A-Za-z0-9.-]+:)?AdditionRef-[A-Za-z0-9.-]+$`)
)

func (p *parser) license(t string) (*node, error) {
	if p.count++; p.count > maxLicenses {
		return nil, p.wrong("more than %d licences", maxLicenses)
	}
	n := &node{}
	if id, ok := canonicalID(t); ok {
		n.id = id
	} else if reference.MatchString(t) {
		n.id = t
	} else if base, plus := strings.CutSuffix(t, "+"); plus {
		if n.id, ok = canonicalID(base); !ok {
			return nil, p.unknown(t)
		}
		n.plus = true
	} else {
		return nil, p.unknown(t)
	}
	if p.peek() != "WITH" {
		return n, nil
	}
	p.next()
	e := p.next()
	if c, ok := list().exceptions[strings.ToLower(e)]; ok {
		n.addition = c
	} else if additionRef.MatchString(e) {
		n.addition = e
	} else {
		return nil, p.wrong("%q is no exception of the SPDX list", e)
	}
	return n, nil
}

func (p *parser) wrong(format string, args ...any) error {
	return fault.Usagef("%q is no SPDX licence expression: "+format, append([]any{p.source}, args...)...)
}

func (p *parser) unknown(t string) error {
	return p.wrong("%q is no licence of the SPDX list", t)
}
