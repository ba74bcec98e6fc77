package license

import (
	"errors"
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/pattern"
)

// Bounds of an expression, and with them of the work to compare two.
const (
	maxLength   = 4000 // bytes
	maxLicenses = 100
	maxChoices  = 256
)

// Parse reads an SPDX licence expression (SPDX 2.3, annex D): ids of the list
// that is built in, in any case, LicenseRef-…, AND, OR, WITH, brackets.
//
// What is none is a [fault.Usage] error; the hint has what was probably meant.
// NOASSERTION and NONE are refused: they name no licence.
func Parse(s string) (Expression, error) {
	x, err := parse(s)
	if err == nil {
		return x, nil
	}
	e := fault.Usagef("%w", err)
	if near := nearest(s); near != "" {
		return x, e.WithHint("did you mean %q", near)
	}
	return x, e.WithHint("the ids are listed at https://spdx.org/licenses")
}

// parse is Parse without the hint.
func parse(s string) (Expression, error) {
	p := &parser{source: s, tokens: tokens().FindAllString(s, -1)}
	switch {
	case strings.TrimSpace(s) == "":
		return Expression{}, errors.New("a licence is missing: an SPDX expression such as MIT is wanted")
	case len(s) > maxLength:
		return Expression{}, fmt.Errorf("%q… is too long for a licence expression", s[:40])
	}
	n, err := p.either()
	if err == nil && len(p.tokens) > 0 {
		err = p.wrong("%q is not expected there", p.tokens[0])
	}
	if err == nil && n.count() > maxChoices {
		err = p.wrong("it gives more than %d choices", maxChoices)
	}
	if err != nil {
		return Expression{}, err
	}
	return Expression{n}, nil
}

var tokens = pattern.Lazy(`[()]|[^()\s]+`)

type parser struct {
	source string
	tokens []string
	names  int // licences so far
	depth  int // of brackets
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
	n := &node{op: op}
	n.add(first)
	for p.peek() == op {
		p.next()
		more, err := part()
		if err != nil {
			return nil, err
		}
		n.add(more)
	}
	return n, nil
}

// add appends a part; brackets around the same operator are dropped.
func (n *node) add(part *node) {
	if part.op == n.op {
		n.parts = append(n.parts, part.parts...)
	} else {
		n.parts = append(n.parts, part)
	}
}

func (p *parser) one() (*node, error) {
	switch t := p.next(); t {
	case "":
		return nil, p.wrong("a licence is missing at the end")
	case "(":
		if p.depth++; p.depth > maxLicenses {
			return nil, p.wrong("more than %d brackets", maxLicenses)
		}
		n, err := p.either()
		if err != nil {
			return nil, err
		}
		switch t := p.next(); t {
		case ")":
			return n, nil
		case "":
			return nil, p.wrong("a bracket is not closed")
		default:
			return nil, p.wrong("%q is not expected there", t)
		}
	case ")", "AND", "OR", "WITH":
		return nil, p.wrong("a licence is missing before %q", t)
	default:
		return p.license(t)
	}
}

var (
	reference   = pattern.Lazy(`^(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$`)
	additionRef = pattern.Lazy(`^(DocumentRef-[A-Za-z0-9.-]+:)?AdditionRef-[A-Za-z0-9.-]+$`)
)

func (p *parser) license(t string) (*node, error) {
	if p.names++; p.names > maxLicenses {
		return nil, p.wrong("more than %d licences", maxLicenses)
	}
	n, err := p.name(t)
	if err != nil || p.peek() != "WITH" {
		return n, err
	}
	p.next()
	e := p.next()
	if e == "" {
		return nil, p.wrong("an exception is missing at the end")
	}
	if c, ok := list().exceptions[strings.ToLower(e)]; ok {
		n.addition = c
	} else if additionRef().MatchString(e) {
		n.addition = e
	} else {
		return nil, p.wrong("%q is no exception of the SPDX list", e)
	}
	return n, nil
}

func (p *parser) name(t string) (*node, error) {
	if id, ok := canonicalID(t); ok {
		return &node{id: id}, nil
	}
	if reference().MatchString(t) {
		return &node{id: t}, nil
	}
	if base, plus := strings.CutSuffix(t, "+"); plus {
		if id, ok := canonicalID(base); ok && !strings.HasSuffix(id, "-only") && !strings.HasSuffix(id, "-or-later") {
			return &node{id: id, plus: true}, nil
		}
	}
	switch strings.ToUpper(t) {
	case "NOASSERTION":
		return nil, errors.New("NOASSERTION says that nobody looked: an import needs a licence")
	case "NONE":
		return nil, errors.New("NONE says that there is no licence: what has none cannot be imported")
	}
	return nil, p.wrong("%q is no licence of the SPDX list", t)
}

func (p *parser) wrong(format string, args ...any) error {
	return fmt.Errorf("%q is no SPDX licence expression: "+format, append([]any{p.source}, args...)...)
}
