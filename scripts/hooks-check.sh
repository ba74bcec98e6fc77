#!/usr/bin/env bash
# Runs the hooks of .pre-commit-hooks.yaml by pre-commit itself, installed from
# this commit, in a repository where two of them pass and one has to fail.
# usage: hooks-check.sh TOOLS TAGS
set -euo pipefail
tools=$1 root=$PWD
version=4.7.0
die() { echo "hooks: $*" >&2; exit 1; }

if ! "$tools/pre-commit/bin/pre-commit" --version 2>/dev/null | grep -qF "$version"; then
  echo "setup: installing pre-commit $version into .tools/pre-commit"
  rm -rf "$tools/pre-commit"
  "$tools/py/bin/uv" venv --quiet "$tools/pre-commit"
  "$tools/py/bin/uv" pip install --quiet --python "$tools/pre-commit/bin/python" "pre-commit==$version"
fi

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
# The modules and what was compiled are there already.
GOMODCACHE=$(go env GOMODCACHE) GOCACHE=$(go env GOCACHE)
export GOMODCACHE GOCACHE GOFLAGS="-tags=$2" PRE_COMMIT_HOME="$work/cache"
git clone -q "$root" "$work/connkit"
mkdir -p "$work/repo/.github/workflows" "$work/repo/source-a"
cd "$work/repo"
git init -q -b main
git config user.name Ann && git config user.email ann@example.com
printf 'jobs:\n  build:\n    runs-on: ubuntu-24.04\n    strategy:\n      matrix:\n        connector: [source-a]\n    steps: [{run: "true"}]\n' >.github/workflows/ci.yaml
echo '[project]' >source-a/pyproject.toml
printf 'token_sops: plain-token\n' >source-a/config.yaml
cat >.pre-commit-config.yaml <<END
repos:
  - repo: $work/connkit
    rev: $(git -C "$work/connkit" rev-parse HEAD)
    hooks: [{id: connkit-ci-check}, {id: connkit-upstream-verify}, {id: connkit-secrets-check}]
END
git add -A
status=0
"$tools/pre-commit/bin/pre-commit" run --all-files --verbose >"$work/log" 2>&1 || status=$?
[ "$status" = 1 ] || { cat "$work/log" >&2; die "exit status $status, want 1"; }
while IFS='|' read -r hook want; do
  grep -A4 "^$hook\.*$want\$" "$work/log" >/dev/null || { cat "$work/log" >&2; die "\"$hook\" has not $want"; }
done <<END
every connector stands in CI|Passed
records of imports are true|Passed
secrets are encrypted|Failed
END
grep -q 'source-a/config.yaml:1:1: the value of /token_sops is not encrypted' "$work/log" || die "the plain secret is not named"
sed -i '/token_sops/d' source-a/config.yaml && git add -A
"$tools/pre-commit/bin/pre-commit" run --all-files >"$work/log" 2>&1 || { cat "$work/log" >&2; die "it does not pass without a plain secret"; }
echo "hooks: three ran by pre-commit $version"
