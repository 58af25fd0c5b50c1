"""Vintages of the synthetic province.

Exact where it is exact, frozen until a period closes, revisions listed, and nothing out that fails.
"""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.common.errors import TthcError
from pipelines.common.files import sha256_of
from pipelines.open_data.vintage import write_vintage
from pipelines.open_data.vintage_store import VINTAGE_FILE, read_vintage, seal_vintage
from pipelines.parsing.secret import load_key
from pipelines.registers.publication import load_register
from pipelines.settings import Settings
from pipelines.storage.run_spec import RunSpec
from tests.conftest import Night

pytestmark = pytest.mark.slow
PLAN = RunSpec("2024-12-31", "any", "H19", True, [])
Make = Callable[[str, Path, "Path | None"], Path]
OPINIONS = ("satisfaction_rate", "feedback_on_time_rate", "feedback_satisfaction_rate")
SCOPES = {"don-vi": "unit", "cap": "level", "tinh": "province"}
FORM = {
    "nhan_tong": "received_total", "nhan_truc_tuyen": "received_online", "nhan_truc_tiep": "received_direct",
    "ky_truoc_chuyen": "carried_over", "giai_quyet_tong": "resolved_total", "giai_quyet_truoc_han": "resolved_early",
    "giai_quyet_dung_han": "resolved_on_time", "giai_quyet_qua_han": "resolved_overdue", "dang_tong": "open_total",
    "dang_trong_han": "open_in_time", "dang_qua_han": "open_overdue",
}  # fmt: skip
CLOSED_VALUES = "select v.* from indicator_values v join dim_period p using (period_code) where p.is_closed"
NOVEMBER_OPEN = "update marts.dim_period set is_closed = false where end_date >= date '2024-11-30'"
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
    """Return the night's warehouse; the same with December, or November too, still running.

    One whose facts lack a rating; and one with an indicator that nobody classified.
    """
    folder = tmp_path_factory.mktemp("candidates")
    changes = {"whole": "select 1", "december": DECEMBER_OPEN, "november": NOVEMBER_OPEN,
               "short": "delete from marts.fct_satisfaction where dossier_code ="
                        " (select min(dossier_code) from marts.fct_satisfaction)",
               "new": "update marts.dim_indicator set indicator_code = 'nobody_knows' where indicator_code ="
                      " 'notification_share'"}  # fmt: skip
    for name, change in changes.items():
        path = folder / f"{name}.duckdb"
        shutil.copy(night.current / "tthc.duckdb", path)
        path.chmod(0o644)
        with duckdb.connect(str(path)) as connection:
            connection.execute(change)
    return {name: folder / f"{name}.duckdb" for name in changes}


