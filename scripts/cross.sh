#!/usr/bin/env bash
# Compiles connkit for all six targets and looks at what came out; the Windows
# program is the one that refuses. usage: cross.sh TAGS
set -euo pipefail
tags=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# With the flags of `go test` and `go vet`, so that it shares what they have compiled.
build() { # OS ARCH
  GOOS=$1 GOARCH=$2 go build -tags "$tags" -o "$out/connkit-$1-$2" ./cmd/connkit
}

starts() { # FILE HEX
  [ "$(head -c $((${#2} / 2)) "$1" | od -An -tx1 | tr -d ' \n')" = "$2" ] || { echo "cross: $1 is no program for its system" >&2; exit 1; }
}

for arch in amd64 arm64; do
  for os in linux darwin windows; do
    build "$os" "$arch"
    case $os in
      linux) starts "$out/connkit-$os-$arch" 7f454c46 ;;
      darwin) starts "$out/connkit-$os-$arch" cffaedfe ;;
      windows)
        starts "$out/connkit-$os-$arch" 4d5a
        grep -q 'wsl --install' "$out/connkit-$os-$arch" || { echo "cross: the Windows program does not say where connkit runs" >&2; exit 1; }
        ;;
    esac
    echo "cross: $os/$arch compiles"
  done
done
