#!/usr/bin/env bash
# Installs the browser that looks at the site. What is there is left as it is.
set -euo pipefail
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "setup: chromium is missing: install it, or run make as root on Debian" >&2
  exit 1
fi
echo "setup: installing chromium from Debian's packages"
log=$(mktemp)
if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  exit 1
fi
rm -f "$log"
