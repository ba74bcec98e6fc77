package license_test

import (
	"strings"
	"testing"
)

// edit replaces words of a text, wherever its lines are broken.
func edit(tb testing.TB, s string, pairs ...string) string {
	tb.Helper()
	for i := 0; i < len(pairs); i += 2 {
		before := s
		if s = strings.Replace(s, pairs[i], pairs[i+1], 1); s == before {
			tb.Fatalf("%q is not in the text", pairs[i])
		}
	}
	return s
}

// cut gives a text up to some words, or behind them.
func cut(tb testing.TB, s, at string) (before, after string) {
	tb.Helper()
	before, after, ok := strings.Cut(s, at)
	if !ok {
		tb.Fatalf("%q is not in the text", at)
	}
	return before, after
}

// Texts as they stand in repositories, with what their owners filled in, left out or put beside.
func TestTextsInTheWild(t *testing.T) {
	t.Parallel()
	mit, apache, bsd3, bsd2, isc := text(t, "MIT"), text(t, "Apache-2.0"), text(t, "BSD-3-Clause"), text(t, "BSD-2-Clause"), text(t, "ISC")
	_, mitBody := cut(t, mit, "<copyright holders>")
	_, bsd3Body := cut(t, bsd3, "<owner>")
	apacheTerms, appendix := cut(t, apache, "APPENDIX: How to apply")
	gpl3, gpl2 := text(t, "GPL-3.0"), text(t, "GPL-2.0")
	gpl3Terms, _ := cut(t, gpl3, "How to Apply These Terms")
	gpl2Terms, _ := cut(t, gpl2, "How to Apply These Terms")
	for name, tt := range map[string]struct{ text, want string }{
		"MIT, GitHub's form":              {"MIT License\n\nCopyright (c) 2024 Example, Inc.\n" + mitBody, "MIT"},
		"MIT, with its name twice":        {"The MIT License (MIT)\n=====================\n\nCopyright © 2014-2024 A <a@example.com>\n" + mitBody, "MIT"},
		"MIT, Microsoft's form":           {"    MIT License\n\n    Copyright (c) Microsoft Corporation. All rights reserved.\n" + strings.ReplaceAll(mitBody, "\n", "\n    "), "MIT"},
		"MIT, no holder":                  {"MIT License\n" + mitBody, "MIT"},
		"MIT, holders of many lines":      {"Copyright (c) 2011 A\nCopyright (c) 2012-2020 B and others\n\nCopyright 2021 C GmbH & Co. KG, D S.A.\n" + mitBody, "MIT"},
		"MIT, a name in front":            {"streams, a library for streams\n\nThe MIT License\n\nCopyright (c) 2024 A\n" + mitBody, "MIT"},
		"MIT, an address behind":          {mit + "\nSee https://opensource.org/licenses/MIT\n", "MIT"},
		"MIT, only an address behind":     {mit + "\nhttps://opensource.org/licenses/MIT\n", "MIT"},
		"MIT, for Airbyte's monorepo":     {"MIT License\n\nCopyright (c) 2020 Airbyte, Inc.\n" + mitBody, "MIT"},
		"MIT, of a fork":                  {"MIT License\n\nOriginal work Copyright (c) 2010 A\nModified work Copyright (c) 2024 B\n" + mitBody, "MIT"},
		"MIT, the holder in the warranty": {edit(t, mit, "AUTHORS OR COPYRIGHT HOLDERS", "EXAMPLE, INC."), "MIT"},
		"MIT, British":                    {edit(t, mit, "MIT License", "MIT Licence"), "MIT"},
		"MIT, and credits":                {mit + "\nThis project uses work of others, thanks to all of them.\n", "MIT"},
		"MIT, and a trademark":            {mit + "\nThe name Example is a trademark and may not be used without permission.\n", "MIT?"},
		"MIT, only before a date":         {"The code before 2023-01-01 only is under:\n\n" + mit, "MIT?"},

		"BSD 3, the Regents":       {edit(t, bsd3, "<owner>", "The Regents of the University of California"), "BSD-3-Clause"},
		"BSD 3, the holder named":  {edit(t, bsd3, "Neither the name of the copyright holder nor the", "Neither the name of Example, Inc. nor the"), "BSD-3-Clause"},
		"BSD 3, stars":             {edit(t, bsd3, "1. ", "* ", "2. ", "* ", "3. ", "* "), "BSD-3-Clause"},
		"BSD 3, letters":           {edit(t, bsd3, "1. ", "a) ", "2. ", "b) ", "3. ", "c) "), "BSD-3-Clause"},
		"BSD 3, dashes":            {edit(t, bsd3, "1. ", "- ", "2. ", "- ", "3. ", "- "), "BSD-3-Clause"},
		"BSD 3, no holder":         {"BSD 3-Clause License\n" + bsd3Body, "BSD-3-Clause"},
		"BSD 2":                    {edit(t, bsd2, "<owner>", "A"), "BSD-2-Clause"},
		"BSD 3 without its third":  {edit(t, bsd3, "3. Neither", "Neither"), "BSD-3-Clause"},
		"BSD 2 with a clause more": {bsd2 + "\n3. Modified versions must be renamed.\n", "BSD-2-Clause?"},

		"ISC, OpenBSD's form":    {edit(t, isc, "and/or distribute", "and distribute"), "ISC"},
		"ISC, the name in front": {"ISC License\n\n" + isc, "ISC"},
		"ISC, the author named":  {strings.ReplaceAll(isc, "THE AUTHOR", "EXAMPLE, INC."), "ISC"},

		"Apache, filled in":          {edit(t, apache, "[yyyy] [name of copyright owner]", "2024 Example, Inc."), "Apache-2.0"},
		"Apache, no appendix":        {apacheTerms, "Apache-2.0"},
		"Apache, the holder first":   {"Copyright 2024 Example, Inc.\n\n" + apache, "Apache-2.0"},
		"Apache, a notice first":     {apacheNotice + "\n" + apache, "Apache-2.0"},
		"Apache, half its appendix":  {apacheTerms + "APPENDIX: How to apply" + appendix[:len(appendix)/2], "Apache-2.0"},
		"Apache, the notice alone":   {apacheNotice, "Apache-2.0"},
		"Apache, and parts of MIT":   {apache + "\n\nThe folder lib is under:\n\n" + mit, "Apache-2.0 AND MIT"},
		"Apache, and a condition":    {apache + "\n\nYou must not sell the Software.\n", "Apache-2.0?"},
		"Apache, with Commons":       {commonsClause + "\n\n" + apache, "LicenseRef-Commons-Clause AND Apache-2.0"},
		"Apache, a year and no more": {apache + "\n2024\n", "Apache-2.0"},

		"GPL 3, no appendix":       {gpl3Terms, "GPL-3.0"},
		"GPL 2, no appendix":       {gpl2Terms, "GPL-2.0"},
		"GPL 3, filled in":         {edit(t, gpl3, "<one line to give the program's name and a brief idea of what it does.>", "Streams, a library", "<year>  <name of author>", "2024 A"), "GPL-3.0"},
		"GPL 3, a condition more":  {gpl3 + "\nAs an additional term you must not use the name Example.\n", "GPL-3.0?"},
		"GPL 3, its notice first":  {gplNotice + "\n" + gpl3, "GPL-3.0-or-later"},
		"GPL 3, the notice alone":  {gplNotice, "GPL-3.0-or-later"},
		"GPL 3, an exception more": {gpl3 + "\nAs a special exception, you may link this library with anything.\n", "GPL-3.0?"},

		"Elastic, the holder first": {"Copyright (c) 2024 Example, Inc.\n\n" + text(t, "Elastic-2.0"), "Elastic-2.0"},
		"Elastic, with an address":  {"https://www.elastic.co/licensing/elastic-license\n\n" + text(t, "Elastic-2.0"), "Elastic-2.0"},
		"MPL, a notice first":       {"Copyright 2024 A\n\n" + text(t, "MPL-2.0"), "MPL-2.0"},
		"Unlicense, an address":     {text(t, "Unlicense") + "\n<https://unlicense.org/>\n", "Unlicense"},
		"CC0, a sentence first":     {"To the extent possible under law, A has waived all copyright.\n\n" + text(t, "CC0-1.0"), "CC0-1.0"},
		"MIT-0":                     {text(t, "MIT-0"), "MIT-0"},
		"0BSD":                      {text(t, "0BSD"), "0BSD"},
		"MIT, translated":           {"Hiermit wird unentgeltlich jeder Person, die eine Kopie der Software erhält, die Erlaubnis erteilt.\n", "?"},
		"Beerware":                  {"As long as you retain this notice you can do whatever you want with this stuff.\n", "?"},
		"own words":                 {"You can use this for anything. No warranty.\n", "?"},
		"a promise":                 {"This project will be under the MIT licence soon.\n", "?"},
		"a page of HTML":            {"<!DOCTYPE html><html><body><p>" + strings.ReplaceAll(mit, "\n\n", "</p><p>") + "</p></body></html>\n", "MIT"},
	} {
		e, _ := effective(t, tree{"LICENSE": tt.text, "a.py": "x"}, "")
		got := e.License.String()
		switch {
		case !e.Proven() && tt.want == "?":
			got = "?" // whatever it is like
		case !e.Proven():
			got += "?"
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q; doubts %q", name, got, tt.want, e.Doubts)
		}
	}
}
