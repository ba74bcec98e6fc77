package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/pkg/secrets"
)

func newEditCmd(a *app) *cobra.Command {
	var opts secrets.EditOptions
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "edit FILE",
		Short: "Edit an encrypted config in clear",
		Long: `Open an encrypted config in clear in $SOPS_EDITOR, else $EDITOR, and encrypt what comes out.
Values that stay keep their ciphertext and the text keeps its layout, so that the diff is the
edit, the date and the signature. What connkit encrypt refuses is refused here too.

The plain text stands in a folder of its own that only you can read, in memory where the
system has a place for that, and is gone when the command ends, however it does. A file that
changes on the disk meanwhile is not overwritten. A file that is not there yet is made.`,
		Example: `  connkit edit source-bigdata/config.yaml
  EDITOR='code --wait' connkit edit source-bigdata/config.yaml`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, err := a.files(args)
			if err != nil {
				return err
			}
			given := opts.Create.Allow
			if err := a.fillEdit(&opts); err != nil {
				return err
			}
			defer holdSignals()()
			r, err := secrets.Edit(cmd.Context(), files[0], opts)
			if err != nil {
				return err
			}
			return a.finishEdit(cmd.Context(), rewrites{command: "edit", verb: "edited", idle: "nothing was changed", given: given, dryRun: dryRun, list: []*secrets.Rewrite{r}})
		},
	}
	f := cmd.Flags()
	bindKeys(cmd, &opts.Create.Keys)
	a.sealedFlags(cmd, &opts.Format)
	f.StringArrayVar(&opts.Create.Allow, "allow-plaintext", nil, "`key` that looks secret and may stay in clear; repeat for more")
	f.BoolVarP(&dryRun, "dry-run", "n", false, "print the diff of the encrypted file, write nothing")
	return cmd
}

func (a *app) fillEdit(o *secrets.EditOptions) error {
	set, err := a.settings()
	if err != nil {
		return err
	}
	if err := a.fillEncrypt(&o.Create); err != nil {
		return err
	}
	a.fillOpen(&o.OpenOptions, set)
	argv, err := a.editor(a.ui.InIsTerminal())
	if err != nil {
		return err
	}
	o.Allow, o.Getenv = o.Create.Allow, a.getenv
	o.Editor = func(ctx context.Context, path string) error { return a.runEditor(ctx, argv, path) }
	if a.ui.CanAsk() {
		o.Again = func(refused error) bool { return a.editAgain(refused) }
	}
	o.Start = func(r *secrets.Rewrite) {
		if !a.ui.Quiet { // no progress line, which the editor would wipe away
			fmt.Fprintf(a.ui.ErrWriter(), "connkit: creating %s for %s (keys from %s): the values of keys that end in %s will be encrypted\n",
				r.File, strings.Join(r.Added, ", "), r.Source, o.Create.SuffixOr())
		}
	}
	return nil
}

// editAgain shows what is wrong with an edit, and asks whether the editor is to open again.
func (a *app) editAgain(refused error) bool {
	a.ui.Error("edit", refused)
	answer, err := a.ui.Ask(a.cmd.Context(), "Open the editor again", "y, or n to drop the edit", "y")
	if err == nil && isYes(answer) {
		return true
	}
	a.ui.Warn("the edit is dropped, the file is as it was")
	return false
}

// finishEdit writes what was edited. When the file has changed meanwhile, the edit
// can be kept beside it: encrypted, as nothing in clear is to be left on the disk.
func (a *app) finishEdit(ctx context.Context, all rewrites) error {
	err := a.finish(ctx, all)
	if fault.KindOf(err) != fault.Blocked || !a.ui.CanAsk() {
		return err
	}
	a.ui.Error("edit", err)
	r := all.list[0]
	kept := keptName(r.File)
	answer, asked := a.ui.Ask(ctx, "Keep the edit, encrypted, as "+kept, "y or n", "y")
	if asked != nil || !isYes(answer) {
		a.ui.Warn("the edit is dropped")
		return &saidError{err}
	}
	if err := os.WriteFile(a.absolute(kept), r.After, 0o600); err != nil {
		return fmt.Errorf("keeping the edit: %w", err)
	}
	a.ui.Warn("the edit is in %s", kept)
	return &saidError{err}
}

// keptName puts a mark before the last ending of a name, which tells the format.
func keptName(file string) string {
	ext := filepath.Ext(file)
	return strings.TrimSuffix(file, ext) + ".edit" + ext
}
