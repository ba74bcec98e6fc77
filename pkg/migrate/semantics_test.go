package migrate_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connkit/connkit/internal/testkit"
)

// stubs note each call that they get, in the words of connkit: the old tools
// and connkit itself have to leave the same notes.
const stub = `#!/bin/bash
say() { printf '%s|' "$@" >>"$NOTES"; echo >>"$NOTES"; }
case "${0##*/}" in
build-local.sh) if [ $# -eq 2 ]; then say build "$1" "$2"; else say build "$1"; fi ;;
pull_upstream.sh) say pull "$@" ;;
sops) case "$1" in -d) say decrypt "$2" ;; edit) say edit "$2" ;; encrypt) say encrypt "$3" ;; *) say odd "$@" ;; esac ;;
connkit) case "$1 $2" in
	"pull-upstream "*) shift; set -- "${@:1:6}"; say pull "$@" ;;
	"build "*) shift; if [ "$2" = --platform ]; then say build "$1"; else say build "$1" "$2"; fi ;;
	*) say "$@" ;;
	esac ;;
esac
echo "out of $#"
`

// scripts are texts in which calls stand in many places. Rewritten, they have to
// do what they did before.
var scripts = map[string]string{
	"straight":      "build-local.sh source-a\nsops -d a.yaml\n",
	"loop":          "for i in 1 2 3; do\n  build-local.sh source-a\ndone\n",
	"condition":     "if true; then\n\tbuild-local.sh source-a\nelse\n\tbuild-local.sh source-c\nfi\n",
	"function":      "build() {\n  build-local.sh source-a\n}\nbuild\nbuild\n",
	"case":          "case x in\n  x)\n    sops -d a.yaml\n    ;;\n  *)\n    sops -d b.yaml ;;\nesac\n",
	"here-document": "cat <<EOF\nbuild-local.sh source-a\nsops -d $HOME.yaml\nEOF\nbuild-local.sh source-a\n",
	"quoted end":    "cat <<'EOF'\nsops -d 'a\nEOF\nsops -d a.yaml\n",
	"indented end":  "cat <<-EOF\n\tsops -d a.yaml\n\tEOF\nsops -d a.yaml\n",
	"two documents": "cat <<A - <<B\nsops -d a\nA\nsops -d b\nB\nsops -d c.yaml\n",
	"long text":     "x='\nsops -d a.yaml\n'\necho \"$x\nbuild-local.sh source-a\n\"\nsops -d b.yaml\n",
	"substitution":  "x=$(sops -d a.yaml)\necho \"$(build-local.sh source-a)\"\ny=`sops -d b.yaml`\nsops -d c.yaml\n",
	"nested":        "x=$(echo \")\" '(' $(sops -d a.yaml) `echo b`)\nsops -d b.yaml\n",
	"pipe":          "sops -d a.yaml | cat\ncat /dev/null | sops -d b.yaml\nsops -d c.yaml\n",
	"list":          "true && sops -d a.yaml || true\nsops -d b.yaml; sops -d c.yaml\nsops -d d.yaml\n",
	"background":    "sops -d a.yaml & wait\nsops -d b.yaml\n",
	"redirected":    "sops -d a.yaml >out\nsops -d b.yaml 2>&1\nsops -d c.yaml </dev/null\n",
	"continued":     "build-local.sh \\\n  source-a\nbuild-local.sh source-c\n",
	"comments":      "# don't: sops -d a.yaml\nsops -d b.yaml # isn't it\necho a#b 'c' # \"\nsops -d c.yaml\n",
	"quotes":        "sops -d 'a b.yaml'\nsops -d \"c d.yaml\"\nsops -d e\\ f.yaml\nsops -d 'it'\\''s.yaml'\nsops -d \"\\$x.yaml\"\n",
	"variables":     "f=a.yaml\nsops -d $f\nsops -d \"$f\"\nsops -d ${f%.yaml}\nsops -d a.yaml\n",
	"globs":         "touch q1.yaml\nsops -d q*.yaml\nsops -d '*.yaml'\n",
	"assigned":      "X=1 sops -d a.yaml\nexport Y=2\nsops -d b.yaml\n",
	"braces":        "{ sops -d a.yaml; }\n(sops -d b.yaml)\n{\nsops -d c.yaml\n}\n(\nsops -d d.yaml\n)\n",
	"arithmetic":    "x=$((1 << 2))\n((x > 1))\n[[ a < b ]]\nsops -d a.yaml\n",
	"here-string":   "cat <<<\"sops -d a.yaml\"\nsops -d b.yaml\n",
	"process":       "cat <(sops -d a.yaml)\nsops -d b.yaml\n",
	"words":         "time sops -d a.yaml\n! sops -d b.yaml\ncommand sops -d c.yaml\nbash -c 'sops -d d.yaml'\n",
	"own function":  "sops() { echo mine; }\nsops -d a.yaml\n",
	"imports":       "pull_upstream.sh big main a/b ./source-z MIT LICENSE\npull_upstream.sh big v1 '' source-y 'MIT OR Apache-2.0' a/LICENSE\n",
	"others":        "sops edit a.yaml\nsops encrypt -i b.yaml\nsops -e c.yaml\n",
	"Dockerfile":    "build-local.sh source-a python/Dockerfile\nbuild-local.sh source-a no/Dockerfile\n",
	"while":         "n=0\nwhile [ $n -lt 2 ]; do\n  n=$((n + 1))\n  sops -d a.yaml\ndone\n",
	"trap":          "trap 'sops -d a.yaml' EXIT\nsops -d b.yaml\n",
	"eval":          "eval sops -d a.yaml\neval 'sops -d b.yaml'\nsops -d c.yaml\n",
	"set -e":        "set -euo pipefail\nsops -d a.yaml\nfalse || sops -d b.yaml\n",
	"escaped end":   "echo \\\nsops -d a.yaml\nsops -d b.yaml\n",
	"blank lines":   "\n\n   \n\t sops -d a.yaml\t \n\n",
	"no newline":    "sops -d a.yaml",
	"dollar quotes": "echo $'it\\'s\nsops -d a.yaml\n'\nsops -d b.yaml\n",
	"array lines":   "x=(\nsops -d a.yaml\n)\nx+=(\nsops -d \"b)\"\n)\n\"${x[@]}\"\nsops -d c.yaml\n",
	"array":         "x=(a\nsops\n-d)\n\"${x[@]:1}\" c.yaml 2>/dev/null\nsops -d b.yaml\n",
}

