package imports

import (
	"path/filepath"
	"strings"

	"github.com/connkit/connkit/internal/fault"
)

// choose gives the imports that are meant by Dests: those at a path, below it, or around it.
func (r *repo) choose(all []*Import) ([]*Import, error) {
	if len(r.opts.Dests) == 0 {
		return all, nil
	}
	wanted := map[*Import]bool{}
	for _, arg := range r.opts.Dests {
		some := r.meant(all, arg)
		if len(some) == 0 {
			var names []string
			for _, im := range all {
				names = append(names, im.Dest)
			}
			e := fault.Usagef("choosing the import %q: nothing was imported there", arg)
			if near := fault.Nearest(arg, names); near != "" {
				return nil, e.WithHint("did you mean %s", near)
			}
			return nil, e.WithHint("connkit upstream list shows all imports")
		}
		for _, im := range some {
			wanted[im] = true
		}
	}
	var list []*Import
	for _, im := range all {
		if wanted[im] {
			list = append(list, im)
		}
	}
	return list, nil
}

func (r *repo) meant(all []*Import, arg string) []*Import {
	places := []string{r.opts.Root, r.opts.Dir}
	if arg == "." || arg == ".." || strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "../") {
		places = []string{r.opts.Dir, r.opts.Root}
	}
	for _, place := range places {
		full := filepath.Clean(arg)
		if !filepath.IsAbs(arg) {
			full = filepath.Join(place, arg)
		}
		if real, err := filepath.EvalSymlinks(full); err == nil {
			full = real
		}
		rel, err := filepath.Rel(r.Top, full)
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		if some := within(all, filepath.ToSlash(rel)); len(some) > 0 {
			return some
		}
	}
	return nil
}

func within(all []*Import, p string) []*Import {
	var at, around []*Import
	for _, im := range all {
		switch {
		case im.Dest == p || p == "." || strings.HasPrefix(im.Dest, p+"/"):
			at = append(at, im)
		case strings.HasPrefix(p, im.Dest+"/") && (around == nil || len(im.Dest) > len(around[0].Dest)):
			around = []*Import{im} // of one within another the inner one is meant
		}
	}
	if len(at) > 0 {
		return at
	}
	return around
}
