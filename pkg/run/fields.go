package run

import (
	"maps"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/flow"
)

// The constraints that a materialization may put on a field (flow: materialize.proto).
const (
	fieldRequired       = "FIELD_REQUIRED"
	locationRequired    = "LOCATION_REQUIRED"
	locationRecommended = "LOCATION_RECOMMENDED"
	fieldOptional       = "FIELD_OPTIONAL"
	fieldForbidden      = "FIELD_FORBIDDEN"
	incompatible        = "INCOMPATIBLE"
	unsatisfiable       = "UNSATISFIABLE" // an older name of it
)

// strictness orders constraints: of several on one field the strictest holds.
var strictness = []string{"", fieldOptional, locationRecommended, locationRequired, fieldRequired, fieldForbidden, incompatible}

func constraintsOf(v flow.ValidatedBinding) (map[string]flow.Constraint, error) {
	all := map[string]flow.Constraint{}
	list := v.ProjectionConstraints
	for field, c := range v.Constraints {
		list = append(list, flow.FieldConstraint{Field: field, Constraint: c})
	}
	for _, f := range list {
		c := f.Constraint
		if c.Type == unsatisfiable {
			c.Type = incompatible
		}
		if c.Type == "" || !slices.Contains(strictness, c.Type) {
			return nil, fault.Failedf("the connector broke the protocol: it has the constraint %q for the field %q", c.Type, f.Field)
		}
		if slices.Index(strictness, c.Type) >= slices.Index(strictness, all[f.Field].Type) {
			all[f.Field] = c
		}
	}
	return all, nil
}

// selectFields chooses what is stored, as Flow does: the keys; fields that are
// required, by name or, once each, by place; optional ones as deep as the
// catalog says, else at the top; the document, unless it is forbidden.
func (b *bound) selectFields(v flow.ValidatedBinding) error {
	constraints, err := constraintsOf(v)
	if err != nil {
		return err
	}
	if err := b.refusals(constraints); err != nil {
		return err
	}
	s := &flow.FieldSelection{Keys: []string{}, Values: []string{}, FieldConfig: b.Fields.Require}
	placed := map[string]bool{}
	for _, key := range b.collection.Key { // in the order of the key
		for _, p := range b.spec.Projections {
			if p.Pointer == key && !placed[key] {
				placed[key] = true
				s.Keys = append(s.Keys, p.Field)
			}
		}
	}
	for _, p := range b.spec.Projections {
		c := constraints[p.Field]
		switch {
		case slices.Contains(s.Keys, p.Field):
		case p.Pointer == "":
			if c.Type != "" && c.Type != fieldForbidden && s.Document == "" {
				s.Document = p.Field
			}
		case b.isWanted(p, c) || c.Type == locationRequired && !placed[p.Pointer]:
			placed[p.Pointer] = true
			s.Values = append(s.Values, p.Field)
		}
	}
	slices.Sort(s.Values)
	b.selection = s
	return nil
}

func (b *bound) isWanted(p flow.Projection, c flow.Constraint) bool {
	_, asked := b.Fields.Require[p.Field]
	switch c.Type {
	case fieldRequired:
		return true
	case fieldOptional, locationRecommended, locationRequired:
		near := strings.Count(p.Pointer, "/") <= b.Fields.Depth
		return asked || (near || p.Explicit) && !slices.Contains(b.Fields.Exclude, p.Field)
	}
	return false
}

// refusals tells the field that makes the binding impossible.
func (b *bound) refusals(constraints map[string]flow.Constraint) error {
	known := map[string]bool{}
	for _, p := range b.spec.Projections {
		known[p.Field] = true
	}
	for _, field := range slices.Sorted(maps.Keys(b.Fields.Require)) {
		if !known[field] {
			return b.Errorf("fields: %s has no field %q", b.Collection, field)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(constraints)) {
		c := constraints[field]
		_, asked := b.Fields.Require[field]
		switch {
		case c.Type == incompatible:
			return fault.Failedf("the connector cannot take the field %q of %s: %s", field, b.Collection, c.Reason)
		case c.Type == fieldForbidden && asked:
			return b.Errorf("the connector does not take the field %q: %s", field, c.Reason)
		case c.Type == fieldRequired && slices.Contains(b.Fields.Exclude, field):
			return b.Errorf("the connector needs the field %q: %s", field, c.Reason)
		case c.Type == fieldRequired && !known[field]:
			return b.Errorf("the connector needs the field %q, and %s has none: %s", field, b.Collection, c.Reason)
		case !known[field]:
			return fault.Failedf("the connector broke the protocol: it has a constraint for the field %q, which %s does not have", field, b.Collection)
		}
	}
	return nil
}
