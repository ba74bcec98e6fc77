package history

import "context"

// Behind counts the commits that a tip has and an older one does not: those
// that made of a path what none of their parents has, and all. Without merges
// that is what git rev-list --count OLDER..TIP -- PATH says.
type Behind struct {
	Path  int `json:"path"`
	Total int `json:"total"`
}

// Ask is one question of [Log.Behind].
type Ask struct{ From, Tip, Path string }

// Behind answers several questions with few requests: the trees that lead to
// the paths are fetched level by level. All commits have to be in the log.
func (l *Log) Behind(ctx context.Context, asks ...Ask) ([]Behind, error) {
	newer := make([][]bool, len(asks))
	var spots []spot
	for n, a := range asks {
		newer[n] = l.reach(l.at[a.Tip])
		old := l.reach(l.at[a.From])
		for i := range newer[n] {
			newer[n][i] = newer[n][i] && !old[i]
		}
		for i := range newer[n] {
			if newer[n][i] && a.Path != "" {
				spots = append(spots, spot{i, a.Path})
				for _, p := range l.commits[i].parents {
					spots = append(spots, spot{p, a.Path})
				}
			}
		}
	}
	if err := l.warm(ctx, spots); err != nil {
		return nil, err
	}
	answers := make([]Behind, len(asks))
	for n, a := range asks {
		for i, is := range newer[n] {
			if !is {
				continue
			}
			answers[n].Total++
			changed, err := l.changed(ctx, i, a.Path)
			if err != nil {
				return nil, err
			}
			if changed {
				answers[n].Path++
			}
		}
	}
	return answers, nil
}

// changed tells whether a commit made of a path what none of its parents has.
func (l *Log) changed(ctx context.Context, i int, path string) (bool, error) {
	mine, err := l.place(ctx, i, path)
	if err != nil {
		return false, err
	}
	for _, p := range l.commits[i].parents {
		its, err := l.place(ctx, p, path)
		if err != nil || its.entry.ID == mine.entry.ID && its.entry.Mode == mine.entry.Mode {
			return false, err
		}
	}
	return len(l.commits[i].parents) > 0 || !mine.entry.IsZero(), nil
}
