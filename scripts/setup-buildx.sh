#!/usr/bin/env bash
# Compiles docker's buildx and a BuildKit daemon for the tests of builders that
# are elsewhere: Debian 12 has packages of neither. Their go.mod files exclude
# versions, with which `go install` takes no module, so that they are compiled
# from a copy of the module.
# usage: setup-buildx.sh TOOLS BUILDX_VERSION BUILDKIT_VERSION
set -euo pipefail
tools=$1 buildx=$2 buildkit=$3
plugin=$tools/docker/cli-plugins/docker-buildx

say() { echo "setup: $*" >&2; }

# compile MODULE VERSION OUT FLAGS PACKAGE
compile() {
  local module=$1 version=$2 out=$3 flags=$4 package=$5 dir work
  say "compiling $(basename "$out") $version into ${out%/*} (a minute or two)"
  dir=$(GOFLAGS='' go mod download -json "$module@$version" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
  [ -n "$dir" ] || { say "$module@$version cannot be had from the Go module proxy"; exit 1; }
  work=$(mktemp -d)
  cp -r "$dir/." "$work"
  chmod -R u+w "$work"
  mkdir -p "${out%/*}"
  (cd "$work" && GOFLAGS='' CGO_ENABLED=0 go build -mod=mod -ldflags "-s -w $flags" -o "$out.part" "$package")
  mv "$out.part" "$out"
  rm -rf "$work"
}

mkdir -p "$tools"
exec 9>"$tools/buildx.lock"
flock 9 # two at once: the second finds it done
[ "$("$plugin" version 2>/dev/null | cut -d' ' -f2)" = "$buildx" ] ||
  compile github.com/docker/buildx "$buildx" "$plugin" "-X github.com/docker/buildx/version.Version=$buildx" ./cmd/buildx
[ "$("$tools/bin/buildkitd" --version 2>/dev/null | cut -d' ' -f3)" = "$buildkit" ] ||
  compile github.com/moby/buildkit "$buildkit" "$tools/bin/buildkitd" "-X github.com/moby/buildkit/version.Version=$buildkit" ./cmd/buildkitd
