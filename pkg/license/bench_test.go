package license_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connkit/connkit/pkg/license"
)

func BenchmarkIdentify(b *testing.B) {
	for _, id := range []string{"MIT", "Apache-2.0", "Elastic-2.0", "AGPL-3.0"} {
		s := []byte(text(b, id))
		license.Identify(s) // its patterns are made at the first use
		b.Run(id, func(b *testing.B) {
			for b.Loop() {
				license.Identify(s)
			}
		})
	}
}

// A connector of 300 files, as it is read at each import and at each commit of a walk.
func BenchmarkEffective(b *testing.B) {
	tr := tree{"LICENSE": text(b, "MIT"), "x/metadata.yaml": metadata("MIT")}
	for i := range 300 {
		tr[fmt.Sprintf("x/streams/s%d.py", i)] = fmt.Sprintf("# Copyright (c) 2023 Somebody, all rights reserved.\nN = %d\n", i) + strings.Repeat("def read(self):\n    return self.license\n", 100)
	}
	for name, r := range map[string]*license.Reader{"first": nil, "again": new(license.Reader)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				reader := r
				if reader == nil {
					reader = new(license.Reader)
				}
				if e, err := reader.Effective(b.Context(), tr, "x"); err != nil || !e.Proven() {
					b.Fatal(e, err)
				}
			}
		})
	}
}
