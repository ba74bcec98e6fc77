"""What MkDocs does not do by itself: pages from outside of docs/, the list of
commands, links to files that are no pages, console blocks with their commands in bold."""

import re
import sys
from pathlib import Path

from mkdocs.structure.files import File, InclusionLevel

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

# Pages that lie at the top of the repository, by their place in the site.
FROM_TOP = {"index.md": "README.md", "contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
LINK = re.compile(r"(\[[^\]]*\])\(([^)\s]+)\)")


def on_config(config):
    """Lists the commands, which the pages themselves tell."""
    titles = {}
    for page in sorted((ROOT / "docs").glob("*.md")):
        first = page.read_text(encoding="utf-8").split("\n", 1)[0]
        if first.startswith("# connkit "):
            titles[first.removeprefix("# connkit ")] = page.name
    steps = ["new", "pull-upstream", "upstream", "env", "run", "debug", "encrypt", "decrypt", "edit", "secrets", "build", "images", "use", "ci"]
    order = sorted(titles, key=lambda t: (steps.index(t.split(",")[0].split()[0]) if t.split(",")[0].split()[0] in steps else 99, t))
    for item in config.nav:
        if "Commands" in item:
            item["Commands"] = [{t.replace("connkit ", ""): titles[t]} for t in order] + [{"all flags": "reference/connkit.md"}]
    return config


def on_files(files, config):
    for place, source in FROM_TOP.items():
        files.append(File.generated(config, place, content=(ROOT / source).read_text(encoding="utf-8"), inclusion=InclusionLevel.INCLUDED))
    files.append(File.generated(config, "site.css", content=(ROOT / "scripts/site-theme/site.css").read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown, page, config, files):
    place = page.file.src_uri
    lies = ROOT / FROM_TOP[place] if place in FROM_TOP else ROOT / "docs" / place

    def mend(m):
        target, _, anchor = m[2].partition("#")
        if not target or "://" in target:
            return m[0]
        path = (lies.parent / target).resolve()
        anchor = "#" + anchor if anchor else ""
        for there, source in FROM_TOP.items():
            if path == ROOT / source:
                return f"{m[1]}({relative(there, place)}{anchor})"
        inside = path.is_relative_to(ROOT / "docs")
        if inside and path.is_dir() and (path / "README.md").exists():
            path = path / "README.md"
        if inside and path.is_file():
            return f"{m[1]}({relative(path.relative_to(ROOT / 'docs').as_posix(), place)}{anchor})"
        return f"{m[1]}({config.extra['source']}/blob/main/{path.relative_to(ROOT).as_posix()}{anchor})"

    # Code is left alone.
    parts = re.split(r"(^```.*?^```$)", markdown, flags=re.S | re.M)
    return "".join(p if i % 2 else LINK.sub(mend, p) for i, p in enumerate(parts))


def relative(target, place):
    up = "../" * place.count("/")
    return up + target
