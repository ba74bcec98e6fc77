package build

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// tailLines is how many of a log's last lines are shown.
const tailLines = 30

// buildLog takes what an engine prints into a file that stays when the build fails.
type buildLog struct {
	mu   sync.Mutex
	file *os.File
	name string // that it gets when it stays
	kept bool
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
	return &buildLog{file: file, name: filepath.Join(dir, connector+".log")}, nil
}

func (l *buildLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Write(p)
}

// keep gives the log its name, in the place of that of an earlier build, and
// its last lines.
func (l *buildLog) keep() (name string, tail []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text, err := os.ReadFile(l.file.Name())
	if err == nil {
		lines := strings.Split(strings.TrimRight(string(plain(text)), "\n"), "\n")
		tail = lines[max(0, len(lines)-tailLines):]
	}
	if os.Rename(l.file.Name(), l.name) != nil {
		return "", tail // the lines are what there is to show
	}
	l.kept = true
	return l.name, tail
}

func (l *buildLog) close() {
	_ = l.file.Close() // written to
	if !l.kept {
		_ = os.Remove(l.file.Name()) // of a build that went well
	}
}

var control = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]|\r")

// plain takes away what moves a terminal's cursor and colours its text.
func plain(text []byte) []byte {
	return control.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), nil)
}

var (
	noise       = regexp.MustCompile(`(?i)^\s*$|deprecated|buildx component|docs\.docker\.com|^-+$|^\s*>>>|^\s*\d+ \||^Dockerfile[^ ]*:\d+$|^time=|exit status|level=(warning|error)`)
	errorPrefix = regexp.MustCompile(`(?i)^(ERROR: |Error: |error building at STEP .*?: |failed to build: )+`)
)

// reason is the line of a log that tells most: the last one that is no frame of the engine's.
func reason(tail []string, status int) string {
	for i := len(tail) - 1; i >= 0; i-- {
		if line := tail[i]; !noise.MatchString(line) {
			return strings.TrimSpace(errorPrefix.ReplaceAllString(line, ""))
		}
	}
	return fmt.Sprintf("the engine ended with exit status %d", status)
}
