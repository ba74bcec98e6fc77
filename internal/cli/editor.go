package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// editors are looked for when no variable names one.
var editors = []string{"vim", "nano", "vi"}

// editor gives the command line that opens a file in the user's editor, but for
// the file. One that nobody named needs a terminal: it would wait for keys for ever.
func (a *app) editor(terminal bool) ([]string, error) {
	for _, variable := range []string{"SOPS_EDITOR", "EDITOR"} {
		command := strings.TrimSpace(a.getenv(variable))
		if command == "" {
			continue
		}
		if strings.ContainsAny(command, "|&;<>()$`\\\"' \t\n*?[#~=%") { // as git does it
			return discreet([]string{"sh", "-c", command + ` "$@"`, command}, strings.Fields(command)[0]), nil
		}
		if _, err := proc.Look(command); err != nil {
			return nil, fault.Environmentf("looking for the editor: $%s is %q, which is not there", variable, command).WithHint("export EDITOR=nano")
		}
		return discreet([]string{command}, command), nil
	}
	if !terminal {
		return nil, fault.Environmentf("looking for an editor: neither $SOPS_EDITOR nor $EDITOR names one, and there is no terminal for %s", strings.Join(editors, ", ")).
			WithHint("connkit secrets set changes one value without an editor")
	}
	for _, name := range editors {
		if _, err := proc.Look(name); err == nil {
			return discreet([]string{name}, name), nil
		}
	}
	return nil, fault.Environmentf("looking for an editor: none of $SOPS_EDITOR, $EDITOR, %s is there", strings.Join(editors, ", ")).
		WithHint("export EDITOR='code --wait', or another one")
}

// discreet keeps Vim from writing what it edits anywhere else: to its swap, undo
// and backup files, and to the history that it remembers.
func discreet(argv []string, program string) []string {
	path, err := proc.Look(program)
	if err != nil {
		return argv
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if name := filepath.Base(path); strings.HasPrefix(name, "vim") || strings.HasPrefix(name, "nvim") {
		return append(argv, "-n", "-i", "NONE", "-c", "silent! set noundofile nobackup nowritebackup")
	}
	return argv
}

// runEditor lets the user edit a file. Temporary files of the editor go to the folder of the file.
func (a *app) runEditor(ctx context.Context, argv []string, file string) error {
	a.ui.Done()
	out := a.streams.Out
	if a.ui.JSON || !a.ui.OutIsTerminal() {
		out = a.streams.Err // stdout holds the result alone
	}
	err := proc.Foreground(ctx, proc.Cmd{
		Argv:  append(append([]string{}, argv...), file),
		Env:   []string{"TMPDIR=" + filepath.Dir(file)},
		Stdin: a.streams.In, Stdout: out, Stderr: a.streams.Err,
	})
	var failed *proc.Error
	if !errors.As(err, &failed) {
		return err
	}
	name := argv[0]
	if name == "sh" {
		name = argv[3]
	}
	if argv[0] == "sh" && (failed.Status == 127 || failed.Status == 126) {
		return fault.Environmentf("starting the editor: %q cannot be run", name).WithHint("export EDITOR=nano")
	}
	return fault.Failedf("the editor %q ended with status %d: nothing is written", name, failed.Status)
}

// holdSignals keeps a second signal from ending the program while a plain text is
// on the disk: a closed terminal sends several. It gives what ends the hold.
func holdSignals() func() {
	held := make(chan os.Signal, 1)
	signal.Notify(held, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	return func() { signal.Stop(held) }
}
