package scaffold

import (
	"maps"
	"slices"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// answer settles every question, adds the answers to vars and gives them. What
// is set wins, then a person is asked, then the default holds.
func (o *Options) answer(questions []Question, vars map[string]any) (map[string]string, error) {
	if err := o.checkKeys(questions); err != nil {
		return nil, err
	}
	answers := map[string]string{}
	for _, q := range questions {
		def, err := renderText("default of "+q.Name, q.Default, vars)
		if err != nil {
			return nil, err
		}
		q.Default = def
		a, err := o.settle(q)
		if err != nil {
			return nil, err
		}
		answers[q.Name] = a
		vars[q.Name] = a
	}
	return answers, nil
}

func (o *Options) settle(q Question) (string, error) {
	if a, ok := o.Set[q.Name]; ok {
		return a, q.check(a)
	}
	if o.Ask == nil || q.Default != "" && !o.AskAll {
		if err := q.check(q.Default); err != nil {
			return "", fault.Usagef("answering %q: it needs an answer", q.Name).WithHint("--set %s=VALUE", q.Name)
		}
		return q.Default, nil
	}
	for {
		a, err := o.Ask(q)
		if err != nil {
			return "", err
		}
		if err := q.check(a); err != nil {
			o.Step("%v", err)
			continue
		}
		return a, nil
	}
}

func (o *Options) checkKeys(questions []Question) error {
	var known []string
	for _, q := range questions {
		known = append(known, q.Name)
	}
	for _, key := range slices.Sorted(maps.Keys(o.Set)) {
		if !slices.Contains(known, key) {
			list := "nothing"
			if len(known) > 0 {
				list = strings.Join(known, ", ")
			}
			return fault.Usagef("answering %q: the template does not ask for it; it asks for %s", key, list)
		}
	}
	return nil
}
