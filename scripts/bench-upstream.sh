#!/usr/bin/env bash
# Times connkit pull-upstream on a big upstream and a big monorepo, beside what
# one would use instead, as ratios of one run. usage: make bench
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$PWD/.tools/py/bin/python
rounds=${ROUNDS:-5}
export HOME=$work XDG_CACHE_HOME=$work/cache GIT_CONFIG_NOSYSTEM=1
git config --global user.name Bench
git config --global user.email bench@example.com
git config --global init.defaultBranch main

# The upstream: 20,000 files, 200 commits, 300 files in the path. The monorepo: 5,000 files, 7,000 commits.
cat >"$work/generate.py" <<'PY'
import random, sys
kind = sys.argv[1]
random.seed(kind)
out = sys.stdout.buffer
def text(most):
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz    \n", k=random.randint(300, most))).encode()
def put(path, data):
    out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
if kind == "upstream":
    mine = [f"connectors/source-demo/p{i % 12}/m{i}.py" for i in range(299)]
    files = mine + [f"connectors/source-n{i // 90:03d}/d{i % 9}/f{i}.py" for i in range(19701)]
    commits, changed = 200, lambda: random.sample(files[1:], 20) + random.sample(mine[1:], 2)  # the first is edited in the monorepo
else:
    files = [f"source-c{i % 150:03d}/p{i % 4}/f{i}.py" for i in range(5000)]
    commits, changed = 7000, lambda: random.sample(files, 1)
for c in range(commits):
    out.write(b"commit refs/heads/main\ncommitter B <b@example.com> %d +0000\ndata 2\nc\n" % (1600000000 + c * 3600))
    for path in files if c == 0 else changed():
        put(path, text(4000))
    if c == 0 and kind == "upstream":
        put("connectors/source-demo/metadata.yaml", b"data:\n  license: MIT\n")
    if c == commits // 2:
        out.write(b"\nreset refs/tags/half\nfrom refs/heads/main\n\n")
PY
for kind in upstream monorepo; do
  git init -q --bare "$work/$kind.git"
  "$python" "$work/generate.py" "$kind" | git -C "$work/$kind.git" fast-import --quiet
  git -C "$work/$kind.git" gc -q
done
git -C "$work/upstream.git" config uploadpack.allowFilter true
url=file://$work/upstream.git

now() { date +%s%N; }
# timed NAME COMMAND… appends the milliseconds to the list of the name.
timed() {
  local name=$1 start
  shift
  start=$(now)
  "$@" >/dev/null 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
  echo $((($(now) - start) / 1000000)) >>"$work/$name.ms"
}
median() { sort -n "$work/$1.ms" | awk '{v[NR]=$1} END{print v[int((NR+1)/2)]}'; }

for _ in $(seq "$rounds"); do
  rm -rf "$work/mono" "$work/bare" "$work/subtree" "$XDG_CACHE_HOME"
  git clone -q "$work/monorepo.git" "$work/mono"
  git init -q --bare "$work/bare"
  git -C "$work/mono" remote add big "$url"
  timed bare git -C "$work/bare" -c fetch.unpackLimit=1 fetch -q --depth 1 "$url" main
  timed first connkit -C "$work/mono" pull-upstream big half connectors/source-demo source-demo MIT connectors/source-demo/metadata.yaml
  sed -i '1s/.*/edited here/' "$work/mono/source-demo/p0/m0.py"
  git -C "$work/mono" commit -qam "an edit"
  timed second connkit -C "$work/mono" pull-upstream --update source-demo main
  grep -q 'edited here' "$work/mono/source-demo/p0/m0.py"
done

base=$(median bare)
printf '\n%-48s %6s  %s\n' "upstream of 20,000 files, monorepo of 7,000 commits" "ms" "of the bare fetch"
for row in "bare:git fetch --depth 1 of the same ref" "first:connkit pull-upstream, first" "second:connkit pull-upstream --update, a local edit"; do
  ms=$(median "${row%%:*}")
  printf '%-48s %6s  %s\n' "${row#*:}" "$ms" "$(awk -v a="$ms" -v b="$base" 'BEGIN{printf "%.2f", a/b}')"
done
