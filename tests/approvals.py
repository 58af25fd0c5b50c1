"""Approvals of all that a refused night waits for, entered from the lines that the product itself proposes.

Belongs here: turning a verdict into rows of overrides.csv. Does not belong here: what is held.
"""

import csv
import json
from pathlib import Path

from pipelines.registers.holds import Override
from pipelines.reports.held_items import approvals_needed, override_line


def approve_all(warehouse: Path, overrides: Path) -> int:
    """Add a row to `overrides` for each thing that holds the newest refused candidate.

    Return how many there were.
    """
    newest = max((warehouse / "refused").iterdir(), key=lambda folder: folder.stat().st_mtime)
    verdict = json.loads((newest / "gate.json").read_text(encoding="utf-8"))
    until = newest.name[:10]
    known = list(csv.DictReader(overrides.read_text(encoding="utf-8").splitlines()))
    things = approvals_needed(verdict)
    # A figure that moved in two periods is proposed twice in the same words, and one row is enough.
    for line in dict.fromkeys(override_line(thing, until) for thing in things):
        proposed = dict(zip(Override.model_fields, next(csv.reader([line])), strict=True))
        known.append(proposed | {"approved_by": "Người thử", "approved_on": until, "reason": "files drawn for a test"})
    with overrides.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(Override.model_fields), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(known)
    return len(things)
