package history_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/gitcmd"
	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/history"
	"github.com/connkit/connkit/pkg/upstream/remote"
)

// files is what a commit holds, by path.
type files map[string]string

func (f files) List(_ context.Context, dir string) ([]license.Entry, error) {
	seen := map[string]license.Entry{}
	for p, text := range f {
		rest, ok := strings.CutPrefix("/"+p, strings.TrimSuffix("/"+dir, "/")+"/")
		if !ok {
			continue
		}
		name, _, deeper := strings.Cut(rest, "/")
		seen[name] = license.Entry{Name: name, Dir: deeper, Link: !deeper && strings.HasPrefix(text, "-> "), Blob: text}
	}
	if len(seen) == 0 {
		return nil, fs.ErrNotExist
	}
	list := slices.Collect(maps.Values(seen))
	slices.SortFunc(list, func(a, b license.Entry) int { return strings.Compare(a.Name, b.Name) }) // as a tree of git is
	return list, nil
}

func (f files) Read(_ context.Context, paths ...string) (map[string]license.Blob, error) {
	got := map[string]license.Blob{}
	for _, p := range paths {
		if text, ok := f[p]; ok {
			got[p] = license.Blob{Path: p, Text: []byte(strings.TrimPrefix(text, "-> "))}
		}
	}
	return got, nil
}

func sorted(f files) []string { return slices.Sorted(maps.Keys(f)) }

func (f files) has(dir string) bool {
	for p := range f {
		if dir == "" || p == dir || strings.HasPrefix(p, dir+"/") {
			return true
		}
	}
	return false
}

// past is a history that was made up: contents and parents by the commits' names.
type past struct {
	dir     string
	content map[string]files
	parents map[string][]string
	ids     []string                    // in the order in which they were written
	ruled   map[string]license.Evidence // by commit and path: looking at a commit takes long
}

// effective is what licence a path has in a commit.
func (p past) effective(t *testing.T, commit, path string) license.Evidence {
	t.Helper()
	e, known := p.ruled[commit+" "+path]
	if !known {
		var err error
		if e, err = license.Effective(t.Context(), p.content[commit], path); err != nil {
			t.Fatal(err)
		}
		p.ruled[commit+" "+path] = e
	}
	return e
}

func licenceText(tb testing.TB, id string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "license", "testdata", "texts", id+".txt"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// writeSteps makes a repository of commits in a row that each change some files.
func writeSteps(tb testing.TB, steps []files) past {
	tb.Helper()
	p := past{dir: tb.TempDir()}
	testkit.Git(tb, p.dir, "init", "-q", "-b", "main")
	var b strings.Builder
	for i, step := range steps {
		fmt.Fprintf(&b, "commit refs/heads/main\ncommitter Ann <ann@example.com> %d +0000\ndata 2\nc\n", 1_000_000+i)
		for _, name := range sorted(step) {
			fmt.Fprintf(&b, "M 100644 inline %q\ndata %d\n%s\n", name, len(step[name]), step[name])
		}
		b.WriteString("\n")
	}
	if _, err := (gitcmd.Git{Dir: p.dir}).Feed(tb.Context(), strings.NewReader(b.String()), "fast-import", "--quiet"); err != nil {
		tb.Fatal(err)
	}
	return p
}

// write makes the history a repository, by one git fast-import.
func write(t *testing.T, states []files, parents [][]int, dates []int) past {
	t.Helper()
	p := past{t.TempDir(), map[string]files{}, map[string][]string{}, nil, map[string]license.Evidence{}}
	testkit.Git(t, p.dir, "init", "-q", "-b", "main")
	var b strings.Builder
	for i, state := range states {
		if len(parents[i]) == 0 {
			b.WriteString("reset refs/heads/main\n\n") // or it would follow the commit before
		}
		fmt.Fprintf(&b, "commit refs/heads/main\nmark :%d\ncommitter Ann <ann@example.com> %d +0000\ndata 2\nc\n", i+1, dates[i])
		for n, parent := range parents[i] {
			fmt.Fprintf(&b, "%s :%d\n", []string{"from", "merge"}[min(n, 1)], parent+1)
		}
		b.WriteString("deleteall\n")
		for _, name := range sorted(state) {
			mode, text := "100644", state[name]
			if to, link := strings.CutPrefix(text, "-> "); link {
				mode, text = "120000", to
			}
			fmt.Fprintf(&b, "M %s inline %q\ndata %d\n%s\n", mode, name, len(text), text)
		}
		b.WriteString("\n")
	}
	marks := filepath.Join(p.dir, ".git", "marks")
	if _, err := (gitcmd.Git{Dir: p.dir}).Feed(t.Context(), strings.NewReader(b.String()), "fast-import", "--quiet", "--export-marks="+marks); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(marks)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(states))
	p.ids = ids
	for line := range strings.Lines(string(text)) {
		mark, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, _ := strconv.Atoi(mark[1:])
		ids[n-1] = id
	}
	for i, id := range ids {
		p.content[id] = states[i]
		for _, parent := range parents[i] {
			p.parents[id] = append(p.parents[id], ids[parent])
		}
	}
	return p
}

