"""The jobs that are timed: what connkit does, and what one would do without it."""
from __future__ import annotations

import difflib
import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from measure import Job, Side


def run(*command: str | Path, cwd: Path | None = None, stdin: bytes | None = None) -> str:
    return subprocess.run([str(w) for w in command], cwd=cwd, input=stdin, check=True, stdout=subprocess.PIPE).stdout.decode()


def git(folder: Path, *words: str | Path) -> str:
    return run("git", "-C", folder, *words)


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def put(path: Path, text: str, mode: int = 0o644) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def gone(*paths: Path) -> Callable[[], None]:
    def remove() -> None:
        for path in paths:
            shutil.rmtree(path, ignore_errors=True)
    return remove


def settle(work: Path) -> None:
    """Gives git, sops and connkit a home of their own."""
    home = fresh(work / "home")
    os.environ.update(
        HOME=str(home), XDG_CACHE_HOME=str(home / "cache"), XDG_CONFIG_HOME=str(home / "config"), GIT_CONFIG_NOSYSTEM="1",
        SOPS_AGE_KEY_FILE=str(home / "keys.txt"), SOPS_DISABLE_VERSION_CHECK="1", GIT_EDITOR="true",
    )
    for key, value in (("user.name", "Bench"), ("user.email", "bench@example.com"), ("init.defaultBranch", "main")):
        run("git", "config", "--global", key, value)


def starting(work: Path, tools: Path) -> Iterator[Job]:
    yield Job(
        "start-up",
        Side("connkit --help", [["connkit", "--help"]], work),
        [Side("sops --help", [["sops", "--help"]], work), Side("copier --help", [[tools / "bin/copier", "--help"]], work)],
        rounds=21,
    )


def new(work: Path, tools: Path) -> Iterator[Job]:
    repo = fresh(work / "new")
    git(repo, "init", "-q")
    run("connkit", "new", "source-a", cwd=repo)
    copier, cookie = fresh(work / "copier"), fresh(work / "cookie")
    put(copier / "copier.yml", "_subdirectory: files\nname: x\n")
    put(cookie / "cookiecutter.json", json.dumps({"name": "x", "_copy_without_render": ["*"]}))
    for path in (repo / "source-a").rglob("*"):
        text = path.read_text() if path.is_file() else "{{"
        if "{{" not in text and "{%" not in text:  # both read the texts as templates
            for root in (copier / "files", cookie / "{{cookiecutter.name}}"):
                put(root / path.relative_to(repo / "source-a"), text)

    def made(folder: Path) -> Callable[[], str]:
        return lambda: f"{sum(p.is_file() for p in folder.rglob('*'))} files"

    out = work / "out"
    yield Job(
        "new",
        Side("connkit new", [["connkit", "new", "source-b"]], repo, gone(repo / "source-b"), made(repo / "source-b")),
        [
            Side("copier", [[tools / "bin/copier", "copy", "--quiet", "--defaults", copier, out]], work, gone(out), made(out)),
            Side("cookiecutter", [[tools / "bin/cookiecutter", "--no-input", "-o", work, cookie]], work, gone(work / "x"), made(work / "x")),
        ],
    )


def ci_add(work: Path, tools: Path) -> Iterator[Job]:
    """A workflow of 400 lines with a matrix of 66 connectors, half of its lines set apart by blank ones."""
    repo = fresh(work / "ci")
    git(repo, "init", "-q")
    names = [f"source-n{i}" for i in range(10, 76)]
    text = "name: CI\n\non: push\n\njobs:\n  build:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        connector:\n"
    text += "".join(f"          - {name}\n" for name in names) + "    steps:\n"
    for i in range(1, 65):
        text += f'      # step {i}\n      - name: Step {i}\n        run: |\n          echo "${{{{ matrix.connector }}}}"\n\n'
    for name in [*names, "source-n42b"]:
        put(repo / name / "pyproject.toml", "")
    workflow = repo / ".github/workflows/ci.yaml"

    def restore() -> None:
        put(workflow, text)

    def changed() -> str:
        before, after = text.splitlines(), workflow.read_text().splitlines()
        if not any("source-n42b" in line for line in after):
            raise SystemExit("bench: the entry is not there")
        blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        return f"lines changed: {len(before) + len(after) - 2 * sum(block.size for block in blocks)}"

    expression = '.jobs.build.strategy.matrix.connector += "source-n42b" | .jobs.build.strategy.matrix.connector |= sort'
    yield Job(
        "ci add",
        Side("connkit ci add", [["connkit", "ci", "add", "source-n42b"]], repo, restore, changed),
        [Side("yq -i", [[tools / "bin/yq", "-i", expression, workflow]], repo, restore, changed)],
        rounds=15,
    )


