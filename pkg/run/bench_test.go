package run_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/connkit/connkit/pkg/run"
)

const benchCount = "RUN_BENCH_DOCUMENTS"

// benchDocument is a small one, as most captures have them.
func benchDocument(i int) string {
	return fmt.Sprintf(`{"id":%d,"name":"user %d","email":"user%d@example.com","active":true,"at":"2026-01-01T00:00:00Z"}`, i, i, i%1000)
}

// playBench plays a capture that is as fast as it can be.
func playBench() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriterSize(os.Stdout, 64<<10)
	for {
		line, err := in.ReadString('\n')
		switch {
		case err != nil:
			return
		case strings.HasPrefix(line, `{"spec"`):
			fmt.Fprintln(out, goodSpec)
		case strings.HasPrefix(line, `{"validate"`):
			fmt.Fprintln(out, `{"validated":{"bindings":[{"resourcePath":["users"]}]}}`)
		case strings.HasPrefix(line, `{"apply"`):
			fmt.Fprintln(out, `{"applied":{}}`)
		case strings.HasPrefix(line, `{"open"`):
			fmt.Fprintln(out, `{"opened":{}}`)
			n, _ := strconv.Atoi(os.Getenv(benchCount))
			for i := range n {
				_, _ = out.WriteString(`{"captured":{"doc":` + benchDocument(i) + "}}\n")
				if i%1000 == 999 || i == n-1 {
					fmt.Fprintf(out, `{"checkpoint":{"state":{"updated":{"n":%d},"mergePatch":true}}}`+"\n", i)
				}
			}
			_ = out.Flush()
			return
		}
		_ = out.Flush()
	}
}

func benchTask(b *testing.B, n int) run.PreviewOptions {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "source-x")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	text := fmt.Sprintf("captures:\n  acmeCo/x:\n    endpoint: {local: {command: [%q], env: {%s: bench, %s: %q}, config: {}}}\n    bindings: [{resource: {stream: users}, target: acmeCo/users}]\n",
		os.Args[0], role, benchCount, strconv.Itoa(n)) + `collections:
  acmeCo/users:
    key: [/id]
    schema:
      type: object
      required: [id]
      properties: {id: {type: integer}, name: {type: string, maxLength: 100}, email: {type: string}, active: {type: boolean}, at: {type: string, format: date-time}}
`
	if err := os.WriteFile(filepath.Join(dir, "test.flow.yaml"), []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	return run.PreviewOptions{Options: run.Options{Dir: dir, Root: filepath.Dir(dir), Language: "go", Kind: "capture", Timeout: time.Minute}, Out: io.Discard}
}

// jqRate is how many of the documents a second jq takes; 0 where there is none.
func jqRate(b *testing.B) float64 {
	b.Helper()
	jq, err := exec.LookPath("jq")
	if err != nil {
		return 0
	}
	const n = 200_000
	var text bytes.Buffer
	for i := range n {
		fmt.Fprintf(&text, `["acmeCo/users",%s]`+"\n", benchDocument(i))
	}
	file := filepath.Join(b.TempDir(), "docs.jsonl")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if out, err := exec.CommandContext(b.Context(), "sh", "-c", "cat "+file+" | "+jq+" -c . >/dev/null").CombinedOutput(); err != nil {
		b.Fatalf("%s: %v", out, err)
	}
	return n / time.Since(began).Seconds()
}

// BenchmarkPreview captures a document an iteration on one core. It tells how
// many a second that is, as a multiple of what cat | jq -c . does, and how much
// the heap holds at the end, which is not to grow with their number.
func BenchmarkPreview(b *testing.B) {
	jq := jqRate(b)
	for _, unchecked := range []bool{true, false} {
		name := "checked"
		if unchecked {
			name = "unchecked"
		}
		b.Run(name, func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			o := benchTask(b, b.N)
			o.Unchecked = unchecked
			b.ResetTimer()
			r, err := run.Preview(context.WithoutCancel(b.Context()), o)
			if err != nil || r.Bindings[0].Documents != b.N || r.Bindings[0].Violations != 0 {
				b.Fatalf("%+v, %v", r, err)
			}
			rate := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "docs/s")
			if jq > 0 {
				b.ReportMetric(rate/jq, "x-jq")
			}
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-heap")
			b.ReportMetric(float64(m.Sys)/1e6, "MB-sys")
		})
	}
}