func TestRewrittenScriptsDoWhatTheyDid(t *testing.T) {
	t.Parallel()
	files := map[string]string{"python/Dockerfile": ""}
	for name, text := range scripts {
		files[strings.ReplaceAll(name, " ", "-")+".sh"] = "#!/bin/bash\n" + text
	}
	o := repository(t, files)
	bin := t.TempDir()
	for _, name := range []string{"build-local.sh", "pull_upstream.sh", "sops", "connkit"} {
		testkit.Program(t, filepath.Join(bin, name), stub)
	}
	run := func(name string) string {
		notes := filepath.Join(t.TempDir(), "notes")
		cmd := exec.Command("bash", filepath.Join(o.Root, strings.ReplaceAll(name, " ", "-")+".sh"))
		cmd.Dir = t.TempDir()
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "NOTES="+notes, "HOME=/h")
		err := cmd.Run()
		said, _ := os.ReadFile(notes)
		if err != nil {
			return string(said) + err.Error()
		}
		return string(said)
	}
	before := map[string]string{}
	for name := range scripts {
		before[name] = run(name)
	}
	r := scan(t, o)
	if err := r.Apply(); err != nil {
		t.Fatal(err)
	}
	if len(r.Edits) < len(scripts)/2 {
		t.Errorf("of %d scripts %d were edited", len(scripts), len(r.Edits))
	}
	for name := range scripts {
		if after := run(name); after != before[name] {
			t.Errorf("%s: it did\n%s\nand does\n%s\nas\n%s", name, before[name], after, read(t, o, strings.ReplaceAll(name, " ", "-")+".sh"))
		}
	}
}
