#!/usr/bin/env bash
# Makes container engines and base images for the tests of connkit build: Docker,
# podman and buildah, and Debian 12 with Python 3.11 and with Go. What is there
# is left as it is. Needs root, and Debian's packages where an engine is missing.
# usage: setup-docker.sh TOOLS [engine]      engine: Docker alone, no images
set -euo pipefail
tools=$1 only=${2:-}
python_image=connkit-test/python:bookworm
go_image=connkit-test/go:bookworm
run=/var/run/docker-engine

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }
up() { timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }
have() { command -v "$1" >/dev/null 2>&1; }

install_packages() {
  have apt-get || die "$* is missing and there is no apt-get: the tests with real engines cannot run"
  [ "$(id -u)" = 0 ] || die "$* is missing and only root can install it: the tests with real engines cannot run"
  say "installing $* from Debian's packages"
  local log
  log=$(mktemp)
  if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "apt-get could not install $*; its log is $log"
  fi
  rm -f "$log"
}

alive() { [ -n "$1" ] && grep -q '^Name:.dockerd$' "/proc/$1/status" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }

start_docker() {
  have dockerd && have iptables || install_packages docker.io iptables
  [ "$(id -u)" = 0 ] || die "no Docker engine answers and only root can start one: the tests with real engines cannot run"
  mkdir -p "$run"
  local pid i=0
  pid=$(cat "$run/dockerd.pid" 2>/dev/null || true)
  if ! alive "$pid"; then
    rm -f "$run/dockerd.pid" "$run/exec/containerd/containerd.pid" # of an engine that was killed: the new one would wait for it
    say "starting dockerd (its log: $run/dockerd.log)"
    setsid nohup dockerd --exec-root "$run/exec" --pidfile "$run/dockerd.pid" >"$run/dockerd.log" 2>&1 </dev/null 9>&- &
    pid=$!
  fi
  until up; do
    i=$((i + 1))
    # A busy machine takes seconds to make setsid and nohup the dockerd that is looked for.
    if { [ $i -gt 50 ] && ! alive "$pid"; } || [ $i -gt 900 ]; then
      tail -n 20 "$run/dockerd.log" >&2
      die "dockerd does not answer"
    fi
    sleep 0.2
  done
}

# root_tar makes the root of Debian 12 with Python, once, in .tools.
root_tar() {
  local tar=$tools/images/bookworm.tar dir log
  [ -s "$tar" ] && return
  have debootstrap || install_packages debootstrap
  mkdir -p "$tools/images"
  dir=$(mktemp -d "$tools/images/root.XXXXXX")
  log=$(mktemp)
  say "making a Debian 12 with Python 3.11 (debootstrap, a minute)"
  if ! debootstrap --variant=minbase --include=python3,python3-venv,python3-pip,ca-certificates bookworm "$dir" \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "debootstrap failed; its log is $log"
  fi
  rm -rf "$dir"/var/cache/apt/archives/*.deb "$dir"/var/lib/apt/lists/* "$dir"/usr/share/{doc,man,locale}/* "$log"
  tar -C "$dir" -c . -f "$tar.part"
  mv "$tar.part" "$tar"
  rm -rf "$dir"
}

images() {
  if ! docker image inspect "$python_image" >/dev/null 2>&1; then
    root_tar
    docker import -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$tools/images/bookworm.tar" "$python_image" >/dev/null
  fi
  if ! podman image exists "$python_image"; then
    root_tar
    podman import -q -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$tools/images/bookworm.tar" "$python_image" >/dev/null
  fi
  if ! docker image inspect "$go_image" >/dev/null 2>&1; then
    say "making an image with $(go env GOVERSION)"
    # The engine's classic builder takes a context from stdin; links in GOROOT are followed.
    { printf 'FROM %s\nCOPY go /usr/local/go\nENV PATH=/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin GOPATH=/go GOTOOLCHAIN=local\n' "$python_image" >"$tools/images/Dockerfile"; }
    tar -c -C "$tools/images" Dockerfile -C "$(go env GOROOT)" --exclude ./test --exclude ./doc --exclude ./api --transform 's,^\./,go/,' . |
      DOCKER_BUILDKIT=0 docker build -q -t "$go_image" - >/dev/null 2>"$tools/images/go.log" || { cat "$tools/images/go.log" >&2; die "the image with Go could not be made"; }
  fi
}

# Where limits cannot be raised podman's own defaults are refused.
containers_conf() {
  mkdir -p "$tools/images"
  printf '[containers]\ndefault_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]\n' >"$tools/images/containers.conf"
}

mkdir -p "$tools"
exec 9>"$tools/docker.lock"
flock 9 # two at once: the second finds it done
have docker && up || start_docker
[ "$only" = engine ] && exit 0
have podman || install_packages podman
have buildah || install_packages buildah
containers_conf
images