def encrypt(work: Path, _: Path) -> Iterator[Job]:
    repo = fresh(work / "secrets")
    put(repo / "connkit.yaml", "")
    run("connkit", "secrets", "init", cwd=repo)
    rule = repo / ".sops.yaml"
    age = next(line.split()[1] for line in rule.read_text().splitlines() if line.strip().startswith("age:"))
    rule.unlink()
    plain = fresh(work / "plain")
    files = [
        put(plain / f"{i:03d}.yaml", f"host: db.example.com\nport: 5432\nuser: ann\npassword_sops: hunter2 # {i}\nadvanced:\n  token_sops: t-{i}\n")
        for i in range(200)
    ]
    entry = "  - name: entry-{0:06d}\n    description: what this one is about, in a few words\n    password_sops: hunter2-{0:06d}\n    n: {0}\n"
    large = put(plain / "large.yaml", "entries:\n" + "".join(entry.format(i) for i in range(37000)))
    for name, chosen, rounds in (("encrypt, 1 file", files[:1], 11), ("encrypt, 200 files", files, 3), ("encrypt, 4.5 MB", [large], 3)):
        targets = [repo / path.name for path in chosen]

        def restore(chosen: list[Path] = chosen, targets: list[Path] = targets) -> None:
            for path, target in zip(chosen, targets):
                shutil.copy(path, target)

        def sealed(targets: list[Path] = targets) -> str:
            if any("ENC[" not in target.read_text() for target in targets):
                raise SystemExit("bench: a file is not encrypted")
            return ""

        yield Job(
            name,
            Side("connkit encrypt", [["connkit", "encrypt", "--age", age, *targets]], repo, restore, sealed),
            [Side("sops", [["sops", "encrypt", "-i", "--encrypted-suffix", "_sops", "--age", age, t] for t in targets], repo, restore, sealed)],
            rounds=rounds,
        )


# The upstream has 20,000 files and 200 commits, 300 of the files in the path; the monorepo 5,000 files and 7,000 commits.
PATH = "connectors/source-demo"
LICENCE = f"{PATH}/metadata.yaml"


def history(kind: str) -> Iterator[bytes]:
    """A history as `git fast-import` reads it."""
    chance = random.Random(kind)

    def text() -> bytes:
        return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz    \n", k=chance.randint(300, 4000))).encode()

    if kind == "upstream":
        mine = [f"{PATH}/p{i % 12}/m{i}.py" for i in range(299)]
        files = mine + [f"connectors/source-n{i // 90:03d}/d{i % 9}/f{i}.py" for i in range(19701)]
        commits = 200
    else:
        mine, commits = [], 7000
        files = [f"source-c{i % 150:03d}/p{i % 4}/f{i}.py" for i in range(5000)]
    for number in range(commits):
        yield b"commit refs/heads/main\ncommitter B <b@example.com> %d +0000\ndata 2\nc\n" % (1600000000 + number * 3600)
        if number == 0:
            paths = files
        elif mine:  # the first file is the one that is edited in the monorepo
            paths = chance.sample(files[1:], 20) + chance.sample(mine[1:], 2)
        else:
            paths = chance.sample(files, 1)
        for path in paths:
            data = text()
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
        if number == 0 and mine:
            licence = b"data:\n  license: MIT\n"
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (LICENCE.encode(), len(licence), licence)
        if number == commits // 2:
            yield b"\nreset refs/tags/half\nfrom refs/heads/main\n\n"


