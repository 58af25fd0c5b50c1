"""What a campaign found, as a table: on the terminal, and in docs/reliability.md between two marks."""

import json
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from tests.campaign.faults.campaign import Verdict

HEADER = ("family", "faults injected", "refused", "quarantined", "silently wrong", "rows lost", "violations")
MARK = "<!-- faults: made by `make faults` -->"


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        refused: Nights that ended without publishing, and files refused.
    """

    family: str
    injected: int
    refused: int
    quarantined: int
    silently_wrong: int
    rows_lost: int
    violations: int

    @property
    def cells(self) -> list[str]:
        numbers = (self.injected, self.refused, self.quarantined, self.silently_wrong, self.rows_lost, self.violations)
        return [self.family, *(f"{number:,}" for number in numbers)]


def lines(verdicts: list[Verdict]) -> list[Line]:
    """Return one line per family in the order of the families' first verdicts by name, and their sum."""
    families = sorted({verdict.family for verdict in verdicts})
    found = [_line(family, [v for v in verdicts if v.family == family]) for family in families]
    return [*found, _line("together", verdicts)]


def _line(name: str, verdicts: list[Verdict]) -> Line:
    return Line(
        name,
        sum(v.injected for v in verdicts),
        sum(v.refused for v in verdicts),
        sum(v.quarantined for v in verdicts),
        sum(len(v.silently_wrong) for v in verdicts),
        sum(len(v.rows_lost) for v in verdicts),
        sum(len(v.violations) for v in verdicts),
    )


def table(verdicts: list[Verdict]) -> Table:
    """Return for the terminal."""
    shown = Table(*HEADER, title="faults")
    for line in lines(verdicts):
        shown.add_row(*line.cells)
    return shown


def as_json(verdicts: list[Verdict]) -> str:
    """Return family → how much was injected, and every trouble in words."""
    families = sorted({verdict.family for verdict in verdicts})
    by_family = {family: [v for v in verdicts if v.family == family] for family in families}
    return json.dumps({
        name: {"injected": sum(v.injected for v in found), "troubles": [t for v in found for t in v.troubles]}
        for name, found in by_family.items()
    }, ensure_ascii=False)  # fmt: skip


def write(verdicts: list[Verdict], page: Path, *, seed: int) -> None:
    """Replace the table between the marks of the page."""
    rows = ["| " + " | ".join(HEADER) + " |", "|---|" + "--:|" * (len(HEADER) - 1)]
    rows += ["| " + " | ".join(line.cells) + " |" for line in lines(verdicts)]
    commits = ", ".join(sorted({verdict.code for verdict in verdicts}))
    summary = f"Seed {seed}, code {commits}, {sum(v.seconds for v in verdicts) / 3600:.1f} hours of nights."
    before, _, after = page.read_text(encoding="utf-8").partition(MARK)
    _, _, rest = after.partition(MARK)
    page.write_text("\n".join([f"{before}{MARK}", "", *rows, "", summary, "", f"{MARK}{rest}"]), encoding="utf-8")
