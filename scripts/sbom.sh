#!/usr/bin/env bash
# Writes an SBOM (SPDX 2.3, JSON) of a Go program from what the compiler has put
# into it: the modules that are really linked, with their versions and checksums.
# usage: sbom.sh PROGRAM DOCUMENT
set -euo pipefail
go version -m "$1" | python3 "$(dirname "$0")/sbom.py" "$(basename "$2")" "$(sha256sum "$1" | cut -d' ' -f1)" >"$2"
