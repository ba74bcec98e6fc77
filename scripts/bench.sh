#!/usr/bin/env bash
# Compares connkit with what one would use instead, as ratios of one run.
# usage: make bench
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tools=$PWD/.tools/bench
root=$PWD
rounds=${ROUNDS:-10}

if [ ! -x "$tools/bin/copier" ]; then
  echo "bench: installing copier and cookiecutter into .tools/bench"
  "$root/.tools/py/bin/uv" venv --quiet "$tools"
  "$root/.tools/py/bin/uv" pip install --quiet --python "$tools/bin/python" copier==9.19.1 cookiecutter==2.7.1
fi

if [ ! -x "$tools/bin/yq" ]; then
  echo "bench: installing yq into .tools/bench"
  GOFLAGS= GOBIN="$tools/bin" go install github.com/mikefarah/yq/v4@v4.54.1
fi

# cpu COMMAND… prints the user and system seconds of $rounds runs.
cpu() {
  local TIMEFORMAT='%U %S'
  { time (for _ in $(seq "$rounds"); do "$@" >/dev/null 2>&1 || exit 1; done); } 2>&1 | awk '{printf "%.2f\n", $1+$2}'
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN{ if (b < 0.01) b = 0.01; printf "%.0fx", a/b }'; }

git init -q "$work/repo"
mkdir -p "$work/copier/files" "$work/cookie/{{cookiecutter.name}}"
(cd "$work/repo" && connkit new source-a >/dev/null)
printf '_subdirectory: files\nname: x\n' >"$work/copier/copier.yml"
printf '{"name": "x"}\n' >"$work/cookie/cookiecutter.json"
for f in $(cd "$work/repo/source-a" && find . -type f -name '*.*' | grep -v '{{' | head -20); do
  install -D "$work/repo/source-a/$f" "$work/copier/files/$f"
  install -D "$work/repo/source-a/$f" "$work/cookie/{{cookiecutter.name}}/$f"
done
printf '{"name": "x", "_copy_without_render": ["*"]}\n' >"$work/cookie/cookiecutter.json"

new() { (cd "$work/repo" && rm -rf source-b && connkit new source-b); }
copier_() { rm -rf "$work/out" && "$tools/bin/copier" copy --quiet --defaults "$work/copier" "$work/out"; }
cookie() { rm -rf "$work/x" && "$tools/bin/cookiecutter" --no-input -o "$work" "$work/cookie"; }

echo "CPU seconds of $rounds runs"
c=$(cpu new); p=$(cpu copier_); k=$(cpu cookie)
printf '%-28s %6s\n%-28s %6s  %s\n%-28s %6s  %s\n' "connkit new" "$c" "copier copy" "$p" "$(ratio "$p" "$c")" "cookiecutter" "$k" "$(ratio "$k" "$c")"
h=$(cpu connkit --help); ph=$(cpu "$tools/bin/copier" --version)
printf '%-28s %6s\n%-28s %6s  %s\n' "connkit --help" "$h" "copier --version" "$ph" "$(ratio "$ph" "$h")"

# A workflow of 400 lines with a matrix of 66 connectors, half of its lines set apart by blank ones.
ci=$work/ci
mkdir -p "$ci/.github/workflows" && git init -q "$ci"
{
  printf 'name: CI\n\non: push\n\njobs:\n  build:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        connector:\n'
  for i in $(seq 10 75); do
    echo "          - source-n$i"
    install -D /dev/null "$ci/source-n$i/pyproject.toml"
  done
  printf '    steps:\n'
  for i in $(seq 1 64); do
    # shellcheck disable=SC2016 # the expression is GitHub's
    printf '      # step %s\n      - name: Step %s\n        run: |\n          echo "${{ matrix.connector }}"\n\n' "$i" "$i"
  done
} >"$ci/ci.yaml"
install -D /dev/null "$ci/source-n42b/pyproject.toml"
workflow=$ci/.github/workflows/ci.yaml
add() { cp "$ci/ci.yaml" "$workflow" && connkit -C "$ci" ci add source-n42b; }
yq_() { cp "$ci/ci.yaml" "$workflow" && "$tools/bin/yq" -i '.jobs.build.strategy.matrix.connector += "source-n42b" | .jobs.build.strategy.matrix.connector |= sort' "$workflow"; }
changed() { "$1" >/dev/null; diff "$ci/ci.yaml" "$workflow" | grep -c '^[<>]'; }
a=$(cpu add); y=$(cpu yq_)
printf '%-28s %6s  lines changed: %s\n%-28s %6s  %s  lines changed: %s\n' "connkit ci add ($(wc -l <"$ci/ci.yaml") lines)" "$a" "$(changed add)" "yq -i" "$y" "$(ratio "$y" "$a")" "$(changed yq_)"

# Two million small documents of a capture, on one core with the capture itself.
flow=$work/flow/source-many
mkdir -p "$flow" && git init -q "$work/flow"
: >"$flow/pyproject.toml"
cat >"$flow/many.sh" <<'MANY'
#!/bin/sh
while read -r request; do
  case $request in
    '{"spec"'*) echo '{"spec":{"protocol":3032023,"configSchema":{},"resourceConfigSchema":{"properties":{"stream":{"type":"string"}}},"documentationUrl":"https://example.com","resourcePathPointers":["/stream"]}}' ;;
    '{"validate"'*) echo '{"validated":{"bindings":[{"resourcePath":["users"]}]}}' ;;
    '{"apply"'*) echo '{"applied":{}}' ;;
    '{"open"'*) echo '{"opened":{}}'; cat "$MANY_DOCUMENTS"; exit ;;
  esac
