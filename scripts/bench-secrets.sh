#!/usr/bin/env bash
# Compares connkit encrypt with the sops CLI: wall and CPU seconds and peak MiB,
# best of some runs. make bench calls it with both programs in PATH.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rounds=${ROUNDS:-3}
export HOME=$work SOPS_AGE_KEY_FILE=$work/keys.txt SOPS_DISABLE_VERSION_CHECK=1
unset XDG_CONFIG_HOME
mkdir "$work/root" && touch "$work/root/connkit.yaml" && cd "$work/root"
connkit secrets init >/dev/null 2>&1
age=$(awk '$1 == "age:" {print $2}' .sops.yaml)
rm .sops.yaml

# measure PREPARE COMMAND… prints the least wall and CPU time and the peak memory of the processes of a run.
measure() {
  python3 - "$rounds" "$@" <<'PY'
import resource, subprocess, sys, time
rounds, prepare, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
best, least = 1e9, 1e9
def cpu():
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    return u.ru_utime + u.ru_stime
for _ in range(rounds):
    subprocess.run(["bash", "-c", prepare], check=True)
    start, used = time.monotonic(), cpu()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    best, least = min(best, time.monotonic() - start), min(least, cpu() - used)
# the peak of the largest process, preparations apart, which are small
print(f"{best:.2f} {least:.2f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f}")
PY
}

compare() { # compare WHAT PREPARE CONNKIT SOPS
  local ck so
  read -ra ck <<<"$(measure "$2" bash -c "$3")"
  read -ra so <<<"$(measure "$2" bash -c "$4")"
  awk -v what="$1" -v a="${ck[0]}" -v ac="${ck[1]}" -v am="${ck[2]}" -v b="${so[0]}" -v bc="${so[1]}" -v bm="${so[2]}" 'BEGIN {
    if (a < 0.01) a = 0.01; if (ac < 0.01) ac = 0.01
    printf "%-14s %6.2f s (CPU %5.2f) %4d MiB   sops %6.2f s (CPU %5.2f) %4d MiB   %.1fx in time, %.1fx in CPU, %.1fx in memory\n", what, a, ac, am, b, bc, bm, b / a, bc / ac, bm / am }'
}

small() { printf 'host: db.example.com\nport: 5432\nuser: ann\npassword_sops: hunter2 # %s\nadvanced:\n  token_sops: t-%s\n' "$1" "$1"; }
mkdir "$work/small" && for i in $(seq 200); do small "$i" >"$work/small/$i.yaml"; done
# 4.5 MB of a list with a secret in each entry
awk 'BEGIN { print "entries:"; for (i = 0; i < 37000; i++) printf "  - name: entry-%06d\n    description: what this one is about, in a few words\n    password_sops: hunter2-%06d\n    n: %d\n", i, i, i }' >"$work/large.yaml"

echo "encrypting in place ($(nproc) cores)"
compare "1 file" "cp $work/small/1.yaml x.yaml" "connkit encrypt --age $age x.yaml" "sops encrypt -i --encrypted-suffix _sops --age $age x.yaml"
compare "200 files" "rm -rf many && cp -r $work/small many" "connkit encrypt --age $age many/*.yaml" \
  "for f in many/*.yaml; do sops encrypt -i --encrypted-suffix _sops --age $age \$f; done"
compare "$(du -h --apparent-size "$work/large.yaml" | cut -f1) of YAML" "cp $work/large.yaml x.yaml" "connkit encrypt --age $age x.yaml" "sops encrypt -i --encrypted-suffix _sops --age $age x.yaml"
