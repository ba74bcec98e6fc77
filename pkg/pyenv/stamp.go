package pyenv

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The stamp lies in an environment that is whole, and names the tool that made
// it and what it was made from.
func stampFile(place string) string { return filepath.Join(place, ".connkit-stamp") }

// readStamp gives "" when there is none.
func readStamp(place string) (manager, sum string) {
	text, err := os.ReadFile(stampFile(place))
	if err != nil {
		return "", ""
	}
	manager, sum, _ = strings.Cut(strings.TrimSpace(string(text)), " ")
	return manager, sum
}

func (p *Plan) writeStamp() error {
	return os.WriteFile(stampFile(p.Dir), []byte(p.Manager+" "+p.project.sum()+"\n"), 0o644)
}

// stampHolds tells whether the environment was made by this tool from what stands there now.
func (p *Plan) stampHolds() bool {
	manager, sum := readStamp(p.Dir)
	return manager == p.Manager && sum == p.project.sum()
}

// sum is over the build files of the project and of its path dependencies.
func (p *project) sum() string {
	h := sha256.New()
	dirs := []string{p.dir}
	for _, d := range p.paths {
		dirs = append(dirs, d.place)
	}
	for _, dir := range dirs {
		for _, name := range []string{"pyproject.toml", "poetry.lock", "uv.lock", "requirements.txt", "setup.py", "setup.cfg"} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			fmt.Fprintln(h, name, len(text), err == nil)
			h.Write(text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
