#!/usr/bin/env bash
# Puts the generator of the site into a virtual environment, by exact versions.
# usage: setup-site.sh TOOLS
set -euo pipefail
tools=$1
venv=$tools/site
wanted=$(dirname "$0")/site-requirements.txt

# A clone that was moved has an environment whose programs do not start.
if cmp -s "$wanted" "$venv/requirements.txt" && "$venv/bin/mkdocs" --version >/dev/null 2>&1; then exit 0; fi
echo "setup: installing MkDocs and its theme into .tools/site"
rm -rf "$venv"
"$tools/py/bin/uv" venv --quiet "$venv"
"$tools/py/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps -r "$wanted"
cp "$wanted" "$venv/requirements.txt"
