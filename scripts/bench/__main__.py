"""Compares connkit with what one would use instead and prints one table: medians, and ratios of medians, of one run.

usage: bench --tools DIR [--rounds N] [--only JOB…] [--write FILE]
"""
from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from jobs import JOBS, settle
from measure import Figures, Job, measure


def seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def ratio(other: float, ours: float) -> str:
    """How many times connkit's figure the other one is."""
    got = other / max(ours, 0.001)
    return f"{got:.2f}" if got < 10 else f"{got:.0f}"


def rows(job: Job, figures: list[Figures]) -> list[list[str]]:
    ours = figures[0]
    name = job.name
    if job.per:
        count, unit = job.per
        ours.remark = f"{count / ours.wall / 1000:.0f}k {unit}/s"
    table = [[name, ours.name, seconds(ours.wall), seconds(ours.cpu), f"{ours.peak / 1024:.0f} MiB", "1", "1", ours.remark]]
    for other in figures[1:]:
        table.append([
            "", other.name, seconds(other.wall), seconds(other.cpu), f"{other.peak / 1024:.0f} MiB",
            ratio(other.wall, ours.wall), ratio(other.cpu, ours.cpu), other.remark,
        ])
    return table


def markdown(table: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    def line(row: list[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
    return "\n".join([line(table[0]), "|" + "|".join("-" * (w + 2) for w in widths) + "|", *map(line, table[1:])])


def version(*command: str) -> str:
    got = subprocess.run(command, capture_output=True, text=True, check=True)
    return (got.stdout + got.stderr).strip().splitlines()[0]


def machine() -> str:
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB, {platform.system()} {platform.release().split('-')[0]}"


def sizes(tools: Path) -> list[list[str]]:
    """The programs' sizes, which need no timing."""
    ours = os.path.getsize(shutil.which("connkit") or sys.exit("bench: no connkit on PATH"))
    table = [["binary", "connkit", "", "", f"{ours / 2**20:.0f} MiB", "1", "", "on disk"]]
    for name, path in (("sops", shutil.which("sops")), ("yq", tools / "bin" / "yq")):
        size = os.path.getsize(path)
        table.append(["", name, "", "", f"{size / 2**20:.0f} MiB", ratio(size, ours), "", "on disk"])
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=JOBS, help="only these jobs")
    parser.add_argument("--write", type=Path, help="put the table into this Markdown file, between its marks")
    parser.add_argument("--tools", type=Path, required=True, help="where copier, cookiecutter and yq are")
    o = parser.parse_args()
    table = [["job", "with", "time", "CPU", "memory", "x time", "x CPU", ""]]
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="bench ") as work:
        settle(Path(work))
        for word in o.only or JOBS:
            for job in JOBS[word](Path(work), o.tools.resolve()):
                print(f"bench: {job.name}", file=sys.stderr, flush=True)
                table += rows(job, measure(job, o.rounds))
    if not o.only:
        table += sizes(o.tools)
    text = markdown(table)
    facts = "\n".join([
        f"{datetime.date.today():%Y-%m-%d}, connkit {version('connkit', 'version').split()[-1]}, {o.rounds} rounds, load {load:.1f} at the start.",
        f"{machine()}.",
        f"{version('git', '--version')}; {version('sops', '--version', '--disable-version-check')}; {version('docker', '--version')}; {version('jq', '--version')}.",
    ])
    print(f"\n{text}\n\n{facts}")
    if o.write:
        page = o.write.read_text()
        head, rest = page.split("<!-- begin -->\n", 1)
        o.write.write_text(f"{head}<!-- begin -->\n{facts}\n\n{text}\n<!-- end -->{rest.split('<!-- end -->', 1)[1]}")


main()
