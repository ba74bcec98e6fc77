"""Times commands: a round runs every command of a job once, so that what else the machine does meets all of them alike."""
from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Side:
    """One way to do a job: how to come to the start, and the commands that are timed."""

    name: str
    commands: Sequence[Sequence[str | Path]]
    cwd: Path
    prepare: Callable[[], None] = lambda: None
    check: Callable[[], str] = lambda: ""  # raises when the job was not done; its answer is a remark
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Job:
    name: str
    ours: Side
    others: Sequence[Side]
    rounds: int = 0  # 0: as many as were asked for
    work: str = ""  # what is timed, where its name does not say it
    per: tuple[int, str] | None = None  # count and unit, for a rate


@dataclass
class Sample:
    wall: float
    cpu: float
    peak: int  # KiB of the largest process


@dataclass
class Figures:
    """Medians over the rounds of one side."""

    name: str
    wall: float
    cpu: float
    peak: int
    remark: str


def once(side: Side) -> Sample:
    """Runs the side's commands one after the other and adds up what they took."""
    wall = cpu = 0.0
    peak = 0
    for command in side.commands:
        # never pipes: who reads one would be timed as well
        with tempfile.TemporaryFile() as complaints:
            begun = time.perf_counter()
            process = subprocess.Popen(
                [str(word) for word in command], cwd=side.cwd, env={**os.environ, **side.env},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=complaints,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall += time.perf_counter() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                complaints.seek(0)
                text = complaints.read().decode(errors="replace")[-2000:]
                sys.exit(f"bench: {side.name}: {command[0]} ended with {process.returncode}\n{text}")
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss)
    return Sample(wall, cpu, peak)


def measure(job: Job, rounds: int) -> list[Figures]:
    """Runs the job in rounds; the first figures are connkit's."""
    sides = [job.ours, *job.others]
    samples: list[list[Sample]] = [[] for _ in sides]
    remarks = [""] * len(sides)
    for _ in range(job.rounds or rounds):
        for number, side in enumerate(sides):
            side.prepare()
            samples[number].append(once(side))
            remarks[number] = side.check()
    return [
        Figures(
            side.name,
            statistics.median(s.wall for s in got),
            statistics.median(s.cpu for s in got),
            int(statistics.median(s.peak for s in got)),
            remark,
        )
        for side, got, remark in zip(sides, samples, remarks)
    ]
