#!/usr/bin/env bash
# Walks the main job in a throw-away monorepo and prints what it does. Needs
# connkit in PATH; leaves nothing behind.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL="$work/gitconfig"
git config --file "$GIT_CONFIG_GLOBAL" user.name "Demo"
git config --file "$GIT_CONFIG_GLOBAL" user.email "demo@example.com"
git init -q -b main "$work/connectors"
cd "$work/connectors"

say() { printf '\n== %s\n' "$*"; }
run() {
  printf '$ %s\n' "$*"
  "$@"
}
discover() { # through a pipe it prints a line of JSON a binding: their beginnings will do here
  printf '$ connkit run discover %s\n' "$1"
  connkit --quiet run discover "$1" | sed -E 's/^(.{100}).*/\1 …/'
}

say "a capture of your own, in Python"
run connkit new source-bigdata
run connkit env source-bigdata
run connkit run spec source-bigdata >spec.json
head -c 300 spec.json && printf ' …\n'
discover source-bigdata

say "an Airbyte source from the registry, behind a shim"
run connkit new source-faker --template airbyte --upstream-package airbyte-source-faker==7.2.1 --class source_faker:SourceFaker
run connkit env source-faker
discover source-faker

say "a Singer tap"
run connkit new source-orders --template singer
run connkit env source-orders
discover source-orders

say "a capture in Go"
run connkit new source-events --template go
discover source-events

say "what is in the repository now"
run connkit list
git add -A
git -c core.safecrlf=false commit -qm "Add four connectors"
git diff --quiet HEAD && printf '\nfour connectors, scaffolded and answering\n'
