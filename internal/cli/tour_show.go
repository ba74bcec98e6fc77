package cli

import (
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/tour"
)

func showStage(p *ui.Page, r *tour.Result, keep bool) {
	where := "gone at the end"
	if keep {
		where = "kept"
	}
	p.Headline("touring", r.Monorepo, where)
	engineText := "none answers, so no image is built"
	if r.Engine != nil {
		engineText = r.Engine.Name
	}
	p.Facts(
		ui.Fact{Label: "monorepo", Value: "one connector, one workflow with a matrix"},
		ui.Fact{Label: "upstream", Value: "../upstream: four commits; the third changes the licence"},
		ui.Fact{Label: "engine", Value: engineText},
	)
}

func showStep(p *ui.Page, s *tour.Step, total int) {
	p.Line(fmt.Sprintf("%s %s  %s", p.Dim(fmt.Sprintf("%d/%d", s.Number, total)), p.Bold(s.Name), s.Title))
}

func showRan(p *ui.Page, c *tour.Command) {
	head, left, tail := c.Shown()
	p.Quote(head...)
	if left > 0 {
		p.Skip(left)
	}
	p.Quote(tail...)
	if c.Why != "" && c.Exit == c.Expected {
		p.Quote(p.Dim(fmt.Sprintf("(exit code %d, as it should be: %s)", c.Exit, c.Why)))
	}
}

// mostFiles are listed one by one; of more the folders are.
const mostFiles = 4

func showEffect(p *ui.Page, s *tour.Step) {
	if s.Skipped != "" {
		for _, c := range s.Commands {
			p.Line(p.Dim("$ " + c.Line))
		}
		p.Quote("left out: " + s.Skipped)
		return
	}
	if len(s.Effect.Files) == 0 {
		p.Facts(ui.Fact{Label: "changed", Value: p.Dim("nothing")})
		return
	}
	label := "changed"
	for _, g := range tourFiles(s.Effect.Files) {
		p.Facts(ui.Fact{Label: label, Value: g})
		label = ""
	}
}

// tourFiles gives a line a file, or a folder when there are many.
func tourFiles(files []tour.File) []string {
	type group struct {
		name                  string
		files, added, deleted int
	}
	var list []*group
	for _, f := range files {
		name := f.Path
		if top, _, ok := strings.Cut(f.Path, "/"); ok && len(files) > mostFiles {
			name = top + "/"
		}
		if len(list) == 0 || list[len(list)-1].name != name {
			list = append(list, &group{name: name})
		}
		g := list[len(list)-1]
		g.files, g.added, g.deleted = g.files+1, g.added+f.Added, g.deleted+f.Deleted
	}
	var lines []string
	for _, g := range list {
		line := g.name
		if strings.HasSuffix(line, "/") {
			line += "  " + count(g.files, "file")
		}
		line += fmt.Sprintf("  +%d", g.added)
		if g.deleted > 0 {
			line += fmt.Sprintf(" -%d", g.deleted)
		}
		lines = append(lines, line)
	}
	return lines
}

func showEnd(p *ui.Page, r *tour.Result, folder string) {
	commands, skipped := 0, 0
	for _, s := range r.Steps {
		if s.Skipped != "" {
			skipped++
			continue
		}
		commands += len(s.Commands)
	}
	text := fmt.Sprintf("%d commands, %s", commands, seconds(r.Seconds))
	if skipped > 0 {
		text += fmt.Sprintf(", %d step left out", skipped)
	}
	p.Line("")
	if r.Folder == "" {
		p.Headline("done:", "nothing of it is left", text)
		p.Next("connkit tour --keep connkit-tour", "connkit new source-mine", "connkit doctor")
		return
	}
	p.Headline("kept", folder, text)
	p.Facts(
		ui.Fact{Label: "monorepo", Value: folder + "/connectors  (its README.md tells what to try)"},
		ui.Fact{Label: "age key", Value: folder + "/age-keys.txt"},
	)
	p.Next("cd "+shellWords([]string{folder + "/connectors"})+" && . ../environment.sh", "git log --stat", "connkit run preview source-weather --sessions 1")
}