def pull(work: Path, _: Path) -> Iterator[Job]:
    for kind in ("upstream", "monorepo"):
        bare = work / f"{kind}.git"
        run("git", "init", "-q", "--bare", bare)
        git_import = subprocess.Popen(["git", "-C", bare, "fast-import", "--quiet"], stdin=subprocess.PIPE)
        assert git_import.stdin
        git_import.stdin.writelines(history(kind))
        git_import.stdin.close()
        if git_import.wait() != 0:
            raise SystemExit("bench: git fast-import failed")
        git(bare, "gc", "-q")
    upstream = work / "upstream.git"
    git(upstream, "config", "uploadpack.allowFilter", "true")
    url = upstream.as_uri().replace("%20", " ")
    ours, theirs, bare, copy = (work / name for name in ("pull ours", "pull theirs", "pull bare", "pull copy"))

    def clone(folder: Path) -> None:
        fresh(folder)
        git(work, "clone", "-q", work / "monorepo.git", folder)
        git(folder, "remote", "add", "big", url)

    def before_first() -> None:
        clone(ours)
        shutil.rmtree(Path(os.environ["XDG_CACHE_HOME"]), ignore_errors=True)

    def empty() -> None:
        git(fresh(bare), "init", "-q", "--bare")

    def before_subtree() -> None:
        clone(theirs)
        gone(copy)()

    def edited(folder: Path) -> Callable[[], None]:
        def edit() -> None:
            first = folder / "source-demo/p0/m0.py"
            put(first, "edited here\n" + first.read_text().split("\n", 1)[-1])
            git(folder, "commit", "-qam", "an edit")
        return edit

    def merged(folder: Path) -> Callable[[], str]:
        def look() -> str:
            if "edited here" not in (folder / "source-demo/p0/m0.py").read_text() or git(folder, "status", "--porcelain"):
                raise SystemExit("bench: the edit was lost, or the pull left something")
            return ""
        return look

    connkit = ["connkit", "pull-upstream"]
    fetch = Side("git fetch --depth 1, no import", [["git", "-c", "fetch.unpackLimit=1", "fetch", "-q", "--depth", "1", url, "main"]], bare, empty)

    def split(ref: str, verb: str) -> list[list[str | Path]]:
        return [
            ["git", "-C", copy, "checkout", "-q", ref],
            ["git", "-C", copy, "subtree", "split", "-q", "--prefix", PATH, "-b", f"split-{ref}"],
            ["git", "-C", theirs, "fetch", "-q", copy, f"split-{ref}"],
            ["git", "-C", theirs, "subtree", verb, "-q", "--prefix", "source-demo", "-m", "import", "FETCH_HEAD"],
        ]

    yield Job(
        "pull-upstream, first",
        Side("connkit pull-upstream", [[*connkit, "big", "half", PATH, "source-demo", "MIT", LICENCE]], ours, before_first),
        [Side("git subtree", [["git", "clone", "-q", url, copy], *split("half", "add")], work, before_subtree), fetch],
        rounds=5,
    )

    def again() -> None:
        before_first()
        run(*connkit, "big", "half", PATH, "source-demo", "MIT", LICENCE, cwd=ours)
        edited(ours)()

    def subtree_again() -> None:
        before_subtree()
        for command in [["git", "clone", "-q", url, copy], *split("half", "add")]:
            run(*command, cwd=work)
        edited(theirs)()

    yield Job(
        "pull-upstream, next",
        Side("connkit pull-upstream --update", [[*connkit, "--update", "source-demo", "main"]], ours, again, merged(ours)),
        [Side("git subtree", [["git", "-C", copy, "fetch", "-q"], *split("main", "merge")], work, subtree_again, merged(theirs)), fetch],
        rounds=5,
    )


REGISTRY = "bench.example"


