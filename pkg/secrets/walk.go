package secrets

import (
	"errors"

	"github.com/getsops/sops/v3"
)

// errShape says that the tree that sops reads is not that of the text.
var errShape = errors.New("sops reads it in another way than it is written")

// leaf is a scalar of the text with what sops holds for it, before and after
// it has encrypted or decrypted the tree.
type leaf struct {
	*node
	place         *pointer
	before, after any
	expanded      bool // an alias stands for it and more
}

// eachLeaf goes through the scalars of a text and of two trees in step. Behind an
// alias the tree holds what it stands for.
func eachLeaf(n *node, place *pointer, before, after any, visit func(leaf) error) error {
	l := leaf{node: n, place: place, before: before, after: after}
	if n.kind == alias {
		if n.target.kind == scalar {
			return visit(l)
		}
		l.expanded = true
		return visit(l)
	}
	switch n.kind {
	case mapping:
		b, ok := before.(sops.TreeBranch)
		a, ok2 := after.(sops.TreeBranch)
		b, a = uncommented(b), uncommented(a)
		if !ok || !ok2 || len(b) != len(n.members) || len(a) != len(b) {
			return errShape
		}
		for i, m := range n.members {
			if b[i].Key != m.key.value {
				return errShape
			}
			if err := eachLeaf(m.value, place.to(m.key.value), b[i].Value, a[i].Value, visit); err != nil {
				return err
			}
		}
		return nil
	case list:
		return eachItem(l, visit)
	}
	return visit(l)
}

// eachItem goes through a list. sops turns a comment in a list that it encrypts into
// an item, so comments are told by the tree in which they are comments.
func eachItem(l leaf, visit func(leaf) error) error {
	b, ok := l.before.([]any)
	a, ok2 := l.after.([]any)
	if !ok || !ok2 || len(a) != len(b) {
		if len(l.items) == 0 && !ok && !ok2 {
			return nil
		}
		return errShape
	}
	next := 0
	for i := range b {
		if _, is := b[i].(sops.Comment); is {
			continue
		}
		if next == len(l.items) {
			return errShape
		}
		if err := eachLeaf(l.items[next], l.place.at(next), b[i], a[i], visit); err != nil {
			return err
		}
		next++
	}
	if next != len(l.items) {
		return errShape
	}
	return nil
}

// remark is a comment of a tree. sops makes an item of one in a list that it encrypts.
type remark struct {
	text string
	item bool
}

// remarks lists the comments of a tree in its order; those of two trees of one shape
// pair up. like is the tree in which the comments of lists still are some.
func remarks(tree, like any) []remark {
	var out []remark
	switch t := tree.(type) {
	case sops.TreeBranch:
		l, _ := like.(sops.TreeBranch)
		for i, item := range t {
			if c, is := item.Key.(sops.Comment); is {
				out = append(out, remark{text: c.Value})
			} else if i < len(l) {
				out = append(out, remarks(item.Value, l[i].Value)...)
			}
		}
	case []any:
		l, _ := like.([]any)
		for i := range min(len(t), len(l)) {
			if _, is := l[i].(sops.Comment); !is {
				out = append(out, remarks(t[i], l[i])...)
				continue
			}
			switch c := t[i].(type) {
			case sops.Comment:
				out = append(out, remark{text: c.Value})
			case string:
				out = append(out, remark{c, true})
			}
		}
	}
	return out
}

// eachComment lets a function change the comments of a tree.
func eachComment(tree any, change func(sops.Comment) (sops.Comment, error)) error {
	switch t := tree.(type) {
	case sops.TreeBranch:
		for i, item := range t {
			c, is := item.Key.(sops.Comment)
			if !is {
				if err := eachComment(item.Value, change); err != nil {
					return err
				}
				continue
			}
			var err error
			if t[i].Key, err = change(c); err != nil {
				return err
			}
		}
	case []any:
		for i, item := range t {
			c, is := item.(sops.Comment)
			if !is {
				if err := eachComment(item, change); err != nil {
					return err
				}
				continue
			}
			var err error
			if t[i], err = change(c); err != nil {
				return err
			}
		}
	}
	return nil
}
