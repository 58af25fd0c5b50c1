"""Vintages of the synthetic province: frozen until a period closes, revisions listed, and nothing out that fails."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import TthcError
from pipelines.files import sha256_of
from pipelines.open_data.cells import count_units
from pipelines.open_data.keys import lay_out_keys
from pipelines.open_data.last import NAME, read_vintage, seal_vintage
from pipelines.open_data.rules import load_rules
from pipelines.open_data.vintage import write_vintage
from pipelines.privacy import load_key
from pipelines.settings import Settings
from pipelines.transform.workspace import Plan
from tests.conftest import Night

pytestmark = pytest.mark.slow
PLAN = Plan("2024-12-31", "any", "H19", True, [])
Make = Callable[[str, Path, "Path | None"], Path]
DECEMBER_OPEN = "update marts.dim_period set is_closed = false where end_date = date '2024-12-31'"


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in sorted(folder.iterdir())}


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def settings(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = Settings(warehouse_dir=tmp_path_factory.mktemp("kho"))
    made.work_dir.mkdir(parents=True)
    made.restricted_dir.mkdir()
    shutil.copy(night.settings.key_file, made.key_file)
    return made


@pytest.fixture(scope="module")
def candidates(night: Night, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The night's warehouse; the same with December still running; and one whose facts lack a dossier."""
    folder = tmp_path_factory.mktemp("candidates")
    changes = {"whole": "select 1", "december": DECEMBER_OPEN,
               "short": "delete from marts.fct_online_share where dossier_code ="
                        " (select min(dossier_code) from marts.fct_online_share)"}  # fmt: skip
    for name, change in changes.items():
        path = folder / f"{name}.duckdb"
        shutil.copy(night.current / "tthc.duckdb", path)
        path.chmod(0o644)
        with duckdb.connect(str(path)) as connection:
            connection.execute(change)
    return {name: folder / f"{name}.duckdb" for name in changes}


