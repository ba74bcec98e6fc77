package cli

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// additions is the unified diff of a file that is new.
func additions(path string, content []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "--- /dev/null\n+++ b/%s\n", path)
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		fmt.Fprintf(&b, "Binary file, %d bytes\n", len(content))
		return b.String()
	}
	lines := strings.Count(string(content), "\n")
	if len(content) > 0 && content[len(content)-1] != '\n' {
		lines++
	}
	if lines == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "@@ -0,0 +1,%d @@\n", lines)
	for line := range strings.Lines(string(content)) {
		b.WriteString("+" + line)
	}
	if content[len(content)-1] != '\n' {
		b.WriteString("\n\\ No newline at end of file\n")
	}
	return b.String()
}

// changes is the unified diff of a file that changes or, without a before, is new.
func changes(path string, before, after []byte) string {
	if before == nil {
		return additions(path, after)
	}
	return unified(path, before, after)
}

// unified is the diff of a file that changes, with three lines around each change.
func unified(path string, before, after []byte) string {
	text := diff.Diff("a/"+path, before, "b/"+path, after)
	_, text, _ = bytes.Cut(text, []byte("\n")) // it begins with a line that names the command diff
	return string(text)
}
