package upstream_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testHome is the home of all tests of the package.
var testHome string

const gitConfig = "[user]\n\tname = Ann\n\temail = ann@example.com\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n"

func TestMain(m *testing.M) {
	if os.Getenv(crashRole) != "" { // in the parent's home: one of its own would stay when it is killed
		playCrash()
	}
	var err error
	if testHome, err = os.MkdirTemp("", "connkit-upstream-*"); err != nil {
		panic(err)
	}
	if testHome, err = filepath.EvalSymlinks(testHome); err != nil {
		panic(err)
	}
	config := filepath.Join(testHome, ".gitconfig")
	if err := os.WriteFile(config, []byte(gitConfig), 0o644); err != nil {
		panic(err)
	}
	for _, kv := range os.Environ() {
		if key, _, _ := strings.Cut(kv, "="); strings.HasPrefix(key, "GIT_") || strings.HasPrefix(key, "XDG_") || strings.HasSuffix(strings.ToLower(key), "_proxy") {
			_ = os.Unsetenv(key)
		}
	}
	for key, value := range map[string]string{"HOME": testHome, "GIT_CONFIG_GLOBAL": config, "GIT_CONFIG_NOSYSTEM": "1"} {
		_ = os.Setenv(key, value)
	}
	code := m.Run()
	_ = os.RemoveAll(testHome)
	os.Exit(code)
}

const mitText = `MIT License

Copyright (c) 2024 Example, Inc.

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`
