#!/usr/bin/env bash
# Holds the release: the configuration is right, a snapshot is built twice in
# different folders with equal bytes, archives, packages and SBOMs hold what
# docs/releases.md says, the image answers. usage: release-check.sh GORELEASER
set -euo pipefail
goreleaser=$1
root=$PWD
die() { echo "release-check: $*" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for n in one two; do
  git clone -q "$root" "$work/$n"
  (cd "$work/$n" && git remote set-url origin https://github.com/connkit/connkit.git &&
    "$goreleaser" check --quiet &&
    "$goreleaser" release --snapshot --clean --skip=docker >"$work/$n.log" 2>&1) || { tail -n 40 "$work/$n.log" >&2; die "the snapshot cannot be built"; }
done
(cd "$work/one/dist" && sha256sum -c --quiet checksums.txt)
for f in "$work"/one/dist/{*.tar.gz,*.zip,*.deb,*.rpm,*.spdx.json,checksums.txt}; do
  cmp "$f" "$work/two/dist/$(basename "$f")" || die "two builds differ in $(basename "$f")"
done
cmp "$work"/{one,two}/dist/homebrew/Formula/connkit.rb

cd "$work/one/dist"
for os in linux darwin; do
  for arch in amd64 arm64; do
    tar -tzf connkit_*_"$os"_"$arch".tar.gz >"$work/list"
    for f in connkit LICENSE README.md CHANGELOG.md completions/connkit.bash completions/_connkit completions/connkit.fish man/connkit.1.gz man/connkit-ci-add.1.gz; do
      grep -qx "$f" "$work/list" || die "the archive for $os/$arch has no $f"
    done
  done
done
[ "$(ls ./*.zip | wc -l)" = 2 ] || die "there are not two Windows archives"
for d in *.deb; do
  dpkg-deb -c "$d" >"$work/list"
  for f in ./usr/bin/connkit ./usr/share/bash-completion/completions/connkit ./usr/share/man/man1/connkit-ci-add.1.gz; do
    grep -q " $f\$" "$work/list" || die "$d has no $f"
  done
  dpkg-deb -f "$d" Depends | grep -qx git || die "$d does not depend on git"
done
[ "$(ls ./*.rpm | wc -l)" = 2 ] || die "there are not two rpm packages"
for s in *.spdx.json; do
  python3 - "$s" <<'PY' || die "$s is no SBOM"
import json, sys
d = json.load(open(sys.argv[1]))
names = {p["name"] for p in d["packages"]}
assert d["spdxVersion"] == "SPDX-2.3" and "github.com/connkit/connkit" in names and len(names) == len(d["relationships"]), names
PY
done
mkdir "$work/root"
tar -xzf connkit_*_linux_"$(go env GOARCH)".tar.gz -C "$work/root"
"$work/root/connkit" --version | grep -q '^connkit [0-9]' || die "the program tells no version"

if docker version >/dev/null 2>&1; then
  mkdir "$work/image"
  cp "$root/Dockerfile" "$work/root/connkit" "$work/image"
  tag=connkit-release-check:$$
  docker build -q -t "$tag" "$work/image" >/dev/null 2>&1 || DOCKER_BUILDKIT=0 docker build -q -t "$tag" "$work/image" >/dev/null
  printf 'password_sops: plain\n' >"$work/root/config.yaml"
  docker run --rm "$tag" --version | grep -q '^connkit [0-9]' || die "the image tells no version"
  docker run --rm -v "$work/root:/work" "$tag" secrets check config.yaml && die "the image found no plain secret"
  docker image rm "$tag" >/dev/null
  echo "release-check: the image answers"
else
  echo "release-check: no engine answers: the image was not built"
fi
echo "release-check: $(ls | grep -c connkit_) files, built twice, equal"
