"""The scripts that the nights are compared with give the figures that were planted, and each other's."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.agreement import DisagreementError, Figures, peer_figures, require_equal
from benchmarks.landing import LOADED_UNTIL, NEW_DAY, Year, link_into, write_year
from benchmarks.peers.request import FIGURES, FORM, INDICATORS, Request
from pipelines.sample import write_province
from pipelines.settings import Settings

SCRIPTS = ("duckdb", "polars", "pandas")
CHANGES = Settings().province_dir / "unit_changes.csv"


def figures_of(peer: str, landing: Path, cut: str, folder: Path) -> Figures:
    request = Request(landing, CHANGES, cut, folder / f"{peer}.csv")
    import_module(f"benchmarks.peers.{peer}_script").compute(request)
    return peer_figures(request.out)


def planted(landing: Path, period: str) -> Figures:
    """Return the truth about levels and the province."""
    truth = json.loads((landing / "truth.json").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in (*truth["form"], *truth["indicators"]):
        if row["period_code"] != period:
            continue
        subject = found.setdefault((row["scope"], row["unit_level"] if row["scope"] == "level" else ""), {})
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
    expected = planted(landing, "2024")
    got = figures_of(peer, landing, "20241231", tmp_path)
    assert len(expected) == 4
    assert {key: row for key, row in got.items() if key[0] != "unit"} == expected
    columns = [sum(row[at] for key, row in got.items() if key[0] == "unit") for at in range(len(FIGURES))]
    assert tuple(columns) == expected["province", ""]


def test_scripts_agree_before_and_after_the_new_day(year: Year, tmp_path: Path) -> None:
    assert not list(year.loaded.glob(f"*/{NEW_DAY}"))
    link_into(tmp_path / "raw", year.loaded)
    before = [figures_of(peer, tmp_path / "raw", f"{LOADED_UNTIL:%Y%m%d}", tmp_path) for peer in SCRIPTS]
    link_into(tmp_path / "raw", year.new)
    after = [figures_of(peer, tmp_path / "raw", f"{NEW_DAY:%Y%m%d}", tmp_path) for peer in SCRIPTS]
    assert list((tmp_path / "raw").glob("ho_so/*/*.json"))
    assert before[0] == before[1] == before[2] != after[0] == after[1] == after[2]
    assert set(year.rows) > {"ho_so", "thanh_phan", "le_phi", "tien_trinh", "don_vi"}


def test_one_differing_figure_is_noticed() -> None:
    ours: Figures = {("unit", "H19.01"): (1,) * len(FIGURES)}
    require_equal(ours, dict(ours), "polars")
    with pytest.raises(DisagreementError, match=f"polars: 1 figures differ: unit H19.01 {INDICATORS[-1]}_of: 1 .* 2 "):
        require_equal(ours, {("unit", "H19.01"): (*(1,) * (len(FIGURES) - 1), 2)}, "polars")
    with pytest.raises(DisagreementError, match="province"):
        require_equal(ours, ours | {("province", ""): (1,) * len(FIGURES)}, "polars")
    with pytest.raises(DisagreementError, match="nothing is published"):
        require_equal({}, {}, "polars")
