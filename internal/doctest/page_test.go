package doctest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const top = "../.."

// page is a Markdown file as the tests read it.
type page struct {
	file     string // from the root of the repository
	lines    []string
	blocks   []block
	headings []heading
	comments []comment
	prose    []line // lines outside of code blocks
}

type block struct {
	lang string
	line int // 1-based, of the fence
	body []string
}

type heading struct {
	level int
	line  int
	text  string
	slug  string
}

type comment struct {
	line      int
	key, text string // <!-- key: text -->
}

type line struct {
	number int
	text   string
}

var (
	fence      = regexp.MustCompile("^\\s*(```+)\\s*([a-z]*)\\s*$")
	headingRE  = regexp.MustCompile(`^(#{1,6}) +(.+?) *$`)
	commentRE  = regexp.MustCompile(`^<!-- (monorepo|needs|run|page): ?(.*?) ?-->$`)
	notInSlugs = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
)

// pages reads the Markdown of the repository that people read: not what templates render.
func pages(t *testing.T) []page {
	t.Helper()
	files := []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md"}
	err := filepath.WalkDir(filepath.Join(top, "docs"), func(path string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			rel, _ := filepath.Rel(top, path)
			files = append(files, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []page
	for _, f := range files {
		all = append(all, readPage(t, f))
	}
	return all
}

func readPage(t *testing.T, file string) page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return parsePage(file, string(text))
}

func parsePage(file, text string) page {
	p := page{file: file, lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	slugs := map[string]int{}
	open := ""
	for i, l := range p.lines {
		m := fence.FindStringSubmatch(l)
		switch {
		case open != "" && m != nil && m[1] == open && m[2] == "":
			open = ""
		case open != "":
			b := &p.blocks[len(p.blocks)-1]
			b.body = append(b.body, l)
		case m != nil:
			open = m[1]
			p.blocks = append(p.blocks, block{lang: m[2], line: i + 1})
		default:
			p.outside(i+1, l, slugs)
		}
	}
	return p
}

// outside takes a line that stands in no code block.
func (p *page) outside(number int, l string, slugs map[string]int) {
	if m := headingRE.FindStringSubmatch(l); m != nil {
		p.headings = append(p.headings, heading{len(m[1]), number, m[2], slug(m[2], slugs)})
	}
	if m := commentRE.FindStringSubmatch(l); m != nil {
		p.comments = append(p.comments, comment{number, m[1], m[2]})
		return
	}
	p.prose = append(p.prose, line{number, l})
}

// slug gives the anchor of a heading as GitHub makes it.
func slug(text string, seen map[string]int) string {
	text = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(text, "$1")
	s := strings.ReplaceAll(notInSlugs.ReplaceAllString(strings.ToLower(text), ""), " ", "-")
	n := seen[s]
	seen[s]++
	if n > 0 {
		return s + "-" + string(rune('0'+n))
	}
	return s
}

func (p *page) has(anchor string) bool {
	return slices.ContainsFunc(p.headings, func(h heading) bool { return h.slug == anchor })
}

// section gives the lines below a heading of the second level, or nil.
func (p *page) section(name string) []string {
	for i, h := range p.headings {
		if h.level != 2 || h.text != name {
			continue
		}
		end := len(p.lines)
		for _, next := range p.headings[i+1:] {
			if next.level <= 2 {
				end = next.line - 1
				break
			}
		}
		return p.lines[h.line:end]
	}
	return nil
}

func TestParsePage(t *testing.T) {
	t.Parallel()
	p := parsePage("x.md", "# A `b` c\n<!-- monorepo: plain -->\n```console\n$ ls\n# no heading\n```\n## A b c\ntext\n\n## A b c\n````sh\n```\n````\n")
	if len(p.blocks) != 2 || p.blocks[0].line != 3 || p.blocks[0].lang != "console" || len(p.blocks[0].body) != 2 || len(p.blocks[1].body) != 1 {
		t.Errorf("got blocks %+v", p.blocks)
	}
	var slugs []string
	for _, h := range p.headings {
		slugs = append(slugs, h.slug)
	}
	if !slices.Equal(slugs, []string{"a-b-c", "a-b-c-1", "a-b-c-2"}) {
		t.Errorf("got %q", slugs)
	}
	if len(p.comments) != 1 || p.comments[0] != (comment{2, "monorepo", "plain"}) {
		t.Errorf("got %+v", p.comments)
	}
	if got := p.section("A b c"); !slices.Equal(got, []string{"text", ""}) {
		t.Errorf("got %q", got)
	}
}
