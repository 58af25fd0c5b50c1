"""The scripts that the nights are compared with give the figures that were planted, and each other's."""

import datetime as dt
import json
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.agreement import DisagreementError, Figures, Key, peer_figures, require_equal
from benchmarks.landing import LOADED_UNTIL, NEW_DAY, Year, link_into, write_year
from benchmarks.peers.request import FIGURES, FORM, INDICATORS, Request
from pipelines.registers.model import load_period_rules
from pipelines.sample import write_province
from pipelines.sample.span import Span
from pipelines.sample.truth import periods_of
from pipelines.settings import Settings

SCRIPTS = ("duckdb", "polars", "pandas")
CHANGES = Settings().province_dir / "unit_changes.csv"


def figures_of(peer: str, landing: Path, as_of: dt.date, folder: Path) -> Figures:
    periods, settings = folder / "periods.csv", Settings()
    begun = periods_of(load_period_rules(settings.province_dir), Span(as_of.year, as_of.year))
    lines = [f"{one.code},{one.start:%Y%m%d},{min(one.end, as_of):%Y%m%d}\n" for one in begun]
    periods.write_text("".join(["period_code,first_day,cut\n", *lines]), encoding="utf-8")
    request = Request(landing, CHANGES, periods, folder / f"{peer}.csv")
    import_module(f"benchmarks.peers.{peer}_script").compute(request)
    return peer_figures(request.out)


def planted(landing: Path) -> Figures:
    """Return the truth about levels and the province, in all periods."""
    truth = json.loads((landing / "truth.json").read_text(encoding="utf-8"))
    found: dict[Key, dict[str, int]] = {}
    for row in (*truth["form"], *truth["indicators"]):
        level = row["unit_level"] if row["scope"] == "level" else ""
        subject = found.setdefault((row["period_code"], row["scope"], level), {})
        if "indicator_code" in row:
            subject |= {row["indicator_code"]: row["numerator"], f"{row['indicator_code']}_of": row["denominator"]}
        else:
            subject |= {name: row[name] for name in FORM}
    return {key: tuple(row[name] for name in FIGURES) for key, row in found.items()}


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("province")
    write_province(folder, 1_000, seed=11)
    return folder


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    return write_year(tmp_path_factory.mktemp("year"), 5_000, Settings())


@pytest.mark.parametrize("peer", SCRIPTS)
def test_a_script_gives_what_was_planted(peer: str, landing: Path, tmp_path: Path) -> None:
    expected = planted(landing)
    got = figures_of(peer, landing, dt.date(2024, 12, 31), tmp_path)
    assert len(expected) == 21 * 4
    assert {key: row for key, row in got.items() if key[1] != "unit"} == expected
    whole: Counter[str] = Counter()
    for (period, scope, _), row in got.items():
        whole[period] += sum(row) if scope == "unit" else 0
    assert whole == {period: sum(row) for (period, scope, _), row in expected.items() if scope == "province"}


@pytest.mark.slow
def test_scripts_agree_before_and_after_the_new_day(year: Year, tmp_path: Path) -> None:
    assert not list(year.loaded.glob(f"*/{NEW_DAY}"))
    link_into(tmp_path / "raw", year.loaded)
    before = [figures_of(peer, tmp_path / "raw", LOADED_UNTIL, tmp_path) for peer in SCRIPTS]
    link_into(tmp_path / "raw", year.new)
    after = [figures_of(peer, tmp_path / "raw", NEW_DAY, tmp_path) for peer in SCRIPTS]
    assert before[0] == before[1] == before[2] != after[0] == after[1] == after[2]
    assert set(year.rows) > {"ho_so", "thanh_phan", "le_phi", "tien_trinh", "don_vi"}


def test_one_differing_figure_is_noticed() -> None:
    ours: Figures = {("2024", "unit", "H19.01"): (1,) * len(FIGURES)}
    require_equal(ours, dict(ours), "polars")
    with pytest.raises(
        DisagreementError, match=f"polars: 1 figures differ: 2024 unit H19.01 {INDICATORS[-1]}_of: 1 .* 2 "
    ):
        require_equal(ours, {("2024", "unit", "H19.01"): (*(1,) * (len(FIGURES) - 1), 2)}, "polars")
    with pytest.raises(DisagreementError, match="province"):
        require_equal(ours, ours | {("2024", "province", ""): (1,) * len(FIGURES)}, "polars")
    with pytest.raises(DisagreementError, match="nothing is published"):
        require_equal({}, {}, "polars")
