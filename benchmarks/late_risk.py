"""`python -m benchmarks.late_risk`: what became of the dossiers for which the worklist told a risk.

Writes a synthetic province, runs a night at the end of each month as an office would, keeps what each night's worklist
foretold, and looks at the end of the year how it turned out: by bands of the risk how many dossiers there were, the
mean risk, and the share that became late. Nothing of a later night is known to an earlier one. Belongs here: the
back-test. Does not belong here: the risk itself (`dbt_project/models/metrics/int_late_risk.sql`).
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.measure import ENGLISH

BANDS = (0.02, 0.05, 0.1, 0.2, 0.5)
FORETOLD = """
    select r.as_of, dossier_code, risk, risk_basis
    from marts.worklist cross join marts.dim_run as r
    where category in ('due_today', 'due_soon', 'in_time')
"""
# Late: finished after its due day, or open and overdue at the end. What is open and not late yet is not decided.
BECAME = """
    select dossier_code, case when t.finished_date is not null then t.outcome = 'overdue'
                              when w.category = 'overdue' then true end as is_late
    from marts.fct_timeliness as t left join marts.worklist as w using (dossier_code)
"""


def nights(raw: Path, warehouse: Path, console: Console) -> Iterator[Path]:
    """Run one night per day on which dossiers came; yield the published database after each.

    Raises:
        subprocess.CalledProcessError: If a night does not publish.
    """
    days = sorted(folder.name for folder in (raw / "ho_so").iterdir())
    for first, day in zip(["2000-01-01", *days], days, strict=False):
        console.print(f"night of {day} …")
        command = [sys.executable, "-m", "pipelines", "run", "--raw", str(raw), "--warehouse", str(warehouse),
                   "--day", f"{first}..{day}"]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, **ENGLISH})
        yield warehouse / "current" / "tthc.duckdb"


def back_test(folder: Path, dossiers: int, console: Console) -> pl.DataFrame:
    """Return what was foretold for each dossier at each night, and what became of it (`is_late`; null: not decided)."""
    raw, warehouse = folder / "raw", folder / "warehouse"
    command = [sys.executable, "-m", "pipelines", "sample", "--out", str(raw), "--dossiers", str(dossiers)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **ENGLISH})
    foretold, became = [], pl.DataFrame()
    for database in nights(raw, warehouse, console):
        with duckdb.connect(str(database), read_only=True) as connection:
            foretold.append(connection.execute(FORETOLD).pl())
            became = connection.execute(BECAME).pl()
    last = max(frame["as_of"].max() for frame in foretold if frame.height)  # type: ignore[type-var]
    return pl.concat(foretold).filter(pl.col("as_of") < last).join(became, on="dossier_code", how="left")


def calibration(found: pl.DataFrame) -> pl.DataFrame:
    """Return by band of the risk: dossiers, mean risk, share that became late, and two standard errors of the share."""
    share, count = pl.col("is_late").mean(), pl.len()
    return (
        found.drop_nulls(["risk", "is_late"])
        .with_columns(band=pl.sum_horizontal(pl.col("risk") >= edge for edge in BANDS))
        .group_by("band")
        .agg(dossiers=count, foretold=pl.col("risk").mean(), late=share, error=2 * (share * (1 - share) / count).sqrt())
        .sort("band")
    )


def brier(found: pl.DataFrame) -> tuple[float, float]:
    """Return the mean squared error of the risk, and that of telling everybody the mean share."""
    known = found.drop_nulls(["risk", "is_late"]).with_columns(pl.col("is_late").cast(pl.Float64))
    errors = known.select(
        risk=((pl.col("risk") - pl.col("is_late")) ** 2).mean(),
        mean=((pl.col("is_late").mean() - pl.col("is_late")) ** 2).mean(),
    )
    return errors["risk"][0], errors["mean"][0]


def show(found: pl.DataFrame, title: str, console: Console) -> None:
    """Print the calibration table of some rows."""
    table = Table(title=title)
    for header in ("risk", "dossiers", "mean risk", "became late", "± 2 s.e."):
        table.add_column(header, justify="right")
    for row in calibration(found).iter_rows():
        band, dossiers, foretold, late, error = row
        edges = (0, *BANDS, 1)
        table.add_row(
            f"{edges[band]:.0%} – {edges[band + 1]:.0%}",
            f"{dossiers:,}",
            f"{foretold:.1%}",
            f"{late:.1%}",
            f"{error:.1%}",
        )
    known = found.drop_nulls(["risk", "is_late"])
    risk, mean = brier(found)
    console.print(table)
    console.print(
        f"{found.height:,} foretold or not: {found['risk'].null_count():,} without a risk, "
        f"{found.filter(pl.col('risk').is_not_null())['is_late'].null_count():,} not decided yet; "
        f"mean risk {known.select(pl.mean('risk')).item():.1%}, "
        f"late {known.select(pl.mean('is_late')).item():.1%}; "
        f"Brier score {risk:.4f} (everybody the mean: {mean:.4f})"
    )


def main() -> None:
    """Run the back-test and print its tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--dossiers", type=int, default=60_000)
    asked.add_argument("--keep", type=Path, help="also write the rows there, as Parquet")
    arguments = asked.parse_args()
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        found = back_test(Path(folder), arguments.dossiers, console)
    if arguments.keep:
        found.write_parquet(arguments.keep)
    show(found, "all", console)
    for basis in ("procedure_unit", "procedure_level", "procedure"):
        show(found.filter(pl.col("risk_basis") == basis), basis, console)


if __name__ == "__main__":
    main()
