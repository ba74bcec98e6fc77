package run

import (
	"strings"
	"testing"
)

// What packages of many years say on a Python, or beside a dependency, that is newer than they are.
func TestHintsForPackagesOfAnotherTime(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"ValueError: mutable default <class 'airbyte_cdk.sources.x.JsonDecoder'> for field _decoder is not allowed: use default_factory": `requires-python = ">=3.10,<3.11"`,
		"ImportError: cannot import name 'Mapping' from 'collections' (/usr/lib/python3.11/collections/__init__.py)":                     `requires-python = ">=3.9,<3.10"`,
		"AttributeError: module 'collections' has no attribute 'MutableMapping'":                                                         `requires-python = ">=3.9,<3.10"`,
		"ImportError: cannot import name 'getargspec' from 'inspect' (/x/inspect.py)":                                                    `requires-python = ">=3.10,<3.11"`,
		"ModuleNotFoundError: No module named 'distutils'":                                                                               `requires-python = ">=3.11,<3.12"`,
		"ModuleNotFoundError: No module named 'distutils.util'":                                                                          `requires-python = ">=3.11,<3.12"`,
		"ModuleNotFoundError: No module named 'cgi'":                                                                                     `requires-python = ">=3.12,<3.13"`,
		"ModuleNotFoundError: No module named 'cgitools'":                                                                                "a dependency that is new goes into its pyproject.toml first",
		"ImportError: cannot import name 'gcd' from 'fractions' (/x/fractions.py)":                                                       `requires-python = ">=3.8,<3.9"`,
		"ImportError: cannot import name 'PipelineDataSink' from 'glassflow' (unknown location)":                                         "the installed glassflow does not have it: pin an older one",
		"ImportError: cannot import name 'soft_unicode' from 'markupsafe.x'":                                                             "the installed markupsafe does not have it",
		"ValueError: the config is wrong":                                                                                                "",
	} {
		o := &Options{Dir: "/w/source-x", Language: "python", BinDir: "/w/source-x/.venv/bin"}
		if got := hintFor(words, o); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%s: %q", words, got)
		} else if want != "" && !strings.Contains(got, "connkit env source-x") {
			t.Errorf("%s: %q does not say what to run", words, got)
		}
	}
	if got := hintFor("cannot import name 'x' from 'collections' ()", &Options{Dir: "/w/source-x", Language: "go"}); got != "" {
		t.Errorf("of a connector in Go: %q", got)
	}
}
