"""The runner's own verdicts, with a connector and a package that are played."""

import argparse
import contextlib
import io
import unittest
from types import SimpleNamespace
from typing import Any

import run
from flowside import Preview
from table import row
from truth import Stream, Sync

STREAM = Stream("a", None, {"type": "object", "properties": {"id": {"type": "integer"}}}, [["id"]], False, {})


class Played(run.Case):
    """A case that is past discover: what connkit and what the package gives are known."""

    def __init__(self, given: list[Any], own: list[Any], status: int = 0) -> None:
        options = argparse.Namespace(work="/nowhere", keep=True)
        super().__init__({"package": "tap-x==1.0", "only": "preview"}, options, None, None)  # type: ignore[arg-type]
        log = "" if status == 0 else "it failed"
        self.flow = SimpleNamespace(preview=lambda state: Preview(status, {"a": given}, {}, log))  # type: ignore[assignment]
        self.truth = SimpleNamespace(read=lambda config, streams: Sync(status, {"a": own}))  # type: ignore[assignment]

    def steps(self) -> None:
        self.done("validate")
        self.sessions({}, [STREAM])


def verdict(case: Played) -> tuple[bool, str, str]:
    said = io.StringIO()
    result = case.run()
    with contextlib.redirect_stdout(said):
        bad = run.report(result, "")
    return bad, said.getvalue(), row(result)


class Verdicts(unittest.TestCase):
    def test_equal_documents_pass(self) -> None:
        bad, said, line = verdict(Played([{"id": 1, "_meta": {"op": "c"}}], [{"id": 1}]))
        self.assertFalse(bad)
        self.assertIn("validate, preview", said)
        self.assertIn("| validate, preview | 1 | none |", line)

    def test_nothing_is_not_equal(self) -> None:
        for status in (0, 1):
            bad, said, line = verdict(Played([], [], status))
            self.assertTrue(bad, said)
            self.assertIn("nothing came", said)
            self.assertNotIn("preview", said)
            self.assertIn("| validate | 0 | stopped: nothing came", line)

    def test_one_side_without_documents_is_a_difference(self) -> None:
        for given, own in (([], [{"id": 1}]), ([{"id": 1}], [])):
            bad, _, line = verdict(Played(given, own))
            self.assertTrue(bad)
            self.assertIn(f"preview a: {len(given)} documents for {len(own)} records", line)


if __name__ == "__main__":
    unittest.main()
