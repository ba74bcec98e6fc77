#!/usr/bin/env bash
# Installs what make bench compares connkit with into .tools/bench.
# usage: setup-bench.sh TOOLS
set -euo pipefail
tools=$1/bench

if ! "$tools/bin/copier" --version 2>/dev/null | grep -q 9.19.1; then
  echo "setup: installing copier and cookiecutter into .tools/bench"
  "$1/py/bin/uv" venv --quiet --clear "$tools"
  "$1/py/bin/uv" pip install --quiet --python "$tools/bin/python" copier==9.19.1 cookiecutter==2.7.1
fi
if ! [ -x "$tools/bin/yq" ]; then
  echo "setup: installing yq into .tools/bench"
  GOFLAGS= GOBIN=$tools/bin go install github.com/mikefarah/yq/v4@v4.54.1
fi
command -v jq >/dev/null || { echo "setup: jq is missing: apt-get install jq, or brew install jq"; exit 1; }
