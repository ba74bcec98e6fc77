package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/connkit/connkit/internal/fault"
	"github.com/connkit/connkit/internal/proc"
)

// bakeFile is what docker buildx bake reads.
type bakeFile struct {
	Group struct {
		Default struct {
			Targets []string `json:"targets"`
		} `json:"default"`
	} `json:"group"`
	Variable map[string]bakeVariable `json:"variable,omitempty"`
	Target   map[string]bakeTarget   `json:"target"`
}

type bakeVariable struct {
	Default string `json:"default"`
}

type bakeTarget struct {
	Context    string            `json:"context"`
	Dockerfile string            `json:"dockerfile,omitempty"`
	Inline     string            `json:"dockerfile-inline,omitempty"`
	Args       map[string]string `json:"args,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	Tags       []string          `json:"tags"`
	Platforms  []string          `json:"platforms,omitempty"`
	Secret     []string          `json:"secret,omitempty"`
	CacheFrom  []string          `json:"cache-from,omitempty"`
	CacheTo    []string          `json:"cache-to,omitempty"`
	NoCache    bool              `json:"no-cache,omitempty"`
	Pull       bool              `json:"pull,omitempty"`
	Output     []string          `json:"output"`
}

// BakeFile writes many requests as one file of docker buildx bake. Targets are
// the names of connectors.
func BakeFile(requests map[string]Request) ([]byte, error) {
	file := bakeFile{Variable: map[string]bakeVariable{}, Target: map[string]bakeTarget{}}
	for _, name := range sortedKeys(requests) {
		file.Group.Default.Targets = append(file.Group.Default.Targets, name)
		file.add(name, requests[name])
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the bake file: %w", err)
	}
	return append(text, '\n'), nil
}

func (f bakeFile) add(name string, r Request) {
	t := bakeTarget{
		Context: r.Context, Dockerfile: r.Dockerfile, Inline: escape(string(r.Inline)), Args: map[string]string{}, Labels: escaped(r.Labels), Tags: []string{r.Image},
		CacheFrom: r.CacheFrom, CacheTo: r.CacheTo, NoCache: r.NoCache, Pull: r.Pull, Output: []string{"type=docker"},
	}
	for key, value := range r.Args {
		if IsProxy(key) {
			f.Variable[key] = bakeVariable{} // bake reads it from the environment
			t.Args[key] = "${" + key + "}"
		} else {
			t.Args[key] = escape(value)
		}
	}
	if r.Platform != "" {
		t.Platforms = []string{r.Platform}
	}
	for _, s := range r.Secrets {
		t.Secret = append(t.Secret, s.String())
	}
	f.Target[name] = t
}

// escape keeps bake from reading variables in a text.
func escape(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "${", "$${"), "%{", "%%{")
}

func escaped(m map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range m {
		out[key] = escape(value)
	}
	return out
}

// Bake is the command that builds what a bake file says. Variables for proxies
// are taken from env.
func (e Engine) Bake(file, builder string, env []string) proc.Cmd {
	c := e.cmd("buildx", "bake", "--progress", "plain")
	c.Grace = windDown
	if builder != "" {
		c.Argv = append(c.Argv, "--builder", builder)
	}
	c.Argv = append(c.Argv, "--file", file)
	c.Env = append(c.Env, env...)
	// Older versions ask for leave to read what lies outside the current folder.
	c.Env = append(c.Env, "BUILDX_BAKE_ENTITLEMENTS_FS=0")
	return c
}

// Driver tells how a buildx builder works: docker, docker-container, remote or
// kubernetes. "" is the builder that is in use.
func (e Engine) Driver(ctx context.Context, builder string) (string, error) {
	c := e.cmd("buildx", "inspect")
	if builder != "" {
		c.Argv = append(c.Argv, builder)
	}
	out, err := proc.Run(ctx, c)
	if err != nil {
		if ctx.Err() != nil {
			return "", err
		}
		return "", fault.Environmentf("looking at the builder %q: %w", builder, err).WithHint("docker buildx ls")
	}
	for line := range strings.Lines(string(out.Stdout)) {
		if value, ok := strings.CutPrefix(line, "Driver:"); ok {
			return strings.TrimSpace(value), nil
		}
	}
	return "", nil
}
