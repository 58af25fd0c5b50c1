"""The whole job on a synthetic province whose truth is known: what is published, kept, refused and left out."""

import csv
import fcntl
import gzip
import itertools
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.contracts.model import load_contracts
from pipelines.open_data.vintage_store import EDITIONS
from pipelines.registers.publication import load_register
from pipelines.storage.manifest import files_match_manifest, read_manifest
from tests.conftest import CANARY_NAME, CANARY_PHONE, Night, tthc
from tests.conservation import unaccounted

pytestmark = pytest.mark.slow
FORM = ("received_total", "received_online", "received_direct", "carried_over", "resolved_total", "resolved_early",
        "resolved_on_time", "resolved_overdue", "open_total", "open_in_time", "open_overdue")  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(night.current / "tthc.duckdb"), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


def test_the_form_says_what_was_planted(night: Night, warehouse: duckdb.DuckDBPyConnection) -> None:
    query = f"select period_code, scope, unit_level, {', '.join(FORM)} from handling_status where scope <> 'unit'"
    got = {row[:3]: row[3:] for row in warehouse.execute(query).fetchall()}
    planted = {
        (row["period_code"], row["scope"], row["unit_level"]): tuple(row[column] for column in FORM)
        for row in night.truth["form"]
    }
    assert got == planted


def test_the_indicators_say_what_was_planted(night: Night, warehouse: duckdb.DuckDBPyConnection) -> None:
    query = (
        "select indicator_code, rule, period_code, scope, unit_level, numerator, denominator"
        " from indicator_values where scope <> 'unit' and denominator > 0"
    )
    reported = {(row["indicator_code"], row["rule"]) for row in night.truth["indicators"]}
    # Of the others the generator does not know the answer; test_sample_agrees has them from the delivered rows.
    got = {row[:5]: row[5:] for row in warehouse.execute(query).fetchall() if row[:2] in reported}
    keys = ("indicator_code", "rule", "period_code", "scope", "unit_level")
    planted = {
        tuple(row[key] for key in keys): (row["numerator"], row["denominator"])
        for row in night.truth["indicators"]
        if row["denominator"]
    }
    assert len(reported) == 16
    assert got == planted


def test_every_indicator_of_the_register_has_values(warehouse: duckdb.DuckDBPyConnection) -> None:
    registered = warehouse.execute("select indicator_code, rule from dim_indicator order by all").fetchall()
    assert (
        warehouse.execute("select distinct indicator_code, rule from indicator_values order by all").fetchall()
        == registered
    )


def test_every_planted_fault_is_in_quarantine_under_its_reason(
    night: Night, warehouse: duckdb.DuckDBPyConnection
) -> None:
    got: Counter[str] = Counter()
    for reason, rows in warehouse.execute(
        "select reason, sum(row_count) from quarantine_summary group by 1"
    ).fetchall():
        got[reason.partition(":")[0]] += int(rows)
    planted = {code: fault["rows"] for code, fault in night.truth["faults"].items() if code != "identical_repeat"}
    assert dict(got) == planted


def test_every_row_is_accounted_for(night: Night) -> None:
    rows = read_manifest(night.current)["rows"]
    for source, counts in rows.items():
        assert counts["rows_in"] == counts["accepted"] + counts["rejected"] + counts["superseded"], source
        assert counts["rows_in"] == night.truth["planted"][source], source


def test_a_version_verifies_and_is_read_only(night: Night) -> None:
    assert files_match_manifest(night.current)
    for path in night.current.rglob("*"):
        if path.is_file():
            assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert not list(night.current.glob("*.wal"))


def test_every_table_and_column_is_described_in_both_languages(warehouse: duckdb.DuckDBPyConnection) -> None:
    tables = warehouse.execute("select table_name, comment from duckdb_tables() where schema_name = 'marts'").fetchall()
    columns = warehouse.execute(
        "select table_name || '.' || column_name, comment from duckdb_columns() where schema_name = 'marts'"
    ).fetchall()
    assert len(tables) >= 13
    assert [name for name, comment in tables + columns if not comment or " / " not in comment] == []


