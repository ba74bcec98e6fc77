package imports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Notice writes a NOTICE of the imports: where each comes from and under which
// licence, and all licence texts and notices that came along, each once. missing
// are the imports whose texts the repository does not hold.
func Notice(ctx context.Context, o Options, list []*Import) (text string, missing []string, err error) {
	r, err := open(ctx, o)
	if err != nil {
		return "", nil, err
	}
	var b strings.Builder
	b.WriteString("This repository holds work of others.\n")
	var order []string // texts, in the order in which they come
	of := map[string][]string{}
	for _, im := range list {
		if im.Gone || im.Problem != "" {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n  from     %s\n  path     %s\n  commit   %s\n  licence  %s\n", im.Dest, orNothing(im.Repository), im.Label(), im.Commit, orNothing(im.License.ID))
		texts, err := r.licenceTexts(ctx, im)
		if err != nil {
			return "", nil, err
		}
		if len(texts) == 0 {
			missing = append(missing, im.Dest)
			fmt.Fprintf(&b, "  text     %s of the repository above\n", im.License.Path)
		}
		for _, t := range texts {
			body := clean(t.text)
			if of[body] == nil {
				order = append(order, body)
			}
			if !slices.Contains(of[body], im.Dest) {
				of[body] = append(of[body], im.Dest)
			}
		}
	}
	for _, body := range order {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s", strings.Repeat("-", 72), strings.Join(of[body], ", "), body)
	}
	return b.String(), missing, nil
}

// clean makes a text one of UTF-8 with plain line ends and one at its end.
func clean(text string) string {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "?")
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Trim(text, "\n") + "\n"
}
