package cli

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
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