def test_open_data_is_what_the_register_names_and_of_closed_periods_only(
    night: Night, warehouse: duckdb.DuckDBPyConnection
) -> None:
    folder = night.current / "open-data"
    register = load_register(night.settings.registers_dir / "vietnam")
    assert {path.name for path in folder.iterdir() if path.is_file()} == register.files
    (edition,) = [path for path in (folder / EDITIONS).iterdir() if path.is_dir()]
    assert {path.name for path in edition.iterdir()} == register.files
    closed = {code for (code,) in warehouse.execute("select period_code from dim_period where is_closed").fetchall()}
    for table in register.tables:
        raw = (folder / table.file_name).read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw
        rows = list(csv.DictReader(raw.decode("utf-8").splitlines()))
        assert list(rows[0]) == [column.name for column in table.columns]
        assert {row["ky"] for row in rows if row.get("ky")} <= closed
    subjects = {row["pham_vi"] for row in csv.DictReader((folder / "chi-tieu.csv").open(encoding="utf-8"))}
    assert subjects == {"don-vi", "cap", "tinh"}


def test_opinions_under_decision_766_are_published_for_the_province_alone(
    night: Night, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """Beside the exact share in time their small numbers would tell how many complained about an office."""
    opinions = ("satisfaction_rate", "feedback_on_time_rate", "feedback_satisfaction_rate")
    with (night.current / "open-data" / "chi-tieu.csv").open(encoding="utf-8") as stream:
        scopes: dict[tuple[str, str], set[str]] = {}
        for row in csv.DictReader(stream):
            scopes.setdefault((row["ma_chi_tieu"], row["cach_tinh"]), set()).add(row["pham_vi"])
    for code in opinions:
        assert (scopes[code, "766"], scopes[code, "plan"]) == ({"tinh"}, {"don-vi", "cap", "tinh"})
    counted = "select count(*) from indicator_values where rule = '766' and scope = 'unit' and indicator_code = any(?)"
    assert warehouse.execute(counted, [[*opinions]]).fetchall() != [(0,)], "there are such figures to be left out"


def test_what_is_synthetic_says_so_everywhere(night: Night, warehouse: duckdb.DuckDBPyConnection) -> None:
    assert "SYNTHETIC" in night.said
    assert read_manifest(night.current)["synthetic"] is True
    assert list((night.current / "open-data").glob("*SYNTHETIC*"))
    assert warehouse.execute("select bool_and(is_synthetic) from deliveries").fetchone() == (True,)


def _written_outside(warehouse: Path) -> list[Path]:
    """Return the files outside the restricted folder, one name of each that has several.

    A folder `.reader-…` holds one more name of the version's file, and is gone as soon as a reader has opened it.
    """
    found: dict[int, Path] = {}
    for folder, _, names in os.walk(warehouse):
        if "restricted" not in Path(folder).parts and not Path(folder).name.startswith(".reader-"):
            paths = (Path(folder, name) for name in names)
            found |= {path.stat().st_ino: path for path in paths if path.is_file()}
    return [*found.values()]


def test_no_person_is_found_outside_the_restricted_folder(night: Night) -> None:
    """Everything personal in the extracts, sought in every byte written elsewhere, packed and in UTF-16 too."""
    persons = _persons(night)
    assert len(persons) > 1_000 and CANARY_NAME in persons
    texts = [person.encode() for person in sorted(persons)]
    # UTF-16 text has a NUL in it: most files have none, and need not be sought through for it.
    wide = [CANARY_NAME.encode("utf-16-le"), *(person.encode("utf-16-le") for person in sorted(persons)[:50])]
    sought = [text.decode("latin-1") for text in texts + wide]  # byte for byte, in what polars takes for text
    written = _written_outside(night.warehouse)
    assert {path.suffix for path in written} >= {".duckdb", ".parquet", ".sqlite", ".csv", ".json", ".jsonld", ".xlsx",
                                                 ".log", ".html"}  # fmt: skip
    folders = {path.relative_to(night.warehouse).parts[0] for path in written}
    assert folders >= {"lake", "dagster", "dbt", "work", "quality"}
    assert [path.name for path in written if _holds(_content(path), sought)] == []
    columns = {column for table in _lake_tables(night) for column in table}
    assert not columns & {"ChuHoSo", "SoDienThoai", "Email", "DiaChi", "TrichYeuHoSo", "NguoiXuLy"}


def test_the_canaries_would_be_found(night: Night, tmp_path: Path) -> None:
    """The search itself must be able to fail: a person planted in each kind of file is seen."""
    database = tmp_path / "x.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table t as select ? as name from range(10000)", [CANARY_NAME])
    pl.DataFrame({"name": [[CANARY_NAME]] * 10_000}).write_parquet(tmp_path / "x.parquet")
    (tmp_path / "x.gz").write_bytes(gzip.compress(CANARY_NAME.encode()))
    pl.DataFrame({"name": [CANARY_NAME] * 10_000}).write_excel(tmp_path / "x.xlsx")
    for path in tmp_path.iterdir():
        assert CANARY_NAME.encode() in _content(path), path.name


