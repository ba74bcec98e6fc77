package secrets

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// largeYAML is a config of so many bytes, in one wide map.
func largeYAML(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "section_%d:\n  host: db%d.example.com\n  port: %d\n  # a comment\n  password_sops: pw-%x\n  list:\n    - a%d\n    - b%d\n  ratio: 1.5\n", i, i, 5000+i, i*7919, i, i)
	}
	return b.String()
}

// BenchmarkLarge encrypts and decrypts one file of 4.5 MB.
func BenchmarkLarge(b *testing.B) {
	dir, file := write(b, "config.yaml", largeYAML(4_500_000))
	opts := EncryptOptions{Keys: Keys{Age: []string{recipient}}, Dir: dir}
	for b.Loop() {
		e := Encrypt(b.Context(), []string{file}, opts)[0]
		if e.Err != nil {
			b.Fatal(e.Err)
		}
		if _, err := OpenText(b.Context(), "config.yaml", YAML, e.After, OpenOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMany encrypts 200 small files in one call, and writes them.
func BenchmarkMany(b *testing.B) {
	dir := b.TempDir()
	var files []string
	for i := range 200 {
		files = append(files, filepath.Join(dir, fmt.Sprintf("config%d.yaml", i)))
	}
	for b.Loop() {
		b.StopTimer()
		for _, file := range files {
			if err := os.WriteFile(file, []byte("user: ann\ntoken_sops: hunter2\nlist_sops: [a, b]\n"), 0o644); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		list := Encrypt(b.Context(), files, EncryptOptions{Keys: Keys{Age: []string{recipient}}, Dir: dir})
		ApplyAll(b.Context(), list)
		for _, e := range list {
			if e.Err != nil {
				b.Fatal(e.Err)
			}
		}
	}
}
