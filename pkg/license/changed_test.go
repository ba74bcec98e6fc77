package license_test

import (
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/license"
)

// licences lists the ids of the texts in testdata.
func licences(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/texts/*.txt")
	if err != nil || len(files) < 40 {
		tb.Fatalf("%d texts, %v", len(files), err)
	}
	var list []string
	for _, f := range files {
		list = append(list, strings.TrimSuffix(filepath.Base(f), ".txt"))
	}
	return list
}

// A text in which somebody has changed what it says proves nothing, wherever the change is.
func TestAChangedTextProvesNothing(t *testing.T) {
	t.Parallel()
	end := regexp.MustCompile(`[.;]\s+`)
	for _, id := range licences(t) {
		if id == "BUSL-1.1" {
			continue // its parameters are the licensor's own words
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			plain := text(t, id)
			r := rand.New(rand.NewPCG(uint64(len(plain)), 1))
			terms := plain
			if at := strings.Index(plain, "END OF TERMS AND CONDITIONS"); at > 0 {
				terms = plain[:at] // what follows says how to apply them
			}
			places := [][]int{{0, 0}, {0, len(plain)}}
			if ends := end.FindAllStringIndex(terms, -1); len(ends) > 0 {
				places = append(places, ends[0], ends[len(ends)/4+r.IntN(len(ends)*3/4)])
			}
			added := []string{
				"The Software must not be used by competitors of the Licensor.", "Commercial use requires a fee that is agreed upon.",
				"This licence does not apply to the folder enterprise.", "The permission terminates on the first of January.",
			}
			for i, place := range places {
				at, more := place[1], added[(i+len(id))%len(added)]
				if i == 2 && (id == "NCSA" || strings.Contains(id, "GPL")) {
					continue // behind the holder's line within the text, which the patterns leave open
				}
				if e, got := effective(t, tree{"LICENSE": plain[:at] + "\n\n" + more + "\n\n" + plain[at:], "a.py": "x"}, ""); e.Proven() {
					t.Errorf("%q at %d of %d proves %s", more, at, len(plain), got)
				}
			}
		})
	}
}

// What is said in a language that is not read here is for a person who reads it.
func TestTermsInAnotherLanguage(t *testing.T) {
	t.Parallel()
	for _, terms := range []string{"本软件不得用于商业用途。", "Только для некоммерческого использования.", "商用利用は禁止されています", "للاستخدام غير التجاري فقط"} {
		for name, s := range map[string]string{"behind": text(t, "MIT") + "\n\n" + terms + "\n", "in front": terms + "\n\n" + text(t, "MIT"), "between": edit(t, text(t, "MIT"), "Permission is", terms+"\n\nPermission is")} {
			if e, got := effective(t, tree{"LICENSE": s, "a.py": "x"}, ""); e.Proven() {
				t.Errorf("%s, %s: proves %s", terms, name, got)
			}
		}
	}
	if e, got := effective(t, tree{"LICENSE": "Copyright (c) 2024 张三, Олег и др.\n\n" + text(t, "MIT"), "a.py": "x"}, ""); got != "MIT license-beside" {
		t.Errorf("a holder: got %q, doubts %q", got, e.Doubts)
	}
}

// Words of the terms that were turned round are noticed.
func TestATurnedWordIsNoticed(t *testing.T) {
	t.Parallel()
	for id, changes := range map[string][][2]string{
		"MIT":          {{"free of charge", "for a fee"}, {"without restriction", "with restrictions"}, {"sublicense", "display"}, {"shall be included", "may be left out"}, {"use, copy", "read, copy"}, {"any person", "any customer"}},
		"ISC":          {{"with or without fee", "without fee"}, {"Permission to use, copy", "Permission to copy"}, {"is hereby granted", "is hereby denied"}},
		"BSD-2-Clause": {{"are permitted provided", "are forbidden unless"}, {"source and binary", "source"}, {"must retain", "need not retain"}},
		"BSD-3-Clause": {{"without specific prior", "with or without specific prior"}},
		"Apache-2.0":   {{"perpetual, worldwide, non-exclusive, no-charge", "temporary, national, exclusive, paid"}, {"You must cause any modified files", "You may cause any modified files"}, {"royalty-free, irrevocable\n      copyright", "revocable\n      copyright"}},
		"MPL-2.0":      {{"world-wide, royalty-free, non-exclusive", "national, paid, exclusive"}, {"must be under the terms of this License", "may be under any terms"}},
		"Elastic-2.0":  {{"You may not provide the software to third parties as a hosted", "You may provide the software to third parties as a hosted"}, {"non-sublicensable, non-transferable", "sublicensable, transferable"}},
		"BUSL-1.1":     {{"non-production use", "production use"}, {"Change License", "Other License"}},
		"GPL-3.0":      {{"You may convey verbatim copies", "You may not convey verbatim copies"}, {"All rights granted under this License are granted for the term of", "No rights granted under this License are granted for the term of"}},
		"AGPL-3.0":     {{"must prominently offer all users", "may offer some users"}},
		"LGPL-2.1":     {{"You may copy and distribute verbatim copies", "You may not copy and distribute verbatim copies"}},
		"Unlicense":    {{"free and unencumbered", "restricted and encumbered"}, {"commercial or non-commercial", "non-commercial"}},
		"CC0-1.0":      {{"overtly, fully, permanently, irrevocably and unconditionally waives", "partly and conditionally waives"}},
		"CC-BY-4.0":    {{"worldwide, royalty-free, non-sublicensable, non-exclusive, irrevocable", "national, revocable"}},
		"Zlib":         {{"including commercial applications", "excluding commercial applications"}},
		"WTFPL":        {{"DO WHAT THE FUCK YOU WANT TO.", "ASK US FIRST."}},
		"0BSD":         {{"with or without fee", "without fee"}},
		"MIT-0":        {{"without restriction", "with restrictions"}},
	} {
		plain := text(t, id)
		for _, c := range changes {
			changed := strings.Replace(plain, c[0], c[1], 1)
			if changed == plain { // the words are wrapped
				words := regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(strings.Join(strings.Fields(c[0]), " ")), " ", `\s+`))
				at := words.FindStringIndex(plain)
				if at == nil {
					t.Fatalf("%s: %q is not in the text", id, c[0])
				}
				changed = plain[:at[0]] + c[1] + plain[at[1]:]
			}
			if e, got := effective(t, tree{"LICENSE": changed, "a.py": "x"}, ""); e.Proven() {
				t.Errorf("%s with %q proves %s", id, c[1], got)
			}
		}
	}
}

// No text is taken for another licence than the one it is: a claim of each other one is refused.
func TestATextProvesItsOwnLicenceAlone(t *testing.T) {
	t.Parallel()
	all := licences(t)
	var r license.Reader
	for _, id := range all {
		files := tree{"LICENSE": text(t, id), "a.py": "x"}
		if id == "LGPL-3.0" {
			files["COPYING"] = text(t, "GPL-3.0")
		}
		for _, claim := range all {
			_, err := r.Check(t.Context(), files, "", expr(t, claim), "LICENSE")
			if (err == nil) != (claim == id) {
				t.Errorf("a text of %s, claimed as %s: %v", id, claim, err)
			}
		}
	}
}

// Two texts in one file are both found, in whichever order they stand, and claiming one is refused.
func TestTwoTextsInOneFile(t *testing.T) {
	t.Parallel()
	all := slices.DeleteFunc(licences(t), func(id string) bool { return strings.Contains(id, "GPL") || id == "MIT" || id == "Elastic-2.0" })
	var reader license.Reader
	for i, id := range all {
		with := []string{"MIT", "Elastic-2.0"}[i%2]
		for _, order := range [][2]string{{id, with}, {with, id}} {
			s := text(t, order[0]) + "\n\n" + strings.Repeat("=", 40) + "\n\n" + text(t, order[1])
			e, err := reader.Check(t.Context(), tree{"LICENSE": s, "a.py": "x"}, "", expr(t, order[0]+" AND "+order[1]), "LICENSE")
			if err != nil || !e.License.Equal(expr(t, id+" AND "+with)) {
				t.Errorf("%s and %s: got %s, %v", order[0], order[1], e.License, err)
			}
			if _, err := reader.Check(t.Context(), tree{"LICENSE": s, "a.py": "x"}, "", expr(t, id), "LICENSE"); err == nil {
				t.Errorf("%s and %s: %s alone is proven", order[0], order[1], id)
			}
		}
	}
}

// What people put around a text says nothing against it.
func TestWhatStandsAroundAText(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"MIT", "BSD-3-Clause", "ISC", "Apache-2.0", "Elastic-2.0", "MPL-2.0"} {
		plain := text(t, id)
		prefixed := func(sign string) string {
			return sign + strings.ReplaceAll(strings.TrimRight(plain, "\n"), "\n", "\n"+sign) + "\n"
		}
		for form, s := range map[string]string{
			"shell comments": prefixed("# "), "C++ comments": prefixed("// "), "a block comment": "/*\n" + prefixed(" * ") + " */\n", "a quote": prefixed("> "), "indented": prefixed("    "), "tabs": prefixed("\t"),
			"preformatted": "<pre>\n" + plain + "</pre>\n", "a fence": "```\n" + plain + "```\n", "no line end": strings.TrimRight(plain, "\n"), "blank lines": strings.ReplaceAll(plain, "\n", "\n\n"), "blanks behind": strings.ReplaceAll(plain, "\n", "   \n"),
			"capitals": strings.ToUpper(plain), "small letters": strings.ToLower(plain), "bold": "**" + id + "**\n\n" + plain, "a ruler": strings.Repeat("-", 70) + "\n" + plain + strings.Repeat("*", 70) + "\n",
			"years": "Copyright (c) 1999, 2001-2003, 2024 A, B and others <a@example.com>\n\n" + plain, "a sign": "© 2024 Größe GmbH & Co. KG. All rights reserved.\n\n" + plain, "SPDX lines": "SPDX-FileCopyrightText: 2024 A\nSPDX-License-Identifier: " + id + "\n\n" + plain,
			"an address": plain + "\n\nhttps://spdx.org/licenses/" + id + ".html\n", "Latin-1": "Copyright (c) 2024 J\xf6rg\n\n" + plain,
		} {
			e, got := effective(t, tree{"LICENSE": s, "a.py": "x"}, "")
			if got != id+" license-beside" {
				t.Errorf("%s, %s: got %q, doubts %q", id, form, got, e.Doubts)
			}
		}
	}
}
