package cli

import (
	"bytes"
	"context"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/ui"
	"github.com/connkit/connkit/pkg/secrets"
	"github.com/connkit/connkit/pkg/workspace"
)

// sayEncrypted prints what became of each file. One file's error is the command's own.
func (a *app) sayEncrypted(ctx context.Context, list []*secrets.Encrypted, record workspace.Record, dryRun bool) error {
	bad := 0
	var errs []error
	for _, e := range list {
		if errs = append(errs, e.Err); e.Err != nil {
			bad++
		}
		for _, note := range e.Notes {
			a.ui.Warn("%s: %s", e.File, note)
		}
	}
	if ctx.Err() != nil && bad > 0 {
		return ctx.Err()
	}
	if bad == 1 && len(list) == 1 {
		return list[0].Err
	}
	var err error
	if bad > 0 {
		err = fault.Failedf("encrypting: %d of %d files were not encrypted", bad, len(list))
	}
	result := struct {
		Files  []encryptedFile `json:"files"`
		DryRun bool            `json:"dryRun"`
	}{encryptedFiles(list), dryRun}
	return a.sayEach("encrypt", result, err, errs, func(p *ui.Page) {
		showEncrypted(p, list, dryRun)
		a.showRecord(p, record, dryRun)
	})
}

// encryptedFile is an entry of the JSON result.
type encryptedFile struct {
	*secrets.Encrypted
	outcome
}

// outcome tells how it went with one file of several.
type outcome struct {
	OK    bool       `json:"ok"`
	Error string     `json:"error,omitempty"`
	Hint  string     `json:"hint,omitempty"`
	Kind  fault.Kind `json:"kind,omitempty"`
}

func outcomeOf(err error) outcome {
	if err == nil {
		return outcome{OK: true}
	}
	return outcome{Error: err.Error(), Hint: fault.HintOf(err), Kind: fault.KindOf(err)}
}

func encryptedFiles(list []*secrets.Encrypted) []encryptedFile {
	out := make([]encryptedFile, len(list))
	for i, e := range list {
		out[i] = encryptedFile{e, outcomeOf(e.Err)}
	}
	return out
}

func showEncrypted(p *ui.Page, list []*secrets.Encrypted, dryRun bool) {
	verb := "encrypted"
	if dryRun {
		verb = "would encrypt"
	}
	for _, e := range list {
		if e.Err != nil {
			continue
		}
		if dryRun {
			p.Diff(unified(e.File, e.Before, e.After))
		}
		p.Headline(verb, e.File, count(e.Values, "value"))
		p.Facts(ui.Fact{Label: "keys from", Value: e.Source}, ui.Fact{Label: "for", Value: strings.Join(e.Keys, ", ")})
	}
}

func (a *app) showRecord(p *ui.Page, r workspace.Record, dryRun bool) {
	file := a.relative(r.File)
	switch {
	case bytes.Equal(r.Before, r.After):
	case dryRun && r.Before == nil:
		p.Diff(additions(file, r.After))
	case dryRun:
		p.Diff(unified(file, r.Before, r.After))
	default:
		p.Line("recorded in " + file + " what may stay in clear")
	}
}
