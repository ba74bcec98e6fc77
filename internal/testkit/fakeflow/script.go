package fakeflow

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// Script is the environment variable that tells what the fake "script" says.
//
// A line of it is "REQUEST: line | line …": what is printed upon a request of
// that kind; the first line for the first one, and the last line for all that
// follow. "end" is the end of a session's input. In place of a line of output stand
// "!exit N", "!cut TEXT" (printed without a line feed, and then it ends),
// "!say QUOTED", "!log TEXT" (to stderr), and "!wait" (for ever).
const Script = "FAKEFLOW_SCRIPT"

// usual are the answers to requests that a script says nothing of.
var usual = map[string]string{
	"spec":  Spec,
	"apply": `{"applied":{}}`, "discover": `{"discovered":{}}`,
	"validate": `{"validated":{"bindings":[{"resourcePath":["users"],"constraints":{"id":{"type":"LOCATION_REQUIRED","reason":"a key"},` +
		`"name":{"type":"FIELD_OPTIONAL"},"flow_document":{"type":"FIELD_REQUIRED"}}}],"transforms":[{}]}}`,
	"acknowledge": `{"acknowledged":{}}`, "flush": `{"flushed":{}}`, "startCommit": `{"startedCommit":{}}`, "open": `{"opened":{}}`, "end": "!exit 0",
}

// playScript answers by a script.
func playScript(in io.Reader, out, errOut io.Writer) int {
	said := map[string][]string{}
	for line := range strings.Lines(os.Getenv(Script)) {
		if kind, text, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			said[kind] = append(said[kind], text)
		}
	}
	lines := bufio.NewReader(in)
	for opened := false; ; {
		kind := "end"
		if line, err := lines.ReadBytes('\n'); err == nil {
			var request map[string]json.RawMessage
			_ = json.Unmarshal(line, &request)
			for kind = range request { // it has one
				break
			}
		} else if !opened {
			return 0
		}
		opened = opened || kind == "open"
		text := usual[kind]
		if all := said[kind]; len(all) > 0 {
			text = all[0]
			said[kind] = all[min(1, len(all)-1):]
		}
		if status, ended := perform(text, out, errOut); ended {
			return status
		}
	}
}

// perform prints the lines of one answer, or does what stands in their place.
func perform(text string, out, errOut io.Writer) (status int, ended bool) {
	for part := range strings.SplitSeq(text, " | ") {
		word, rest, _ := strings.Cut(part, " ")
		switch word {
		case "!exit":
			status, _ = strconv.Atoi(rest)
			return status, true
		case "!cut":
			fmt.Fprint(out, rest)
			return 0, true
		case "!say": // a text as Go quotes it
			text, _ := strconv.Unquote(rest)
			fmt.Fprintln(out, text)
		case "!log":
			fmt.Fprintln(errOut, rest)
		case "!wait":
			time.Sleep(time.Hour)
		default:
			if part != "" {
				fmt.Fprintln(out, part)
			}
		}
	}
	return 0, false
}
