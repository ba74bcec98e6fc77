#!/usr/bin/env bash
# Puts uv and Poetry into a virtual environment of the repository.
# usage: setup-python.sh VENV UV_VERSION POETRY_VERSION
set -euo pipefail
venv=$1 uv=$2 poetry=$3

if [ "$("$venv/bin/uv" --version 2>/dev/null | cut -d' ' -f2)" = "$uv" ] &&
  "$venv/bin/poetry" --version 2>/dev/null | grep -qF "$poetry"; then
  exit 0
fi

python=
for p in python3.11 python3.12 python3; do
  if "$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$p; break; fi
done
if [ -z "$python" ]; then
  echo "setup: Python 3.11 or newer is missing: the tests with the real SDKs cannot run" >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "setup: installing python3-venv from Debian's packages"
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
  else
    echo "setup: python3-venv is missing: install it, or run make as root on Debian" >&2
    exit 1
  fi
fi
echo "setup: installing uv $uv and Poetry $poetry into ${venv#"$PWD"/}"
rm -rf "$venv"
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$uv" "poetry==$poetry"