def build(work: Path, _: Path) -> Iterator[Job]:
    """Every step is cached, so what remains is what connkit adds to the engine's own build."""
    repo = fresh(work / "build")
    git(repo, "init", "-q")
    folder = repo / "source-tiny"
    main = put(folder / "main.go", "package main\n\nfunc main() {}\n")
    subprocess.run(["go", "build", "-o", folder / "run", main], env={**os.environ, "CGO_ENABLED": "0"}, check=True)
    put(folder / "Dockerfile", "FROM scratch\nARG CONNECTOR_TYPE\nCOPY source-tiny /x\nLABEL FLOW_RUNTIME_PROTOCOL=${CONNECTOR_TYPE}\nUSER 1\nENTRYPOINT [\"/x/run\"]\n")
    put(repo / ".dockerignore", ".git\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "one")
    arguments = [word for pair in ("CONNECTOR_NAME=source-tiny", "CONNECTOR_TYPE=capture", "USAGE_RATE=1.0") for word in ("--build-arg", pair)]
    put(repo / "connkit.yaml", f"image: {{registry: {REGISTRY}}}\n")
    ours = ["connkit", "build", "source-tiny", "--engine", "docker"]
    docker = Side("docker build", [["docker", "build", "-q", *arguments, "-t", "bench:local", "-f", "source-tiny/Dockerfile", "."]], repo)
    run(*docker.commands[0], cwd=repo)
    yield Job("build, cached", Side("connkit build --no-probe", [[*ours, "--no-probe"]], repo), [docker], rounds=11)
    yield Job("build, nothing to do", Side("connkit build --if-stale", [[*ours, "--if-stale"]], repo), [docker], rounds=11)
    run("docker", "rmi", "-f", "bench:local", f"{REGISTRY}/source-tiny:local")


CONNECTOR = """#!/bin/sh
while read -r request; do
  case $request in
    '{"spec"'*) echo '{"spec":{"protocol":3032023,"configSchema":{},"resourceConfigSchema":{"properties":{"stream":{"type":"string"}}},"documentationUrl":"https://example.com","resourcePathPointers":["/stream"]}}' ;;
    '{"validate"'*) echo '{"validated":{"bindings":[{"resourcePath":["users"]}]}}' ;;
    '{"apply"'*) echo '{"applied":{}}' ;;
    '{"open"'*) echo '{"opened":{}}'; cat "$DOCUMENTS"; exit ;;
  esac
done
"""

CATALOG = """captures:
  acmeCo/many: {endpoint: {local: {command: [./many.sh], config: {}}}, bindings: [{resource: {stream: users}, target: acmeCo/users}]}
collections:
  acmeCo/users:
    key: [/id]
    schema:
      type: object
      required: [id]
      properties:
        {id: {type: integer}, name: {type: string}, email: {type: [string, "null"]}, updated_at: {type: string, format: date-time}, _meta: {type: object}}
"""


def preview(work: Path, _: Path) -> Iterator[Job]:
    """Two million small documents of a capture, on one core with the capture itself."""
    count = 2_000_000
    repo = fresh(work / "flow")
    git(repo, "init", "-q")
    folder = repo / "source-many"
    put(folder / "pyproject.toml", "")
    put(folder / "many.sh", CONNECTOR, 0o755)
    put(folder / "test.flow.yaml", CATALOG)
    documents = work / "documents"
    document = '{"captured":{"doc":{"id":%d,"name":"Ann Example","email":"ann@example.com","updated_at":"2026-01-01T00:00:00Z","_meta":{"op":"u"}}}}\n'
    checkpoint = '{"checkpoint":{"state":{"updated":{"n":%d},"mergePatch":true}}}\n'
    with documents.open("w") as out:
        for i in range(1, count + 1):
            out.write(document % i)
            if i % 1000 == 0:
                out.write(checkpoint % i)
    pin = ["taskset", "-c", "0"]
    env = {"DOCUMENTS": str(documents)}
    command = [*pin, "connkit", "-C", repo, "run", "preview", folder.name]
    jq = Side("jq -c .", [[*pin, "jq", "-c", ".", documents]], repo)
    yield Job("preview", Side("connkit run preview", [command], repo, env=env), [jq], rounds=3, per=(count, "documents"))
    yield Job("preview, unchecked", Side("… --no-check", [[*command, "--no-check"]], repo, env=env), [jq], rounds=3, per=(count, "documents"))


JOBS: dict[str, Callable[[Path, Path], Iterator[Job]]] = {
    "start-up": starting,
    "new": new,
    "ci": ci_add,
    "encrypt": encrypt,
    "pull-upstream": pull,
    "build": build,
    "preview": preview,
}