def _persons(night: Night) -> set[str]:
    """Return values of personal fields in the delivered CSVs, and what was planted in files that are refused."""
    contracts = load_contracts(night.settings.contracts_dir)
    persons = {CANARY_NAME, CANARY_PHONE}
    for path in night.raw.glob("*/*/*.csv"):
        # Of an office's field its name is kept on purpose (`tests/unit/test_office_names.py`).
        fields = contracts[path.parent.parent.name].fields
        personal = [field.name for field in fields if field.personal in ("drop", "pseudonym")]
        with path.open(encoding="utf-8", newline="") as stream:
            for row in itertools.islice(csv.DictReader(stream), 100) if personal else ():
                persons |= {row.get(name) or "" for name in personal}
    # 000000001 is what systems write where no number is known: nobody's, and the tail of many a decimal fraction.
    return {person for person in persons if len(person) > 6} - {"000000001"}


def _holds(content: bytes, sought: list[str]) -> bool:
    """All texts at once (Aho-Corasick), in pieces that overlap by more than any text is long."""
    pieces = [content[at : at + (1 << 22) + 1_000].decode("latin-1") for at in range(0, len(content), 1 << 22)]
    return bool(pl.Series(pieces, dtype=pl.String).str.contains_any(sought).any())


def _content(path: Path) -> bytes:
    """Return what a file holds: tables written out as text, packed files unpacked, all others as they are."""
    if path.suffix == ".parquet":
        return json.dumps(pl.read_parquet(path).to_dicts(), default=str, ensure_ascii=False).encode()
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
            ).fetchall()
            rows = [connection.execute(f'select * from "{schema}"."{table}"').fetchall() for schema, table in tables]
        return path.read_bytes() + json.dumps(rows, default=str, ensure_ascii=False).encode()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return b"\n".join(archive.read(name) for name in archive.namelist())
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _lake_tables(night: Night) -> list[list[str]]:
    return [list(pl.read_parquet_schema(path)) for path in (night.warehouse / "lake" / "ho_so").rglob("*.parquet")]


