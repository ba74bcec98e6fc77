#!/usr/bin/env bash
# Reads `go test -v`, prints it without the chatter of each test, and fails when
# a test was skipped: what was not run is never counted as passed.
set -uo pipefail
skipped=0
while IFS= read -r line; do
  case $line in
    "=== "*) continue ;;
    *"--- SKIP"*) skipped=$((skipped + 1)) ;;
  esac
  printf '%s\n' "$line"
done
if [ "$skipped" -gt 0 ]; then
  echo "NOT RUN: $skipped tests were skipped" >&2
  exit 1
fi
