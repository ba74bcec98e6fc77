#!/usr/bin/env bash
# Makes what a release packs besides the program: completions and man pages, the
# same bytes for the same commit. usage: release-files.sh DIR
set -euo pipefail
dir=$1
rm -rf "$dir"
mkdir -p "$dir/completions" "$dir/man"
connkit() { go run -tags disable_grpc_modules,grpcnotrace ./cmd/connkit "$@"; }
connkit completion bash >"$dir/completions/connkit.bash"
connkit completion zsh >"$dir/completions/_connkit"
connkit completion fish >"$dir/completions/connkit.fish"
for page in docs/man/*.1; do
  gzip -9 -n -c "$page" >"$dir/man/$(basename "$page").gz"
done