done
MANY
chmod +x "$flow/many.sh"
cat >"$flow/test.flow.yaml" <<'CATALOG'
captures:
  acmeCo/many: {endpoint: {local: {command: [./many.sh], config: {}}}, bindings: [{resource: {stream: users}, target: acmeCo/users}]}
collections:
  acmeCo/users:
    key: [/id]
    schema:
      type: object
      required: [id]
      properties:
        {id: {type: integer}, name: {type: string}, email: {type: [string, "null"]}, updated_at: {type: string, format: date-time}, _meta: {type: object}}
CATALOG
export MANY_DOCUMENTS=$work/documents
count=2000000
awk -v n=$count 'BEGIN {
  for (i = 1; i <= n; i++) {
    printf "{\"captured\":{\"doc\":{\"id\":%d,\"name\":\"Ann Example\",\"email\":\"ann@example.com\",\"updated_at\":\"2026-01-01T00:00:00Z\",\"_meta\":{\"op\":\"u\"}}}}\n", i
    if (i % 1000 == 0) printf "{\"checkpoint\":{\"state\":{\"updated\":{\"n\":%d},\"mergePatch\":true}}}\n", i
  }
}' >"$MANY_DOCUMENTS"
pin=(); command -v taskset >/dev/null && pin=(taskset -c 0)
wall() { local TIMEFORMAT=%R; { time "$@" >/dev/null 2>&1; } 2>&1; }
per() { awk -v n=$count -v s="$1" 'BEGIN { printf "%d documents/s", n / s }'; }
checked=$(wall "${pin[@]}" connkit -C "$flow" run preview .)
unchecked=$(wall "${pin[@]}" connkit -C "$flow" run preview . --no-check)
echo "seconds for $count documents on one core"
printf '%-28s %6s  %s\n%-28s %6s  %s\n' "connkit run preview" "$checked" "$(per "$checked")" "  --no-check" "$unchecked" "$(per "$unchecked")"
if command -v jq >/dev/null; then
  j=$(wall "${pin[@]}" sh -c 'jq -c . "$MANY_DOCUMENTS"')
  printf '%-28s %6s  %s\n' "jq -c ." "$j" "$(ratio "$j" "$unchecked")"
fi

bash "$root/scripts/bench-secrets.sh"
# The overhead of connkit build over docker build of the same files, every step
# cached, and what a build costs when there is nothing to do.
bash "$root/scripts/setup-docker.sh" "$root/.tools" engine
img=$work/img
git init -q "$img"
mkdir -p "$img/source-tiny"
printf 'package main\n\nfunc main() {}\n' >"$img/source-tiny/main.go"
CGO_ENABLED=0 go build -o "$img/source-tiny/run" "$img/source-tiny/main.go"
printf 'FROM scratch\nARG CONNECTOR_TYPE\nCOPY source-tiny /x\nLABEL FLOW_RUNTIME_PROTOCOL=${CONNECTOR_TYPE}\nUSER 1\nENTRYPOINT ["/x/run"]\n' >"$img/source-tiny/Dockerfile"
printf '.git\n' >"$img/.dockerignore"
git -C "$img" add -A && git -C "$img" -c user.name=a -c user.email=a@example.com commit -qm one
args=(--build-arg CONNECTOR_NAME=source-tiny --build-arg CONNECTOR_TYPE=capture --build-arg USAGE_RATE=1.0)
docker_build() { (cd "$img" && docker build "${args[@]}" -t bench:local -f source-tiny/Dockerfile .); }
connkit_build() { connkit -C "$img" build source-tiny --no-probe --engine docker; }
if_stale() { connkit -C "$img" build source-tiny --if-stale --engine docker; }
# wall COMMAND… prints the median milliseconds of 11 runs.
wall() {
  for _ in $(seq 11); do
    local start=${EPOCHREALTIME/./}
    "$@" >/dev/null 2>&1 || exit 1
    echo $(((${EPOCHREALTIME/./} - start) / 1000))
  done | sort -n | sed -n 6p
}
echo "milliseconds, median of 11 runs"
d=$(wall docker_build); b=$(wall connkit_build); s=$(wall if_stale)
printf '%-28s %6s\n%-28s %6s  %+d ms\n%-28s %6s\n' "docker build" "$d" "connkit build --no-probe" "$b" "$((b - d))" "connkit build --if-stale" "$s"
