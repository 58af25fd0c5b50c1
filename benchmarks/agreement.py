"""What a comparison asserts: each night checked and protected what it published, and all peers give its figures.

Belongs here: reading published figures and those of a peer into one shape. Does not belong here: time.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import duckdb

from benchmarks.peers.request import FIGURES, FORM, INDICATORS
from pipelines.storage.manifest import read_manifest

SHOWN = 5
# Period, scope and subject (unit code, level, or nothing for the province) → `FIGURES`.
Key = tuple[str, str, str]
Figures = dict[Key, tuple[int, ...]]


class DisagreementError(AssertionError):
    """A night left something out, or a peer gives other figures."""


def published_figures(version: Path) -> Figures:
    """Return what a version publishes, of all periods."""
    found: defaultdict[Key, dict[str, int]] = defaultdict(dict)
    form, subject = ", ".join(FORM), "period_code, scope, unit_code, unit_level"
    with duckdb.connect(str(version / "tthc.duckdb"), read_only=True) as connection:
        for *who, counts in connection.execute(f"select {subject}, [{form}] from marts.handling_status").fetchall():
            found[_key(*who)] |= dict(zip(FORM, counts, strict=True))
        for *who, indicator, numerator, denominator in connection.execute(
            f"select {subject}, indicator_code, numerator, denominator from marts.indicator_values"
            " where rule = 'plan' and list_contains($1, indicator_code) and denominator > 0", [list(INDICATORS)]
        ).fetchall():  # fmt: skip
            found[_key(*who)] |= {indicator: numerator, f"{indicator}_of": denominator}
    return _without_zeros({key: tuple(row.get(name, 0) for name in FIGURES) for key, row in found.items()})


def _key(period: str, scope: str, unit: str, level: str) -> Key:
    return period, scope, {"unit": unit, "level": level}.get(scope, "")


def write_periods(version: Path, out: Path) -> None:
    """Write the periods for which a version publishes figures, as peers want them (`peers.request`)."""
    with duckdb.connect(str(version / "tthc.duckdb"), read_only=True) as connection:
        connection.sql(
            "select period_code, strftime(start_date, '%Y%m%d') as first_day, strftime(cut_date, '%Y%m%d') as cut"
            " from marts.dim_period where period_code in (select period_code from marts.handling_status) order by all"
        ).write_csv(str(out))


def peer_figures(path: Path) -> Figures:
    """Return what a peer wrote."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = {(row["period"], row["scope"], row["subject"]): row for row in csv.DictReader(lines)}
    return _without_zeros({key: tuple(int(row[name]) for name in FIGURES) for key, row in rows.items()})


def _without_zeros(figures: Figures) -> Figures:
    """Return the subjects for which anything counts; rows of zeros may be left out."""
    return {key: row for key, row in figures.items() if any(row)}


def differences(ours: Figures, theirs: Figures) -> list[str]:
    """Return where two differ, in words."""
    nothing = (0,) * len(FIGURES)
    return [
        f"{' '.join(key)} {name}: {mine} published, {other} by the peer"
        for key in sorted(ours.keys() | theirs.keys())
        for name, mine, other in zip(FIGURES, ours.get(key, nothing), theirs.get(key, nothing), strict=True)
        if mine != other
    ]


def require_equal(ours: Figures, theirs: Figures, peer: str) -> None:
    """Raise DisagreementError if a peer gives other figures, or if there are none at all."""
    found = differences(ours, theirs)
    if found or not ours:
        shown = "; ".join(found[:SHOWN]) or "nothing is published"
        raise DisagreementError(f"{peer}: {len(found)} figures differ: {shown}")


def require_checked(version: Path, delivered: Mapping[str, int] | None = None, *, same_vintage: bool = False) -> None:
    """Raise DisagreementError unless gate, conservation and disclosure ran for a version and passed.

    Args:
        version: The folder of the version.
        delivered: Rows by source that must have come in; None compares nothing.
        same_vintage: True where the open data before may rightly stay: no period has closed since.
    """
    manifest = read_manifest(version)
    gate, rows, open_data = manifest["gate"], manifest["rows"], manifest.get("open_data")
    wrong = []
    checks = sum(len(table["checks"]) for table in gate["tables"])
    if not (gate["success"] and gate["evaluated"] == gate["expected"] and checks >= gate["expected"] > 0):
        wrong.append(f"the gate evaluated {gate['evaluated']} of {gate['expected']} checks")
    for source, count in rows.items():
        if count["rows_in"] != count["accepted"] + count["rejected"] + count["superseded"]:
            wrong.append(f"rows of {source} are not accounted for")
    for source, expected in (delivered or {}).items():
        if rows.get(source, {}).get("rows_in") != expected:
            wrong.append(f"{rows.get(source, {}).get('rows_in')} rows of {source} came in, {expected} were delivered")
    if open_data is None or open_data["state"] not in (("new", "unchanged") if same_vintage else ("new",)):
        wrong.append(f"no new open data: {open_data and open_data['state']}")
    if wrong or not rows:
        raise DisagreementError("; ".join(wrong) or "nothing came in")
