package build

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/connkit/connkit/internal/pattern"
)

// tailLines is how many of a log's last lines are shown.
const tailLines = 30

// tailBytes is how much of a log's end is kept in memory: 30 long lines.
const tailBytes = 64 << 10

// buildLog takes what an engine prints into a file that stays when the build
// fails. A disk that is full is no reason to end a build: what was printed last
// is also kept in memory.
type buildLog struct {
	mu   sync.Mutex
	file *os.File
	dir  string
	last []byte
	err  error  // of writing
	name string // that it was kept under
}

// newLog begins the log of a connector in dir; "" is a folder of the user's cache.
func newLog(dir, connector string) (*buildLog, error) {
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			cache = os.TempDir() // without a home
		}
		dir = filepath.Join(cache, "connkit", "build")
	}
	err := os.MkdirAll(dir, 0o700)
	var file *os.File
	if err == nil {
		file, err = os.CreateTemp(dir, connector+"-*.part")
	}
	if err != nil {
		return nil, fmt.Errorf("writing the log: %w", err)
	}
	return &buildLog{file: file, dir: dir}, nil
}

func (l *buildLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = append(l.last, p...)
	if len(l.last) > 2*tailBytes {
		l.last = append(l.last[:0], l.last[len(l.last)-tailBytes:]...)
	}
	if l.err == nil {
		_, l.err = l.file.Write(p)
	}
	return len(p), nil
}

// keep gives the log a connector's name, in the place of that of an earlier
// build, and its last lines. Without a name the log is lost.
func (l *buildLog) keep(connector string) (name string, tail []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(strings.TrimRight(legacy().ReplaceAllString(string(plain(l.last)), ""), "\n"), "\n")
	tail = lines[max(0, len(lines)-tailLines):]
	if l.err == nil && l.name == "" {
		name = filepath.Join(l.dir, connector+".log")
		if l.err = os.Rename(l.file.Name(), name); l.err == nil {
			l.name = name
		}
	}
	return l.name, tail
}

// lost tells why there is no log.
func (l *buildLog) lost() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprint(l.err)
}

// failedTarget is how a bake tells which of its targets has failed.
var failedTarget = pattern.Lazy(`(?m)^ERROR: target ([^\s:]+): `)

// culprit parts the targets of a bake into the one that has failed and the
// rest. When the log does not tell, all have.
func (l *buildLog) culprit(results []Result, left []int) (failed, rest []int) {
	if l == nil {
		return left, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	m := failedTarget().FindSubmatch(l.last)
	n := slices.IndexFunc(left, func(i int) bool { return m != nil && results[i].Connector == string(m[1]) })
	if n < 0 {
		return left, nil
	}
	return left[n : n+1], slices.Delete(slices.Clone(left), n, n+1)
}

func (l *buildLog) close() {
	if l == nil {
		return
	}
	_ = l.file.Close() // written to
	if l.name == "" {
		_ = os.Remove(l.file.Name()) // of a build that went well
	}
}

// legacy is what docker's client says before each build with the classic builder.
var legacy = pattern.Lazy(`(?m)^DEPRECATED: The legacy builder.*\n(^ +.*\n)*\n?`)

var control = pattern.Lazy("\x1b\\[[0-9;?]*[A-Za-z]|\r")

// plain takes away what moves a terminal's cursor and colours its text.
func plain(text []byte) []byte {
	return control().ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), nil)
}

var (
	noise       = pattern.Lazy(`(?i)^\s*$|deprecated|install the buildx component|^view build details|docs\.docker\.com|^-+$|^\s*>>>|^\s*\d+ \||^Dockerfile[^ ]*:\d+$|^time=|exit status|^(?:\[\d+/\d+\] )?STEP \d+/\d+: |level=(warning|error)`)
	errorPrefix = pattern.Lazy(`(?i)^(ERROR: |Error: |error building at STEP .*?: |failed to build: )+`)
)

// told is a line of the engine's that says no more than that a command failed.
var told = pattern.Lazy(`^The command .* returned a non-zero code|did not complete successfully: exit code|^Error: (building|error building) at STEP|^error building at STEP`)

// complaint is a line in which a command says what is wrong.
var complaint = pattern.Lazy(`(?i)\b(error|fatal|denied|cannot|no such|not found|failed)\b`)

// reason is the line of a log that tells most: the last complaint of a command
// in it, else what the engine says last.
func reason(tail []string, status int) string {
	best, last := "", ""
	for i := len(tail) - 1; i >= 0; i-- {
		line := strings.TrimSpace(stamp().ReplaceAllString(tail[i], ""))
		if m := logged().FindStringSubmatch(line); m != nil {
			line = strings.ReplaceAll(m[1], `\"`, `"`)
		}
		if noise().MatchString(line) {
			if last == "" && told().MatchString(line) {
				last = line // podman's, where the command itself has said nothing
			}
			continue
		}
		if best == "" {
			best = line
		}
		if !told().MatchString(best) {
			break
		}
		if complaint().MatchString(line) && !told().MatchString(line) {
			best = line
			break
		}
	}
	if best = cmp.Or(best, last); best == "" {
		return fmt.Sprintf("the engine ended with exit status %d", status)
	}
	return strings.TrimSpace(errorPrefix().ReplaceAllString(best, ""))
}

// logged is how nerdctl and buildah tell what ended them.
var logged = pattern.Lazy(`^time="[^"]*" level=(?:error|fatal) msg="(.*)"$`)

// stamp is what BuildKit puts before the lines of a step.
var stamp = pattern.Lazy(`^(#\d+ )?(\d+\.\d+ )?`)

var distrusted = pattern.Lazy(`(?i)certificate.?verify.?failed|certificate signed by unknown authority|unable to get local issuer`)

// advice is a hint for what often goes wrong, with a line break behind it.
func advice(tail []string, t *Target) string {
	text := strings.Join(tail, "\n")
	switch {
	case t.source.recipe == nil:
	case distrusted().MatchString(text):
		return "a certificate is not known inside of the build: --secret id=ca,src=/etc/ssl/certs/ca-certificates.crt\n"
	case baseless().MatchString(text):
		if t.source.language == "go" {
			return "--build-arg GO_IMAGE=… and BASE_IMAGE=… name other base images\n"
		}
		return "--build-arg BASE_IMAGE=… names another base image\n"
	}
	return ""
}

// baseless is said when a base image cannot be had.
var baseless = pattern.Lazy(`(?i)pull access denied|manifest unknown|manifest for .* not found|failed to resolve source metadata|initializing source docker://|did not resolve to an alias|https://[^ ]*/v2/.*(no such host|timeout|refused)`)
