package flow

import (
	"maps"
	"slices"
	"strings"
)

// Log is one entry of a connector's stderr, as Flow reads it (flow: crates/ops/src/decode.rs).
type Log struct {
	Time    string         `json:"time,omitempty"` // as the connector wrote it
	Level   string         `json:"level"`          // trace | debug | info | warn | error
	Message string         `json:"message"`
	Fields  map[string]any `json:"fields,omitempty"`
	Raw     bool           `json:"raw,omitempty"` // it was plain text
}

// Levels are those of logs, the most talkative first.
var Levels = []string{"trace", "debug", "info", "warn", "error"}

// AtLeast tells whether the entry is of the level or worse.
func (l Log) AtLeast(level string) bool {
	return slices.Index(Levels, l.Level) >= slices.Index(Levels, level)
}

// LogDecoder joins lines of stderr to entries: a JSON object is one, and
// neighbouring lines of plain text, such as a traceback, are one together.
type LogDecoder struct {
	emit    func(Log)
	pending []string
	size    int // of pending, in bytes
}

// maxEntry is where an entry of plain text is cut, so that a flood of text cannot fill the memory.
const maxEntry = 1 << 20

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
	if d.size += len(line) + 1; d.size > maxEntry {
		d.Flush()
	}
}

// Flush ends the entry of plain text that is open, if one is.
func (d *LogDecoder) Flush() {
	if len(d.pending) == 0 {
		return
	}
	text := strings.TrimSpace(strings.Join(d.pending, "\n"))
	d.pending, d.size = nil, 0
	if text != "" {
		d.emit(Log{Level: rawLevel(text), Message: text, Raw: true})
	}
}

// soundsBad are the words by which Flow takes plain text for an error. A search
// for each is ten times as fast as one expression, which counts in a flood.
var soundsBad = []string{"error", "failed", "panic", "timeout", "unable", "unrecognised", "unrecognized"}

func rawLevel(text string) string {
	lower := strings.ToLower(text)
	if slices.ContainsFunc(soundsBad, func(word string) bool { return strings.Contains(lower, word) }) {
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
	if !strings.HasPrefix(strings.TrimSpace(line), "{") {
		return Log{}, false
	}
	value, err := decodeExact([]byte(line)) // a long number may be a secret
	o, isObject := value.(map[string]any)
	if err != nil || !isObject {
		return Log{}, false
	}
	log := Log{Fields: map[string]any{}}
	if f, ok := o["fields"].(map[string]any); ok {
		log.Fields = f
		delete(o, "fields")
	}
	take := func(names []string) (text string, found bool) {
		for _, name := range names {
			if text, found = o[name].(string); found {
				delete(o, name)
				return text, true
			}
		}
		return "", false
	}
	level, levelled := take(levelKeys)
	log.Message, _ = take(messageKeys)
	log.Time, _ = take(timeKeys)
	for _, name := range timeKeys {
		delete(o, name) // a number of seconds tells a reader nothing
	}
	maps.Copy(log.Fields, o)
	switch log.Level = plainLevel(level); {
	case !levelled:
		log.Level = rawLevel(line)
	case log.Level == "":
		return Log{}, false
	}
	if log.Message == "" {
		log.Message = strings.TrimSpace(line) // nothing else tells what it says
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
