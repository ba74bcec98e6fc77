package imports_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
	"github.com/connkit/connkit/pkg/upstream/imports"
)

// Servers that give no parts, or no commits by their names, get the same answers.
func TestServers(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"all there is":       "exec git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack \"$@\"",
		"no filters":         "exec git -c uploadpack.allowFilter=false upload-pack \"$@\"",
		"the first protocol": "unset GIT_PROTOCOL; exec git -c uploadpack.allowFilter=true upload-pack \"$@\"",
		"neither":            "unset GIT_PROTOCOL; exec git -c uploadpack.allowFilter=false upload-pack \"$@\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			server := filepath.Join(filepath.Dir(w.up), "serve")
			testkit.Program(t, server, "#!/bin/sh\n"+script+"\n")
			w.git("config", "remote.up.uploadpack", server)
			w.pull()
			w.put(w.up, "new", files(demo+"/main.py", "new\n"))
			last := w.put(w.up, "beside", files(other+"/other.py", "new\n"))
			by := w.put(w.up, "relicense", files(meta, "data:\n  license: ELv2\n"))
			if err := os.RemoveAll(w.cache); err != nil {
				t.Fatal(err)
			}
			for range 2 { // without a cache and with one
				if st := w.status()[0]; st.Behind == nil || st.Behind.Path != 2 || st.Behind.Total != 3 || st.By == nil || st.By.ID != by || *st.Edits != 0 {
					t.Errorf("%+v, behind %+v", st, st.Behind)
				}
				if v := w.verify(w.options()); len(v.Wrong) > 0 || !says(v.Proven, "licence") {
					t.Errorf("wrong %q, proven %q", v.Wrong, v.Proven)
				}
				if got, err := w.find(imports.FindOptions{Path: demo}); err != nil || got.ID != last {
					t.Errorf("%+v, %v", got, err)
				}
			}
		})
	}
}
