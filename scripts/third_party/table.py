"""Prints reports of run.py as the table of docs/tested-connectors.md; of a package that was run twice the later counts.

    python scripts/third_party/table.py REPORT [REPORT ...]
"""

import json
import re
import sys
from typing import Any

STEPS = ("spec", "discover", "validate", "preview", "again", "resume", "resume from nothing")


def row(result: dict[str, Any]) -> str:
    name, _, version = result["package"].partition("==")
    ran = [step for step in STEPS if step in result["ran"]]
    wrong = "; ".join([*result["differences"], *filter(None, [result.get("ended")])])
    told = re.sub(r"\s+", " ", wrong).replace("|", "/")
    found = f"stopped: {told[-160:]}" if result.get("ended") else told[:160] or "none"
    cells = (name, version or result.get("version", ""), result.get("sdk", ""), ", ".join(ran) or "-", str(result.get("documents", "-")), found, result["note"])
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    results: dict[str, dict[str, Any]] = {}
    for path in sys.argv[1:]:
        with open(path) as f:
            for line in f:
                result = json.loads(line)
                results[result["package"]] = result
    print("| package | version | kit | compared | documents | differences | what is odd about it |")
    print("|---|---|---|---|---|---|---|")
    for name in sorted(results):
        print(row(results[name]))


if __name__ == "__main__":
    main()
