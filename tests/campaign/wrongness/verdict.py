"""One file through reader and judge, and what became of it against what it truly holds.

exact: every row, as it should be. refused: no row came in. quarantined: some rows were kept back, all others are right.
silently wrong: a row came in that the file does not hold, or one is missing without a message.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.common.errors import FileRefused
from pipelines.contracts.fields import ContractField
from pipelines.contracts.model import Contract
from pipelines.parsing.readers.reading import read
from pipelines.parsing.validate import Validators

Verdict = Literal["exact", "refused", "quarantined", "silently wrong"]
DAY = dt.date(2024, 12, 31)
Row = tuple[str | None, ...]


def text_row(cells: Iterable[str]) -> Row:
    """Return cells as a row of text; an empty one is null."""
    return tuple(cell or None for cell in cells)


@dataclass(frozen=True)
class Case:
    """A file, the contract it is read by, and the rows it holds as text; None if it holds none for certain.

    Attributes:
        wanted: The verdict that is right where more than one would be safe.
        name: What to call it.
    """

    path: Path
    contract: Contract
    truth: list[Row] | None
    wanted: Verdict | None = None
    name: str = ""


def written(value: object, field: ContractField, contract: Contract) -> str | None:
    """Return a typed value as the file would write it."""
    if isinstance(value, (dt.date, dt.time)):
        return value.strftime(field.format or getattr(contract.formats, f"{field.type}_text"))
    return None if value is None else str(value)


def judge_case(case: Case) -> tuple[Verdict, str]:
    """Return the verdict, and the refusal's or the first reason's code."""
    contract, judge = case.contract, Validators({case.contract.source: case.contract}, DAY)
    found: list[tuple[int, Row]] = []
    reasons: Counter[str] = Counter()
    try:
        for batch in read(case.path, case.path.name, contract, {contract.source: contract}):
            accepted, rejected = judge(batch)
            reasons.update(reason for row in rejected["_reasons"] for reason in row)
            kept = [field for field in contract.fields if field.personal != "drop"]
            found += [
                (row["_row_number"], tuple(written(row[f.name], f, contract) for f in kept))
                for row in accepted.iter_rows(named=True)
            ]
    except FileRefused as refusal:
        return "refused", refusal.code
    rows = [row for _, row in sorted(found)]
    truth = case.truth or []
    if rows == truth and not (reasons and case.wanted):
        return "exact", ""
    if rows == truth:
        return "quarantined", next(iter(reasons))
    foreign, gone = Counter(rows) - Counter(truth), Counter(truth) - Counter(rows)
    if foreign or (gone and not reasons):
        return "silently wrong", next(iter(reasons), "")
    return "quarantined", next(iter(reasons))