def test_restricted_is_closed_to_others(night: Night) -> None:
    restricted = night.warehouse / "restricted"
    assert stat.S_IMODE(restricted.stat().st_mode) == 0o700
    files = [path for path in restricted.rglob("*") if path.is_file()]
    assert len(files) > 100
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_second_run_at_once_leaves_with_the_pid_of_the_first(night: Night) -> None:
    with (night.warehouse / "run.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (night.warehouse / "run.pid").write_text("4711")
        done = night.tthc("run")
    assert done.returncode == 4
    assert "4711" in done.stderr


def test_asked_to_stop_it_stops_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "raw" / "ho_so" / "2024-06-30").mkdir(parents=True)
    (tmp_path / "raw" / "ho_so" / "2024-06-30" / "a.csv").write_text("MaHoSo\n", encoding="utf-8")
    command = [sys.executable, "-m", "pipelines", "run", "--raw", str(tmp_path / "raw"), "--warehouse", str(tmp_path)]
    with subprocess.Popen(command, env={**os.environ, "TTHC_LANG": "en"}, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as run:  # fmt: skip
        assert run.stdout is not None and run.stderr is not None
        assert "Starting" in run.stdout.readline()
        run.send_signal(signal.SIGTERM)
        said = run.stderr.read()
    assert (run.returncode, said.startswith("[interrupted]")) == (1, True), said


def test_the_same_delivery_again_changes_nothing(night: Night, tmp_path: Path) -> None:
    """Everything delivered again, and one file also under another name.

    The same version stays, and nothing is computed to find that out.
    """
    warehouse, raw = tmp_path / "kho", tmp_path / "raw"
    shutil.copytree(night.warehouse, warehouse, symlinks=True)
    shutil.copytree(night.raw, raw)
    extract = next((raw / "ho_so" / "2024-06-30").glob("*.csv"))
    shutil.copy(extract, extract.with_name("z-copy.synthetic.csv"))
    before = read_manifest(night.current)
    done = night.tthc("run", "--raw", str(raw), "--warehouse", str(warehouse))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing new" in done.stdout and "4/7" not in done.stdout and done.stderr == ""
    assert read_manifest(warehouse / "current") == before
    assert list(unaccounted(warehouse)) == []
    assert "Nothing new" in (warehouse / "quality" / "latest" / "en" / "index.html").read_text(encoding="utf-8")


def test_the_quality_page_tells_each_unit_what_to_fix(night: Night, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Every rejected row stands on the page of its unit, and of no other; the whole says the same in sum."""
    pages = night.warehouse / "quality" / "latest" / "vi"
    rejected = dict(warehouse.execute("select unit_code, sum(row_count) from quarantine_units group by all").fetchall())
    assert len(rejected) > 20
    for unit, rows in rejected.items():
        page = (pages / "units" / f"{unit or 'khong-ro'}.html").read_text(encoding="utf-8")
        assert f"<strong>{rows}</strong>dòng bị từ chối" in page
    whole = (pages / "index.html").read_text(encoding="utf-8")
    assert "headless.synthetic.csv" in whole and "DỮ LIỆU TỔNG HỢP" in whole
    codes = warehouse.execute("select dossier_code from fct_timeliness").fetchall()
    text = "".join(path.read_text(encoding="utf-8") for path in pages.rglob("*.html"))
    assert [code for (code,) in codes if code in text] == []


def test_a_landing_without_dossiers_is_a_fault_that_says_what_to_do(night: Night, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    shutil.copytree(night.warehouse / "dbt", tmp_path / "kho" / "dbt")  # the models, parsed already
    done = tthc("run", "--raw", str(tmp_path / "raw"), "--warehouse", str(tmp_path / "kho"))
    assert done.returncode == 1
    assert "ho_so" in done.stderr and "run again" in done.stderr
    assert not (tmp_path / "kho" / "current").exists()


def test_the_summary_of_the_night_lies_in_its_version_and_beside_its_quality_page(night: Night) -> None:
    version = (night.current / "reports" / "morning.md").read_text(encoding="utf-8")
    assert night.current.resolve().name in version and "None" not in version
    assert "headless" not in version  # one file of several thousand rows: counted, and named on the quality page
    assert re.search(r"\| tien_trinh \| \d+ \| 1 \|", version)
    beside = night.tthc("morning", "--format", "md")
    assert beside.returncode == 0
    assert (night.settings.quality_page / "morning.md").read_text(encoding="utf-8") == beside.stdout
    page = night.tthc("morning", "--format", "html").stdout
    assert page.startswith("<!doctype html>")


def test_status_says_how_the_newest_run_ended_and_what_to_do(night: Night) -> None:
    found = json.loads(night.tthc("status", "--json").stdout)
    assert found["ending"]["is_good"] and found["ending"]["next_step"]
    narrow = night.tthc("status", COLUMNS="80").stdout
    assert narrow.count(" 2024-12-31 ") > 10 and "…" not in narrow  # every day is whole
    assert f" {night.current.resolve().name} " in narrow
