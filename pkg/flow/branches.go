package flow

import "slices"

// fittingOf leaves out the branches with a constant, or a list of the values
// that there may be, that the value contradicts; when all do, none is left out.
func (f *secretFinder) fittingOf(branches []any, value any) []any {
	object, ok := value.(map[string]any)
	if !f.fitting || !ok {
		return branches
	}
	fit := slices.DeleteFunc(slices.Clone(branches), func(b any) bool { return f.contradicts(b, object, 0) })
	if len(fit) == 0 {
		return branches
	}
	return fit
}

func (f *secretFinder) contradicts(schema any, object map[string]any, depth int) bool {
	s, _ := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok && depth < 10 {
		return f.contradicts(referred(f.root, ref), object, depth+1)
	}
	properties, _ := s["properties"].(map[string]any)
	for key, value := range object {
		name, _ := f.bareName(key)
		p, _ := properties[name].(map[string]any)
		if want, ok := p["const"]; ok && isScalar(want) && isScalar(value) && want != value {
			return true
		}
		if allowed, ok := p["enum"].([]any); ok && isScalar(value) && !slices.ContainsFunc(allowed, func(a any) bool { return !isScalar(a) || a == value }) {
			return true
		}
	}
	return false
}

func isScalar(v any) bool {
	switch v.(type) {
	case string, bool:
		return true
	}
	return false // numbers are written in more than one way
}
