#!/usr/bin/env bash
# Compares connkit encrypt with the sops CLI: wall seconds and peak MiB, best of
# some runs. make bench calls it with both programs in PATH.
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

# measure PREPARE COMMAND… prints the best wall time and peak memory of the processes of a run.
measure() {
  python3 - "$rounds" "$@" <<'PY'
import resource, subprocess, sys, time
rounds, prepare, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
best = None
for _ in range(rounds):
    subprocess.run(["bash", "-c", prepare], check=True)
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took = time.monotonic() - start
    best = took if best is None else min(best, took)
# the peak of the largest process, preparations apart, which are small
print(f"{best:.2f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f}")
PY
}

compare() { # compare WHAT PREPARE CONNKIT SOPS
  local ck so
  read -ra ck <<<"$(measure "$2" bash -c "$3")"
  read -ra so <<<"$(measure "$2" bash -c "$4")"
  awk -v what="$1" -v a="${ck[0]}" -v am="${ck[1]}" -v b="${so[0]}" -v bm="${so[1]}" 'BEGIN {
    if (a < 0.01) a = 0.01
    printf "%-28s %6.2f s %4d MiB   sops %6.2f s %4d MiB   %.1fx faster, %.1fx less memory\n", what, a, am, b, bm, b / a, bm / am }'
}

small() { printf 'host: db.example.com\nport: 5432\nuser: ann\npassword_sops: hunter2 # %s\nadvanced:\n  token_sops: t-%s\n' "$1" "$1"; }
mkdir "$work/small" && for i in $(seq 200); do small "$i" >"$work/small/$i.yaml"; done
# 4.5 MB of a list with a secret in each entry
awk 'BEGIN { print "entries:"; for (i = 0; i < 33000; i++) printf "  - name: entry-%06d\n    description: what this one is about, in a few words\n    password_sops: hunter2-%06d\n    n: %d\n", i, i, i }' >"$work/large.yaml"

echo "encrypting in place ($(nproc) cores)"
compare "1 file" "cp $work/small/1.yaml x.yaml" "connkit encrypt --age $age x.yaml" "sops encrypt -i --encrypted-suffix _sops --age $age x.yaml"
compare "200 files" "rm -rf many && cp -r $work/small many" "connkit encrypt --age $age many/*.yaml" \
  "for f in many/*.yaml; do sops encrypt -i --encrypted-suffix _sops --age $age \$f; done"
compare "$(du -h --apparent-size "$work/large.yaml" | cut -f1) of YAML" "cp $work/large.yaml x.yaml" "connkit encrypt --age $age x.yaml" "sops encrypt -i --encrypted-suffix _sops --age $age x.yaml"