// read fetches the history into a quarantine.
func (p past) read(tb testing.TB, trees, firstParent bool, tips ...string) *history.Log {
	tb.Helper()
	config, err := remote.ReadConfig(tb.Context(), gitcmd.Git{Dir: p.dir})
	if err != nil {
		tb.Fatal(err)
	}
	r, err := remote.Find(config, p.dir, p.dir, p.dir)
	if err != nil {
		tb.Fatal(err)
	}
	q, err := remote.Open(tb.Context(), r, remote.Options{Cache: tb.TempDir(), Format: "sha1", Config: config})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(q.Close)
	whole, err := q.Past(tb.Context(), trees)
	if err != nil {
		tb.Fatal(err)
	}
	if len(tips) == 0 {
		tips = []string{"main"}
	}
	l, err := history.Read(tb.Context(), whole, firstParent, tips...)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

var ids = []string{"MIT", "Elastic-2.0", "Apache-2.0"}

const (
	oldHome = "group/source-x"
	newHome = "group/connectors/source-x"
)

// generator makes random histories of a connector whose licence stands now here, now there.
type generator struct {
	*rand.Rand
	texts   map[string]string
	states  []files
	parents [][]int
	dates   []int
}

func (g *generator) pick(list ...string) string { return list[g.IntN(len(list))] }

func home(f files) string {
	for _, h := range []string{newHome, oldHome} {
		if f.has(h) {
			return h
		}
	}
	return ""
}

// step changes something.
func (g *generator) step(now files, i int) {
	at := home(now)
	if at == "" {
		at = g.pick(newHome, oldHome)
		now[at+"/main.py"] = "back\n"
	}
	switch g.IntN(12) {
	case 0, 1:
		now[at+"/metadata.yaml"] = "data:\n  license: " + g.pick(ids...) + "\n"
	case 2:
		delete(now, at+"/metadata.yaml")
	case 3:
		now[at+"/LICENSE"] = g.texts[g.pick(ids...)]
	case 4:
		delete(now, at+"/LICENSE")
	case 5:
		now["group/LICENSE"] = g.texts[g.pick(ids...)]
	case 6:
		delete(now, "group/LICENSE")
	case 7:
		now["LICENSE"] = g.texts[g.pick(ids...)]
	case 8:
		now[at+"/util.py"] = "# SPDX-License-Identifier: " + g.pick(ids...) + "\nx = 1\n"
	case 9:
		to := newHome
		if at == newHome {
			to = oldHome
		}
		for p, text := range maps.Clone(now) {
			if rest, ok := strings.CutPrefix(p, at+"/"); ok {
				delete(now, p)
				now[to+"/"+rest] = text
			}
		}
	case 10:
		now[at+"/COPYING"] = "-> ../" + strings.Repeat("../", strings.Count(at, "/")) + "legal/text"
		now["legal/text"] = g.texts[g.pick(ids...)]
	default:
		now[g.pick(at+"/main.py", "other/file.py", "legal/text")] = fmt.Sprintf("version %d\n", i)
	}
}

// mix merges two states: the connector from one side, what is above from either.
func (g *generator) mix(a, b files) files {
	if g.IntN(2) == 0 {
		a, b = b, a
	}
	m := maps.Clone(a)
	for _, p := range []string{"LICENSE", "group/LICENSE", "legal/text", "other/file.py"} {
		if text, ok := b[p]; ok && g.IntN(2) == 0 {
			m[p] = text
		}
	}
	return m
}

func generate(t *testing.T, seed uint64, n int, linear bool) past {
	t.Helper()
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), texts: map[string]string{}}
	for _, id := range ids {
		g.texts[id] = licenceText(t, id)
	}
	start := files{oldHome + "/main.py": "start\n", oldHome + "/a/b.py": "b\n", oldHome + "/icon.png": "png", "README.md": "x\n", "LICENSE": g.texts["MIT"]}
	g.states, g.parents, g.dates = []files{start}, [][]int{nil}, []int{1_000_000}
	for i := 1; i < n; i++ {
		from := max(0, i-1-g.IntN(4))
		if linear {
			from = i - 1
		}
		parents := []int{from}
		now := maps.Clone(g.states[from])
		if !linear && (i > 3 && g.IntN(4) == 0 || i == n-1) {
			parents = []int{i - 1}
			now = maps.Clone(g.states[i-1])
			if other := g.IntN(i - 1 + 1); other != i-1 {
				parents = append(parents, other)
				now = g.mix(g.states[i-1], g.states[other])
			}
		}
		if len(parents) == 1 || g.IntN(3) == 0 {
			g.step(now, i)
		}
		g.states, g.parents = append(g.states, now), append(g.parents, parents)
		g.dates = append(g.dates, g.dates[from]+g.IntN(50)-5)
	}
	return write(t, g.states, g.parents, g.dates)
}

// brute is the answer that a walk gives which looks at every commit by itself.
func (p past) brute(t *testing.T, order []string, path, id string, firstParent bool) (commit, at string, granted map[string]bool) {
	t.Helper()
	claim, err := license.Parse(id)
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{order[0]: path}
	granted = map[string]bool{}
	for _, c := range order {
		here := p.content[c].has(paths[c])
		for n, parent := range p.parents[c] {
			if firstParent && n > 0 {
				break
			}
			if _, told := paths[parent]; told {
				continue
			}
			paths[parent] = paths[c]
			if before := p.content[parent]; here && !before.has(paths[c]) && p.moved(parent, c, home(before), paths[c]) {
				paths[parent] = home(before)
			}
		}
		if !here {
			continue
		}
		e := p.effective(t, c, paths[c])
		if granted[c] = e.Proven() && e.License.Grants(claim); granted[c] && commit == "" {
			commit, at = c, paths[c]
		}
	}
	return commit, at, granted
}

// moved tells whether more than half of the files came unchanged from another place, and are gone there.
func (p past) moved(parent, commit, from, to string) bool {
	same, all := 0, 0
	for name, text := range p.content[commit] {
		rest, ok := strings.CutPrefix(name, to+"/")
		if !ok {
			continue
		}
		all++
		if _, still := p.content[commit][from+"/"+rest]; from != "" && !still && p.content[parent][from+"/"+rest] == text {
			same++
		}
	}
	return 2*same > all
}
