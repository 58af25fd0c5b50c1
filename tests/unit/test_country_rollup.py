"""Figures of the country: sums of what provinces publish, and nothing that is not published or does not add up."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.common.errors import TthcError
from pipelines.common.sql import read_sql
from pipelines.country.provinces import Installation
from pipelines.country.rollup import build_rollup
from pipelines.country.rollup_rules import load_rollup_rules
from pipelines.country.rollup_version import RollupOutcome, read_country, roll_up
from pipelines.publish.versions import current_version
from pipelines.registers.publication import load_register
from pipelines.storage.manifest import files_match_manifest
from tests.provinces import COUNTRY, PERIODS, SmallProvince, share, write_installation

JANUARY = "on_time_rate", "plan", "2024-01", "toan-quoc", "tinh"


def rolled_up(folder: Path, *provinces: SmallProvince, **settings: Any) -> tuple[Installation, RollupOutcome]:
    installation = write_installation(folder, [province.code for province in provinces], **settings)
    for province in provinces:
        province.publish(installation.settings_of(province.code).warehouse_dir)
    return installation, roll_up(installation)


def table(installation: Installation, name: str) -> pl.DataFrame:
    return pl.read_csv(installation.country_settings.current_link / "open-data" / f"{name}.csv", infer_schema=False)


def figures(installation: Installation) -> dict[tuple[str, ...], tuple[str | None, ...]]:
    """Return numerator, denominator, rate, flag, number of provinces and those missing, by the key of a figure."""
    rows = table(installation, "chi-tieu-toan-quoc").rows()
    return {row[:5]: row[5:11] for row in rows}


def left_out(outcome: RollupOutcome) -> dict[str, str | None]:
    return {source.code: source.why_not for source in outcome.sources}


def test_numerators_and_denominators_add_up_and_the_rate_is_theirs(tmp_path: Path) -> None:
    installation, outcome = rolled_up(
        tmp_path, SmallProvince("H19", [share(1, 2)]), SmallProvince("H20", [share(90, 100, flag="p")], form=7)
    )
    # 91 of 102, not the mean of 50 % and 90 %.
    assert figures(installation) == {JANUARY: ("91", "102", "89.22", "p", "2", None)}
    form = table(installation, "tinh-hinh-giai-quyet-toan-quoc")
    assert form.select("ky", "pham_vi", "nhan_tong", "dang_qua_han", "so_tinh").rows() == [
        ("2024-01", "toan-quoc", "17", "17", "2")
    ]
    assert outcome.changed and files_match_manifest(installation.country_settings.current_link.resolve())
    assert set(table(installation, "chi-tieu-toan-quoc")["du_lieu"]) == {"that"}


def test_a_figure_that_one_province_hides_is_not_in_the_sum_and_the_row_says_whose(tmp_path: Path) -> None:
    hidden = share(None, None, flag="c", period="2024-02")
    installation, _ = rolled_up(
        tmp_path, SmallProvince("H19", [share(9, 10), hidden]),
        SmallProvince("H20", [share(9, 10), share(8, 10, period="2024-02")]),
    )  # fmt: skip
    found = figures(installation)
    assert found["on_time_rate", "plan", "2024-02", "toan-quoc", "tinh"] == ("8", "10", "80.0", None, "1", "H19")
    assert found[JANUARY][-2:] == ("2", None)
    assert table(installation, "khong-cong").select("ma_tinh", "ly_do", "so_luong").rows() == [
        ("H19", "not_published", "1")
    ]


def test_rounded_counts_and_what_does_not_add_up_are_left_out(tmp_path: Path) -> None:
    """Opinions are exact of the province and rounded of its levels; open tables make no count of the country."""
    own = [
        share(5, 10, code="satisfaction_rate"), share(5, 10, code="satisfaction_rate", scope="cap", level="xa"),
        share(3, 4, scope="cap", level="xa"), share(12, None, code="open_datasets"),
        share(1, 2, scope="don-vi", level="xa"), share(7, 8, period="2024-BC-Q1"),
    ]  # fmt: skip
    installation, _ = rolled_up(tmp_path, SmallProvince("H19", own), SmallProvince("H20", own))
    assert {key[0::3] + key[4:] for key in figures(installation)} == {
        ("satisfaction_rate", "toan-quoc", "tinh"), ("on_time_rate", "cap", "xa"),
    }  # fmt: skip
    assert set(table(installation, "khong-cong").select("ma_chi_tieu", "ly_do").rows()) == {("open_datasets", "no_sum")}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (SmallProvince("H20", wording="Hồ sơ giải quyết, cách đếm khác"), "other_definition"),
        (SmallProvince("H20", plan_years=(2025,)), "other_plan_year"),
        (SmallProvince("H20", periods=[("2024-01", "thang", "2024-01-01", "2024-01-30")], form=None), "other_days"),
    ],
)
def test_another_definition_plan_or_calendar_is_named_and_not_added(
    tmp_path: Path, other: SmallProvince, why: str
) -> None:
    installation, _ = rolled_up(tmp_path, SmallProvince("H19", [share(9, 10)]), other)
    assert figures(installation) == {JANUARY: ("9", "10", "90.0", None, "1", "H20")}
    assert table(installation, "khong-cong").select("ma_tinh", "ly_do").rows() == [("H20", why)]


def test_provinces_that_cannot_be_added_are_named_with_the_reason(tmp_path: Path) -> None:
    codes = ["H19", "H20", "H21", "H22", "H23", "H24"]
    installation = write_installation(tmp_path, codes)
    warehouses = {code: installation.settings_of(code).warehouse_dir for code in codes}
    SmallProvince("H19", [share(9, 10)]).publish(warehouses["H19"])
    damaged = SmallProvince("H21").publish(warehouses["H21"]) / "open-data" / "chi-tieu.csv"
    damaged.write_text(damaged.read_text().replace("90", "99"))
    shutil.rmtree(SmallProvince("H22").publish(warehouses["H22"]) / "open-data")
    SmallProvince("H21").publish(warehouses["H23"])
    SmallProvince("H24", synthetic=True).publish(warehouses["H24"])
    outcome = roll_up(installation)
    assert left_out(outcome) == {
        "H19": None, "H20": "no_version", "H21": "damaged", "H22": "no_open_data", "H23": "other_province",
        "H24": "synthetic",
    }  # fmt: skip
    assert figures(installation)[JANUARY] == ("9", "10", "90.0", None, "1", "H20;H21;H22;H23;H24")
    note = (installation.country_settings.current_link / "open-data" / "METHOD.md").read_text(encoding="utf-8")
    assert "(H24): NOT added: synthetic data" in note
    national = read_country(installation)
    assert national is not None and [one["code"] for one in national["added"]] == ["H19"]


def test_only_synthetic_provinces_make_synthetic_figures_and_every_file_says_so(tmp_path: Path) -> None:
    installation, _ = rolled_up(tmp_path, SmallProvince("H19", synthetic=True), SmallProvince("H20", synthetic=True))
    folder = installation.country_settings.current_link / "open-data"
    assert set(table(installation, "cac-tinh")["du_lieu"]) == {"tong-hop-synthetic"}
    assert list(folder.glob("00-*")) and "SYNTHETIC" in (folder / "METHOD.md").read_text(encoding="utf-8")


def test_an_older_province_is_added_where_it_has_the_period_and_named_as_older(tmp_path: Path) -> None:
    february = share(1, 2, period="2024-02")
    older = SmallProvince("H20", [share(3, 4)], periods=PERIODS[:1], until="2024-01-31")
    installation, _ = rolled_up(tmp_path, SmallProvince("H19", [share(1, 2), february]), older)
    found = figures(installation)
    assert found[JANUARY][-2:] == ("2", None) and found[(*JANUARY[:2], "2024-02", *JANUARY[3:])][-2:] == ("1", "H20")
    assert table(installation, "cac-tinh").select("ma_tinh", "cu_hon").rows() == [("H19", "0"), ("H20", "1")]
    assert current_version(installation.country_settings).startswith("2024-02-29-")  # type: ignore[union-attr]


def test_the_same_provinces_make_the_same_version_and_another_edition_a_new_one(tmp_path: Path) -> None:
    installation, first = rolled_up(tmp_path, SmallProvince("H19"), SmallProvince("H20"))
    again = roll_up(installation)
    assert (again.version, again.changed) == (first.version, False)
    warehouse = installation.settings_of("H20").warehouse_dir
    SmallProvince("H20", [share(91, 100)], version="2024-03-16-000000000002").publish(warehouse)
    other = roll_up(installation)
    assert other.changed and other.version != first.version
    assert figures(installation)[JANUARY][:2] == ("181", "200")
    assert files_match_manifest(installation.country_settings.versions_dir / first.version)


def test_a_night_may_replace_what_is_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def replace_first(*given: Any) -> Any:
        shutil.rmtree(tmp_path / "H19" / "kho" / "versions")
        return build_rollup(*given)

    monkeypatch.setattr("pipelines.country.rollup_version.build_rollup", replace_first)
    installation, outcome = rolled_up(
        tmp_path, SmallProvince("H19", [share(1, 2)]), SmallProvince("H20", [share(3, 4)])
    )
    assert left_out(outcome) == {"H19": None, "H20": None} and figures(installation)[JANUARY][:2] == ("4", "6")
    assert not list((installation.country_settings.work_dir / "provinces").glob("*"))


def test_figures_for_fewer_readers_do_not_enter_those_for_more(tmp_path: Path) -> None:
    installation = write_installation(tmp_path, ["H19"])
    text = installation.file.read_text().replace("memory: 4GiB}", "memory: 4GiB, readers: owner}")
    installation.file.write_text(text)
    narrowed = write_installation(tmp_path / "b", ["H19", "H20"], "readers: group", readers="everyone")
    for code in ("H19", "H20"):
        SmallProvince(code).publish(narrowed.settings_of(code).warehouse_dir)
    with pytest.raises(TthcError, match="rollup_nothing"):
        roll_up(narrowed)
    assert current_version(narrowed.country_settings) is None


def test_a_province_within_another_ones_list_of_units_would_count_twice(tmp_path: Path) -> None:
    with pytest.raises(TthcError, match="rollup_counted_twice"):
        rolled_up(tmp_path, SmallProvince("H19", units=["H19.01", "H20"]), SmallProvince("H20"))


def test_a_sum_that_the_provinces_own_files_do_not_give_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sums come out of the Parquet files, the audit out of the CSV files and of what each row says is missing."""

    def spoilt(package: str, name: str, **parts: str | int) -> str:
        return read_sql(package, name, **parts).replace("numerator as tu_so", "numerator + 1 as tu_so")

    monkeypatch.setattr("pipelines.country.rollup_files.read_sql", spoilt)
    with pytest.raises(TthcError, match="rollup_audit"):
        rolled_up(tmp_path, SmallProvince("H19"), SmallProvince("H20"))
    assert not (tmp_path / "country" / "current").exists()


def test_every_published_table_is_added_up_or_said_not_to_be() -> None:
    register = load_register(COUNTRY)
    assert load_rollup_rules(COUNTRY, register)
    fewer = register.model_copy(update={"tables": register.tables[:-1]})
    with pytest.raises(TthcError, match=register.tables[-1].name):
        load_rollup_rules(COUNTRY, fewer)


def test_analysts_read_the_country_as_any_other_warehouse(tmp_path: Path) -> None:
    installation, _ = rolled_up(tmp_path, SmallProvince("H19", [share(1, 2)]), SmallProvince("H20", [share(3, 4)]))
    database = installation.country_settings.current_link / "tthc.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        values = connection.execute("select value, province_count from marts.indicator_totals").fetchall()
        parts = connection.execute("select province_code, numerator from marts.contributions order by 1").fetchall()
        silent = connection.execute(
            "select table_name from duckdb_tables() where comment is null union all select table_name || '.' ||"
            " column_name from duckdb_columns() where comment is null and schema_name = 'marts'"
        ).fetchall()
    assert (values, parts) == ([(4 / 6, 2)], [("H19", 1), ("H20", 3)])
    assert silent == []
