package cli_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const fakeSpec = `{"spec":{"protocol":3032023,"configSchema":{"type":"object","properties":{"token":{"type":"string","secret":true}}},` +
	`"resourceConfigSchema":{"type":"object","properties":{"stream":{"type":"string"}}},"documentationUrl":"https://example.com","resourcePathPointers":["/stream"]}}`

const fakeDiscovered = `{"discovered":{"bindings":[{"recommendedName":"users","resourceConfig":{"stream":"users","syncMode":"incremental"},` +
	`"documentSchema":{"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"}}},"key":["/id"]},` +
	`{"recommendedName":"odd name/../x","resourceConfig":{"stream":"odd"},"documentSchema":{"type":"object"},"key":["/_meta/row_id"]}]}}`

// fakeConnector plays a connector; its first argument says which one. It sets
// FAKE_WORK by starting itself again, so that a script finds what is left of it.
func fakeConnector() {
	if os.Getenv("FAKE_WORK") == "" {
		_ = os.Setenv("FAKE_WORK", os.Getenv("WORK"))
		exe, _ := os.Executable()
		_ = syscall.Exec(exe, os.Args, os.Environ())
		os.Exit(9)
	}
	request, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	if os.Args[1] == "hang" {
		hang()
	}
	if strings.Contains(request, `"spec"`) {
		fmt.Println(fakeSpec)
		return
	}
	switch os.Args[1] {
	case "good":
		fmt.Fprintln(os.Stderr, `{"level":"INFO","msg":"looking around"}`)
		fmt.Println(fakeDiscovered)
	case "fail":
		fmt.Fprintln(os.Stderr, `{"level":"ERROR","msg":"the token s3cr3t-token is not accepted"}`)
		os.Exit(1)
	case "silent":
		os.Exit(3)
	case "chatty":
		fmt.Println("hello from a print")
	case "echo":
		fmt.Fprintln(os.Stderr, "got "+request)
		fmt.Println(fakeDiscovered)
	}
}

// hang ignores SIGTERM and has a child in a session of its own.
func hang() {
	signal.Ignore(syscall.SIGTERM)
	child := exec.Command("sleep", "600")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	_ = child.Start()
	_ = os.WriteFile(filepath.Join(os.Getenv("WORK"), "ready"), []byte(strconv.Itoa(os.Getpid())), 0o644)
	time.Sleep(10 * time.Minute)
}