@pytest.fixture(scope="module")
def first(settings: Settings, candidates: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the first vintage: the year but for December."""
    folder = tmp_path_factory.mktemp("first") / "open-data"
    write_vintage(settings, PLAN, candidates["december"], None, folder)
    return folder


def test_the_first_vintage_holds_closed_periods_and_no_revision(settings: Settings, first: Path) -> None:
    codes = load_register(settings.registers_dir / "vietnam").code_list("co")
    assert "2024-12" not in {row["ky"] for row in rows_of(first, "ky")}
    assert "lần công bố đầu tiên" in (first / "CHANGES.md").read_text(encoding="utf-8")
    flags = {value for row in rows_of(first, "chi-tieu") for name, value in row.items() if name.startswith("co")}
    assert {"", "c", "k", "o", "z"} <= flags <= {"", *(code.code for code in codes.codes)}


def opinion_rows(folder: Path) -> list[dict[str, str]]:
    rows = rows_of(folder, "chi-tieu")
    return [row for row in rows if row["ma_chi_tieu"] in OPINIONS and row["pham_vi"] != "tinh"]


def marts(candidate: Path, query: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(candidate), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        found: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
        return found


def test_every_exact_figure_and_verdict_is_the_marts(first: Path, candidates: dict[str, Path]) -> None:
    """Over every row and both ways: of units, levels and the province, numerator, denominator, rate and verdict."""
    values = marts(candidates["december"], CLOSED_VALUES)
    wanted = {(v["indicator_code"], v["rule"], v["period_code"], v["scope"], v["unit_code"], v["unit_level"]): v
              for v in values if v["indicator_code"] not in OPINIONS or v["scope"] == "province"}  # fmt: skip
    seen = set()
    for row in rows_of(first, "chi-tieu"):
        place = (row["ma_chi_tieu"], row["cach_tinh"], row["ky"], SCOPES[row["pham_vi"]], row["ma_don_vi"], row["cap"])
        if row["ma_chi_tieu"] in OPINIONS and row["pham_vi"] != "tinh":
            continue
        seen.add(place)
        mart = wanted.get(place)
        if mart is None:  # nothing was counted there
            nothing = (row["tu_so"], row["mau_so"], row["co"], row["dat"])
            assert nothing in {("0", "0", "o", ""), ("", "", "k", "")}, place
            continue
        assert row["tu_so"] == str(mart["numerator"] if mart["numerator"] is not None else ""), place
        assert row["mau_so"] == str(mart["denominator"] if mart["denominator"] is not None else ""), place
        assert row["dat"] == ("" if mart["met"] is None else str(int(mart["met"]))), place
        assert (row["co_tu_so"] == row["co"] == "p") == mart["is_provisional"], place
        if mart["denominator"]:
            assert abs(float(row["ty_le"]) - 100 * mart["value"]) <= 0.005001, place
            assert (float(row["ty_le"]) == 100) == (mart["value"] == 1), place
        else:
            assert row["ty_le"] == "" and row["co"] in ("o", "z", "k"), place
    missing = {place for place in wanted.keys() - seen if wanted[place]["missing_source"] is None}
    assert missing == set() and len(seen) > 5_000


def test_form_ii_06a_of_every_office_is_the_marts(first: Path, candidates: dict[str, Path]) -> None:
    forms = marts(candidates["december"], "from handling_status join dim_period using (period_code) where is_closed")
    wanted = {(h["period_code"], h["scope"], h["unit_code"], h["unit_level"]): h for h in forms}
    rows = {(row["ky"], SCOPES[row["pham_vi"]], row["ma_don_vi"], row["cap"]): row
            for row in rows_of(first, "tinh-hinh-giai-quyet")}  # fmt: skip
    assert wanted.keys() <= rows.keys() and len(wanted) > 700
    for place, row in rows.items():
        form = wanted.get(place, {})
        assert {name: int(row[name]) for name in FORM} == {name: form.get(theirs, 0) for name, theirs in FORM.items()}


def test_protected_verdicts_are_never_false(first: Path, candidates: dict[str, Path]) -> None:
    values = marts(candidates["december"], f"from ({CLOSED_VALUES}) where met is not null")
    met = {(v["indicator_code"], v["period_code"], v["scope"], v["unit_code"], v["unit_level"]): v["met"]
           for v in values if v["rule"] == "plan"}  # fmt: skip
    reported = 0
    for row in rows_of(first, "chi-tieu"):
        if row["ma_chi_tieu"] in OPINIONS and row["pham_vi"] != "tinh" and row["dat"]:
            place = (row["ma_chi_tieu"], row["ky"], SCOPES[row["pham_vi"]], row["ma_don_vi"], row["cap"])
            assert bool(int(row["dat"])) is met[place], place
            reported += 1
    goals = {row["tinh_trang"] for row in rows_of(first, "muc-tieu-ke-hoach")}
    assert reported > 0 and {"dat", "chua-dat"} <= goals


def test_protected_counts_are_empty_or_multiples_of_five_from_ten(first: Path) -> None:
    opinions = opinion_rows(first)
    counts = [row[name] for row in opinions for name in ("tu_so", "mau_so")]
    for table, names in (("linh-vuc", ("nhan", "truc_tuyen", "giai_quyet", "dung_han")), ("thu-tuc", ("nhan",)),
                         ("phan-anh", ("nhan", "den_han", "dung_han"))):  # fmt: skip
        counts += [row[name] for row in rows_of(first, table) for name in names]
    shown = [int(count) for count in counts if count]
    assert 50 < len(shown) < len(counts) and min(shown) >= 10 and {value % 5 for value in shown} == {0}


def test_rates_follow_from_what_is_shown(first: Path) -> None:
    """Whoever divides the published numbers gets the published rate: nothing of the true ones is in it."""
    seen = set()
    for row in rows_of(first, "linh-vuc"):
        n, d = row["dung_han"], row["giai_quyet"]
        if not n or not d or int(d) < 30:
            assert (row["ty_le_dung_han"], row["dau"]) == ("", "")
            assert row["co"] == (row["co_giai_quyet"] or row["co_dung_han"] or "m")
            continue
        share = min(100.0, 100 * int(n) / int(d))
        sign = "" if int(d) >= 200 else ">=" if share >= 95 else "<=" if share <= 5 else ""
        assert row["dau"] == sign
        least, most = 100 * max(10, int(n) - 4) / (int(d) + 4), 100 * (int(n) + 4) / max(10, int(d) - 4)
        rate = float(row["ty_le_dung_han"])
        assert abs(rate - share) <= 0.5 if not sign else rate <= least if sign == ">=" else rate >= most
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


def test_a_warehouse_that_went_back_takes_nothing_from_what_is_out(
    settings: Settings, candidates: dict[str, Path], first: Path, tmp_path: Path
) -> None:
    write_vintage(settings, PLAN, candidates["november"], first, tmp_path / "back")
    assert hashes(tmp_path / "back") == hashes(first)


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
    vintage = json.loads((earlier / VINTAGE_FILE).read_text(encoding="utf-8"))
    assert read_vintage(earlier) is None  # a file that is not what it was is never copied or compared with
    vintage["files"][path.name] = sha256_of(path)
    seal_vintage(earlier, vintage)

    write_vintage(settings, PLAN, candidates["whole"], earlier, tmp_path / "next")
    rows = rows_of(tmp_path / "next", "tinh-hinh-giai-quyet")
    revised = [(row["ky"], row["pham_vi"], row["co_nhan_tong"]) for row in rows if row["co_nhan_tong"] == "r"]
    assert revised == [(key["ky"], "tinh", "r")]
    page = (tmp_path / "next" / "CHANGES.md").read_text(encoding="utf-8")
    assert f"| {int(key['nhan_tong']) + 5} | {key['nhan_tong']} |" in page
    assert json.loads((tmp_path / "next" / VINTAGE_FILE).read_text(encoding="utf-8"))["changes"] == 1
    assert "2024-12" in {row["ky"] for row in rows_of(tmp_path / "next", "ky")}
    # Goals show a newer period now, which is another figure and no change.
    goals = [{row["ma_muc_tieu"]: row["ky"] for row in rows_of(folder, "muc-tieu-ke-hoach")}
             for folder in (first, tmp_path / "next")]  # fmt: skip
    assert goals[0] != goals[1]


@pytest.mark.parametrize(("candidate", "finding"), [("short", "recount"), ("new", "unclassified")])
def test_a_candidate_that_the_audit_refuses_is_not_published(
    settings: Settings, candidates: dict[str, Path], tmp_path: Path, candidate: str, finding: str
) -> None:
    with pytest.raises(TthcError, match=finding):
        write_vintage(settings, PLAN, candidates[candidate], None, tmp_path / "none")
    assert not (tmp_path / "none" / VINTAGE_FILE).exists()


def test_the_secret_stays_out(settings: Settings, first: Path) -> None:
    secret = load_key(settings.key_file).encode()
    assert [path.name for path in first.iterdir() if secret in path.read_bytes()] == []
    assert not (settings.work_dir / "open-data.duckdb").exists()


# Late dossiers: copies of one, under codes of their own; then what the marts make of them.
LATE = """
    create temp table late as
    select t.*, 'H19-LATE-' || n as new_code
    from (
        select t.* from marts.fct_timeliness t join marts.dim_procedure using (procedure_code)
        where unit_level <> 'tinh' and finished_date is not null and {which}
            and received_date >= date '2024-02-01' and finished_date < date '2024-10-01'
        order by received_date, dossier_code limit 1
    ) t, range($copies) r(n);
    insert into marts.fct_timeliness by name select * exclude (new_code) replace (new_code as dossier_code) from late;
    insert into marts.fct_online_share by name
    select o.* replace (l.new_code as dossier_code) from late l join marts.fct_online_share o using (dossier_code);
    create temp table reported as
    select period_code, unit_code, unit_level, count(*) as n from late
    join marts.dim_period on received_date between start_date and end_date group by all;
    update marts.handling_status h set received_total = received_total + n, received_direct = received_direct + n
    from (
        select period_code, 'unit' as scope, unit_code, unit_level, n from reported
        union all
        select period_code, 'level', 'H19', unit_level, sum(n) from reported group by all
        union all
        select period_code, 'province', 'H19', 'tinh', sum(n) from reported group by all
    ) l
    where (h.period_code, h.scope, h.unit_code, h.unit_level) = (l.period_code, l.scope, l.unit_code, l.unit_level)
"""
SENSITIVE = "field_name in ('Người có công', 'Bảo trợ xã hội', 'Nuôi con nuôi', 'Lý lịch tư pháp')"
OTHER = "field_name = 'Hộ tịch'"


def protected_rows(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Return what is protected of a vintage, without what only later vintages have: the period that closed since."""
    tables = {
        "chi-tieu": opinion_rows(folder),
        **{name: rows_of(folder, name) for name in ("linh-vuc", "thu-tuc", "phan-anh")},
    }
    return {name: [row for row in rows if row.get("ky") != "2024-BC-NAM"] for name, rows in tables.items()}


@pytest.fixture(scope="module")
def waiting(candidates: dict[str, Path], settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a vintage of the whole year while one report period is still open."""
    folder = tmp_path_factory.mktemp("waiting")
    shutil.copy(candidates["whole"], folder / "before.duckdb")
    with duckdb.connect(str(folder / "before.duckdb")) as connection:
        connection.execute("update marts.dim_period set is_closed = false where period_code = '2024-BC-NAM'")
    write_vintage(settings, PLAN, folder / "before.duckdb", None, folder / "open-data")
    return folder / "open-data"


@pytest.mark.parametrize(
    ("which", "copies"),
    [
        pytest.param(SENSITIVE, 1, id="sensitive"),
        pytest.param(OTHER, 9, id="nine", marks=pytest.mark.campaign),
        pytest.param(OTHER, 60, id="sixty", marks=pytest.mark.campaign),
    ],
)
def test_few_late_dossiers_change_no_protected_table_and_no_list_names_one(
    settings: Settings, candidates: dict[str, Path], waiting: Path, tmp_path: Path, which: str, copies: int
) -> None:
    shutil.copy(candidates["whole"], tmp_path / "late.duckdb")
    with duckdb.connect(str(tmp_path / "late.duckdb")) as connection:
        for statement in LATE.format(which=which).split(";\n"):
            connection.execute(statement, {"copies": copies} if "$copies" in statement else None)
        assert connection.execute("select count(*) from late").fetchone() == (copies,)
    write_vintage(settings, PLAN, tmp_path / "late.duckdb", waiting, tmp_path / "open-data")
    before, after = protected_rows(waiting), protected_rows(tmp_path / "open-data")
    assert all(len(rows) > 10 for rows in before.values())
    if copies < 10:
        assert after == before
    else:
        # That many show, in the field and the procedure that they are of, and nowhere else.
        assert after["linh-vuc"] != before["linh-vuc"] and after["thu-tuc"] != before["thu-tuc"]
        assert (after["chi-tieu"], after["phan-anh"]) == (before["chi-tieu"], before["phan-anh"])
    page = (tmp_path / "open-data" / "CHANGES.md").read_text(encoding="utf-8")
    listed = {line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if line.count(" | ") == 4}
    assert listed - {"bảng / table"} == {"tinh-hinh-giai-quyet"}
    assert not any(value == "r" for rows in after.values() for row in rows for value in row.values())


def test_without_the_memory_of_what_is_out_no_vintage_is_made(
    settings: Settings, candidates: dict[str, Path], waiting: Path, tmp_path: Path
) -> None:
    """Nobody could tell whether few or many cases have moved."""
    lost = Settings(warehouse_dir=tmp_path / "kho")
    lost.work_dir.mkdir(parents=True)
    lost.restricted_dir.mkdir()
    shutil.copy(settings.key_file, lost.key_file)
    with pytest.raises(TthcError, match="memory"):
        write_vintage(lost, PLAN, candidates["whole"], waiting, tmp_path / "open-data")