@pytest.fixture(scope="module")
def first(settings: Settings, candidates: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first vintage: the year but for December."""
    folder = tmp_path_factory.mktemp("first") / "open-data"
    write_vintage(settings, PLAN, candidates["december"], None, folder)
    return folder


def test_the_first_vintage_holds_closed_periods_and_no_revision(first: Path) -> None:
    assert "2024-12" not in {row["ky"] for row in rows_of(first, "ky")}
    assert "lần công bố đầu tiên" in (first / "CHANGES.md").read_text(encoding="utf-8")
    flags = {value for row in rows_of(first, "chi-tieu") for name, value in row.items() if name.startswith("co")}
    assert flags == {"", "c", "x", "z"}


def test_counts_about_people_are_empty_or_multiples_of_five_from_ten(first: Path) -> None:
    kinds = {(row["ma_chi_tieu"], row["cach_tinh"]): row["bao_mat"] for row in rows_of(first, "danh-muc-chi-tieu")}
    personal = [row for row in rows_of(first, "chi-tieu") if kinds[row["ma_chi_tieu"], row["cach_tinh"]] == "sdc1"]
    shown = [int(row[name]) for row in personal for name in ("tu_so", "mau_so") if row[name]]
    assert len(shown) > 500 and min(shown) >= 10 and {value % 5 for value in shown} == {0}


def test_rates_follow_from_what_is_shown(first: Path) -> None:
    """Whoever divides the published numbers gets the published rate: nothing of the true ones is in it."""
    seen = set()
    for row in rows_of(first, "linh-vuc"):
        n, d = row["dung_han"], row["giai_quyet"]
        if not n or not d or int(d) < 30:
            assert (row["ty_le_dung_han"], row["dau"], row["co"]) == ("", "", "c")
            continue
        share = min(100.0, 100 * int(n) / int(d))
        sign = "" if int(d) >= 200 else ">=" if share >= 95 else "<=" if share <= 5 else ""
        assert row["dau"] == sign
        expected = 95 if sign == ">=" else 5 if sign == "<=" else share
        assert abs(float(row["ty_le_dung_han"]) - expected) <= 0.5
        seen.add(sign)
    assert seen


def test_the_time_taken_is_that_of_the_dossiers_themselves(candidates: dict[str, Path], first: Path) -> None:
    """Counted anew, one dossier at a time: the day within which half and nine in ten of a subject's were done."""
    with duckdb.connect(str(candidates["december"]), read_only=True) as connection:
        periods = connection.execute("from marts.dim_period select period_code, start_date, end_date").fetchall()
        done = connection.execute(
            "select finished_date, unit_code, unit_level, working_days from marts.fct_timeliness"
            " where finished_date is not null and working_days is not null"
        ).fetchall()
    closed = {row["ky"] for row in rows_of(first, "ky")}
    taken: dict[tuple[str, ...], list[int]] = {}
    for period, start, end in periods:
        for day, unit, level, days in done:
            if period in closed and start <= day <= end:
                for subject in (("don-vi", unit, level), ("cap", "H19", level), ("tinh", "H19", "tinh")):
                    taken.setdefault((period, *subject), []).append(days)
    wanted = {
        key: tuple(sorted(days)[-(-len(days) * tenths // 10) - 1] for tenths in (5, 9))
        for key, days in taken.items()
        if len(days) >= 10
    }
    published = {
        (row["ky"], row["pham_vi"], row["ma_don_vi"], row["cap"]): (int(row["trung_vi"]), int(row["phan_vi_90"]))
        for row in rows_of(first, "thoi-gian-giai-quyet")
    }
    assert published == wanted and len(published) > 50


def test_a_night_that_closes_no_period_changes_no_byte(
    settings: Settings, candidates: dict[str, Path], first: Path, tmp_path: Path
) -> None:
    late = tmp_path / "late.duckdb"
    shutil.copy(candidates["december"], late)
    with duckdb.connect(str(late)) as connection:
        connection.execute("delete from marts.indicator_values where unit_level = 'xa'")
    write_vintage(settings, PLAN, late, first, tmp_path / "again")
    assert hashes(tmp_path / "again") == hashes(first)


def test_made_anew_it_is_the_same_byte_for_byte(
    settings: Settings, candidates: dict[str, Path], first: Path, tmp_path: Path
) -> None:
    write_vintage(settings, PLAN, candidates["december"], None, tmp_path / "anew")
    assert hashes(tmp_path / "anew") == hashes(first)


def test_a_period_that_closes_makes_a_vintage_that_lists_what_changed(
    settings: Settings, candidates: dict[str, Path], first: Path, tmp_path: Path
) -> None:
    earlier = tmp_path / "earlier"
    shutil.copytree(first, earlier)
    # As if one figure had been shown otherwise: 5 more than it is now.
    path = earlier / "tinh-hinh-giai-quyet.csv"
    key = next(row for row in rows_of(first, "tinh-hinh-giai-quyet") if row["pham_vi"] == "tinh" and row["nhan_tong"])
    line = next(one for one in path.read_text(encoding="utf-8").splitlines() if one.startswith(f"{key['ky']},tinh,"))
    other = line.replace(f",{key['nhan_tong']},", f",{int(key['nhan_tong']) + 5},", 1)
    path.write_text(path.read_text(encoding="utf-8").replace(line, other), encoding="utf-8")
    vintage = json.loads((earlier / NAME).read_text(encoding="utf-8"))
    assert read_vintage(earlier) is None  # a file that is not what it was is never copied or compared with
    vintage["files"][path.name] = sha256_of(path)
    seal_vintage(earlier, vintage)

    write_vintage(settings, PLAN, candidates["whole"], earlier, tmp_path / "next")
    rows = rows_of(tmp_path / "next", "tinh-hinh-giai-quyet")
    revised = [(row["ky"], row["pham_vi"], row["co_nhan_tong"]) for row in rows if row["co_nhan_tong"] == "r"]
    assert revised == [(key["ky"], "tinh", "r")]
    page = (tmp_path / "next" / "CHANGES.md").read_text(encoding="utf-8")
    assert f"| {int(key['nhan_tong']) + 5} | {key['nhan_tong']} |" in page
    assert "2024-12" in {row["ky"] for row in rows_of(tmp_path / "next", "ky")}
    # What was shown and is the same still: the memory of the vintage before gives it up last.
    before = {(r["ky"], r["pham_vi"], r["ma_don_vi"], r["cap"]): r for r in rows_of(first, "tinh-hinh-giai-quyet")}
    now = {(r["ky"], r["pham_vi"], r["ma_don_vi"], r["cap"]): r for r in rows}
    counts = [name for name in rows[0] if f"co_{name}" in rows[0]]
    values = [(row[name], now[place][name]) for place, row in before.items() for name in counts if row[name]]
    assert len(values) > 100 and sum(old != new for old, new in values) <= len(values) // 100
    assert all(not new or old == new for old, new in values)


def test_a_candidate_whose_counts_disagree_is_not_published(
    settings: Settings, candidates: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(TthcError, match="recount"):
        write_vintage(settings, PLAN, candidates["short"], None, tmp_path / "short")
    assert not (tmp_path / "short" / NAME).exists()


def test_exact_cells_are_the_marts_figures_and_the_secret_stays_out(
    settings: Settings, candidates: dict[str, Path], first: Path
) -> None:
    """With protection off every indicator is what the marts say, for every unit and closed period."""
    rules = load_rules(settings.registers_dir / "vietnam")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{candidates['whole']}' as tthc (read_only)")
        lay_out_keys(connection, settings.key_file)
        count_units(connection, rules)
        for one in rules.indicators:
            for part, measure in (("numerator", one.numerator), ("denominator", one.denominator)):
                own = " and unit_code = (select own_unit from tthc.marts.dim_run)" if one.own else ""
                got = connection.execute(
                    f"select unit_code, period_code, n from unit_count where measure = ? and n > 0{own} order by all",
                    [measure],
                ).fetchall()
                want = connection.execute(
                    f"select unit_code, period_code, {part} from tthc.marts.indicator_values where indicator_code = ?"
                    f" and rule = ? and scope = 'unit' and is_closed and {part} > 0 order by all",
                    [one.code, one.rule],
                ).fetchall()
                assert got == want, (one.code, one.rule, part)
        # The same key for what two indicators share: their denominators are the same cases, not only as many.
        shared = "select sum(key) from tthc.cases.{} join case_key using (case_code)"
        views = ("case_online_share__plan", "case_digitised_share__plan", "case_sync_rate__plan")
        assert len({connection.execute(shared.format(view)).fetchone() for view in views}) == 1
    secret = load_key(settings.key_file).encode()
    assert [path.name for path in first.iterdir() if secret in path.read_bytes()] == []
    assert not (settings.work_dir / "open-data.duckdb").exists()
