package license

import (
	"strings"
)

// mentioned reads a short text that only names a licence: "MIT", "Licensed under Apache 2.0".
func mentioned(text string) meaning {
	text = strings.TrimSpace(text)
	if len(text) > 600 {
		return meaning{}
	}
	if m := underWords().FindStringSubmatch(text); m != nil {
		if got := understand(m[1]); !got.license.IsZero() {
			return got
		}
	}
	if strings.Count(text, "\n") > 2 {
		return meaning{}
	}
	return understand(text)
}

// signs are sentences by which a text is known to be like a licence.
var signs = []struct{ words, id string }{
	{"permission is hereby granted, free of charge", "MIT"},
	{"permission to use, copy, modify, and/or distribute", "ISC"},
	{"redistribution and use in source and binary forms", "a BSD licence"},
	{"apache license version 2.0", "Apache-2.0"},
	{"gnu affero general public license", "AGPL-3.0"},
	{"gnu lesser general public license", "an LGPL"},
	{"gnu general public license", "a GPL"},
	{"mozilla public license", "MPL-2.0"},
	{"elastic license", "Elastic-2.0"},
	{"business source license", "BUSL-1.1"},
	{"server side public license", "SSPL-1.0"},
}

func similar(text string) string {
	lower := strings.ToLower(strings.Join(strings.Fields(strings.NewReplacer("*", "", "#", "", ",", ",").Replace(text)), " "))
	lower = strings.ReplaceAll(lower, "license, version", "license version")
	for _, s := range signs {
		if strings.Contains(lower, s.words) {
			return s.id
		}
	}
	return ""
}
