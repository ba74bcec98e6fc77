package secrets

import (
	"slices"
	"strconv"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/secrets/suspect"
)

// checker looks for what must not be encrypted as it is written.
type checker struct {
	*document
	suffix string
	allow  []string // keys that may stay in clear
	anew   bool     // sops may lay the file out anew
	found  bool     // a key carries the suffix
	secret map[*node]bool
	holds  map[*node]bool // anchored nodes with secrets within
	plain  []suspect.Leaf // what stays in clear
	places []*node        // of plain
	notes  []string
	used   []string // entries of allow that something needed
}

// checkPlain refuses a plain document that encryption would spoil or that would
// leave a secret in clear: [fault.Usage] for what is wrong in the file,
// [fault.Blocked] for what a person must decide.
func (d *document) checkPlain(suffix string, opts EncryptOptions) (*checker, error) {
	if err := d.checkFree(); err != nil {
		return nil, err
	}
	c := &checker{document: d, suffix: suffix, allow: opts.Allow, anew: opts.Reformat, secret: map[*node]bool{}, holds: map[*node]bool{}}
	if _, err := c.look(d.root, nil, false); err != nil {
		return nil, err
	}
	if !c.found {
		return nil, fault.Blockedf("no key ends in %s: nothing would be encrypted", suffix).At(d.file, 0, 0).
			WithHint("add %s to the name of each key that holds a secret", suffix)
	}
	return c, c.checkClear()
}

// checkClear refuses a value that stays in clear and looks secret.
func (c *checker) checkClear() error {
	for _, f := range suspect.Find(c.plain) {
		if c.allows(f.Pointer) {
			continue
		}
		i := slices.IndexFunc(c.plain, func(l suspect.Leaf) bool { return l.Pointer == f.Pointer })
		return c.at(c.places[i], fault.Blockedf("%s looks like %s, and would stay in clear", f.Pointer, f.What)).
			WithHint("rename it to %s%s, or --allow-plaintext %s if it is none", keyAt(f.Pointer), c.suffix, keyAt(f.Pointer))
	}
	return nil
}

// checkFree refuses a document that is encrypted, or has the key that sops needs.
func (d *document) checkFree() error {
	at, has := d.root.member(sopsKey)
	if !has {
		return nil
	}
	m := d.root.members[at]
	if _, signed := m.value.member("mac"); signed {
		return d.at(m.key, fault.Usagef("it is encrypted already")).WithHint("connkit edit %s", d.file)
	}
	return d.at(m.key, fault.Usagef("the key sops is taken: sops keeps its own block there"))
}

// allows tells whether a key may stay in clear: by its name or its JSON pointer.
func (c *checker) allows(pointer string) bool {
	for _, entry := range c.allow {
		if entry == pointer || entry == keyAt(pointer) {
			if !slices.Contains(c.used, entry) {
				c.used = append(c.used, entry)
			}
			return true
		}
	}
	return false
}

// keyAt gives the name of the key that a value stands at; of an item, that of its list.
func keyAt(pointer string) string {
	parts := strings.Split(pointer, "/")
	for i := len(parts) - 1; i > 0; i-- {
		if _, err := strconv.Atoi(parts[i]); err != nil || i == 1 {
			return unescaper.Replace(parts[i])
		}
	}
	return pointer
}

// look goes through a value; it tells whether secrets are in it.
func (c *checker) look(n *node, place *pointer, secret bool) (holds bool, err error) {
	if n.anchored {
		c.secret[n] = secret
		defer func() { c.holds[n] = holds }()
	}
	switch n.kind {
	case alias:
		return secret, c.alias(n, place, secret)
	case mapping:
		return c.members(n, place, secret)
	case list:
		for i, item := range n.items {
			h, err := c.look(item, place.at(i), secret)
			if err != nil {
				return false, err
			}
			holds = holds || h
		}
		return holds || secret, nil
	}
	return secret, c.scalar(n, place, secret)
}

func (c *checker) members(n *node, place *pointer, secret bool) (holds bool, err error) {
	if err := c.names(n); err != nil {
		return false, err
	}
	for _, m := range n.members {
		key := m.key.value
		isSecret := strings.HasSuffix(key, c.suffix)
		c.found = c.found || isSecret
		h, err := c.look(m.value, place.to(key), secret || isSecret)
		if err != nil {
			return false, err
		}
		holds = holds || h
	}
	return holds || secret, nil
}

func (c *checker) alias(n *node, place *pointer, secret bool) error {
	from := c.secret[n.target]
	switch {
	case from && !secret:
		return c.at(n, fault.Blockedf("an alias carries a secret to %s, where it would stay in clear", place)).
			WithHint("write the value there under a key that ends in %s", c.suffix)
	case secret && !from:
		return c.at(n, fault.Blockedf("the secret at %s is an alias of a value that stays in clear", place)).
			WithHint("write the secret here and nowhere else")
	case c.holds[n.target] && n.target.kind != scalar:
		if !c.anew {
			return c.cannotAlias(n, place)
		}
	}
	return nil
}

func (c *checker) scalar(n *node, place *pointer, secret bool) error {
	switch {
	case n.tag == "!!int" && tooLong(n):
		return c.at(n, fault.Usagef("the value of %s has more digits than sops keeps", place)).WithHint("quote it")
	case secret && n.anchored && n.tag == "!!null" && n.value == "":
		return c.at(n, fault.Usagef("%s has an anchor and no value", place)).WithHint("a value that begins with & must be quoted")
	case !secret:
		c.warn(n, place)
		if n.tag != "!!null" {
			c.plain = append(c.plain, suspect.Leaf{Pointer: place.String(), Value: n.value, Text: n.tag == "!!str"})
			c.places = append(c.places, n)
		}
		return nil
	case isCipher(n.value):
		return c.at(n, fault.Usagef("the value of %s is encrypted already", place))
	}
	return c.checkKept(n, place)
}
