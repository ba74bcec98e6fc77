package doctest

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	linkRE = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)
	codeRE = regexp.MustCompile("`[^`]*`")
)

// TestLinks follows every link within the repository, to the heading that it names.
func TestLinks(t *testing.T) {
	t.Parallel()
	all := map[string]page{}
	for _, p := range pages(t) {
		all[p.file] = p
	}
	followed := 0
	for _, p := range all {
		for _, l := range p.prose {
			for _, target := range links(l.text) {
				followed++
				if problem := follow(all, p.file, target); problem != "" {
					t.Errorf("%s:%d: %s: %s", p.file, l.number, target, problem)
				}
			}
		}
	}
	if followed < 100 {
		t.Errorf("%d links were followed: there are more", followed)
	}
}

// links gives the targets of a line's links that lead to no other site.
func links(text string) []string {
	text = codeRE.ReplaceAllStringFunc(text, func(s string) string { return strings.Map(plain, s) })
	var targets []string
	for _, m := range linkRE.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[1], "://") && !strings.HasPrefix(m[1], "mailto:") {
			targets = append(targets, m[1])
		}
	}
	return targets
}

// plain takes what looks like a link out of code.
func plain(r rune) rune {
	if strings.ContainsRune("[]()", r) {
		return '.'
	}
	return r
}

// follow tells what is wrong with a link, or "".
func follow(all map[string]page, from, target string) string {
	file, anchor, _ := strings.Cut(target, "#")
	to := from
	if file != "" {
		to = path.Clean(path.Join(path.Dir(from), file))
	}
	if strings.HasPrefix(to, "../") {
		return "it leads out of the repository"
	}
	info, err := os.Stat(filepath.Join(top, filepath.FromSlash(to)))
	if err != nil {
		return "there is no such file"
	}
	if info.IsDir() && anchor != "" {
		return "a folder has no headings"
	}
	p, ok := all[to]
	if anchor != "" && (!ok || !p.has(anchor)) {
		return "there is no such heading"
	}
	return ""
}

func TestFollow(t *testing.T) {
	t.Parallel()
	all := map[string]page{"docs/ci.md": parsePage("docs/ci.md", "# connkit ci\n## Which matrix\n"), "README.md": parsePage("README.md", "# x\n")}
	for target, want := range map[string]string{
		"#which-matrix": "", "ci.md": "", "ci.md#which-matrix": "", "../README.md#x": "", "adr": "",
		"#nope": "there is no such heading", "nope.md": "there is no such file", "../../x": "it leads out of the repository", "adr#x": "a folder has no headings",
	} {
		if got := follow(all, "docs/ci.md", target); got != want {
			t.Errorf("%s: got %q, want %q", target, got, want)
		}
	}
	if got := links("[a](b.md) and `[x](y)` [c](https://example.com) [`d()`](e.md#f)"); strings.Join(got, " ") != "b.md e.md#f" {
		t.Errorf("got %q", got)
	}
}
