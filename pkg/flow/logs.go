package flow

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Log is one entry of a connector's stderr, as Flow reads it (flow: crates/ops/src/decode.rs).
type Log struct {
	Level   string         `json:"level"` // trace | debug | info | warn | error
	Message string         `json:"message"`
	Fields  map[string]any `json:"fields,omitempty"`
	Raw     bool           `json:"raw,omitempty"` // it was plain text
}

// LogDecoder joins lines of stderr to entries: a JSON object is one, and
// neighbouring lines of plain text, such as a traceback, are one together.
type LogDecoder struct {
	emit    func(Log)
	pending []string
}

// NewLogDecoder gives a decoder that hands each entry to emit.
func NewLogDecoder(emit func(Log)) *LogDecoder { return &LogDecoder{emit: emit} }

// Line takes one line without its line feed.
func (d *LogDecoder) Line(line string) {
	line = strings.ToValidUTF8(strings.TrimRight(line, "\r"), "?")
	if log, ok := parseLog(line); ok {
		d.Flush()
		d.emit(log)
		return
	}
	if strings.TrimSpace(line) == "" && len(d.pending) == 0 {
		return
	}
	d.pending = append(d.pending, line)
}

// Flush ends the entry of plain text that is open, if one is.
func (d *LogDecoder) Flush() {
	if len(d.pending) == 0 {
		return
	}
	text := strings.TrimSpace(strings.Join(d.pending, "\n"))
	d.pending = nil
	if text != "" {
		d.emit(Log{Level: rawLevel(text), Message: text, Raw: true})
	}
}

var soundsBad = regexp.MustCompile(`(?i)error|failed|panic|timeout|unable|unrecogni[sz]ed`)

func rawLevel(text string) string {
	if soundsBad.MatchString(text) {
		return "error"
	}
	return "warn"
}

var (
	levelKeys   = []string{"level", "lvl"}
	messageKeys = []string{"message", "msg"}
	timeKeys    = []string{"ts", "timestamp", "time"}
)

func parseLog(line string) (Log, bool) {
	var o map[string]any
	if !strings.HasPrefix(strings.TrimSpace(line), "{") || json.Unmarshal([]byte(line), &o) != nil {
		return Log{}, false
	}
	log := Log{Fields: map[string]any{}}
	if f, ok := o["fields"].(map[string]any); ok {
		log.Fields = f
		delete(o, "fields")
	}
	for key, value := range o {
		text, isText := value.(string)
		switch {
		case isText && slices.Contains(levelKeys, key):
			log.Level = plainLevel(text)
		case isText && slices.Contains(messageKeys, key):
			log.Message = text
		case slices.Contains(timeKeys, key):
		default:
			log.Fields[key] = value
		}
	}
	if log.Level == "" {
		return Log{}, false
	}
	return log, true
}

// plainLevel spells a level as Flow does; "" for a word it does not know.
// Python's CRITICAL is taken for an error, where Flow would show the raw line.
func plainLevel(word string) string {
	switch w := strings.ToLower(word); w {
	case "trace", "debug", "info", "warn", "error":
		return w
	case "warning":
		return "warn"
	case "fatal", "panic", "critical":
		return "error"
	}
	return ""
}

// LastWords gives the line of an entry that tells most: the message of a JSON
// entry, the panic line of Go, the last line of a traceback.
func (l Log) LastWords() string {
	if !l.Raw {
		first, rest, _ := strings.Cut(strings.TrimSpace(l.Message), "\n")
		if strings.HasPrefix(first, "Traceback (most recent call last)") {
			return lastOf(rest)
		}
		return strings.TrimSpace(l.Message)
	}
	for line := range strings.Lines(l.Message) {
		if strings.HasPrefix(line, "panic: ") {
			return strings.TrimSpace(line)
		}
	}
	return lastOf(l.Message)
}

func lastOf(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(lines[i]); line != "" && !goRunNoise.MatchString(line) {
			return line
		}
	}
	return ""
}

// goRunNoise is what `go run` adds when its program has failed.
var goRunNoise = regexp.MustCompile(`^exit status \d+$`)
