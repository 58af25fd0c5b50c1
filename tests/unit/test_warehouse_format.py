"""A warehouse of newer software is refused untouched; one of older software is brought up to date."""

import sqlite3
from pathlib import Path

import pytest

from pipelines.common.errors import TthcError
from pipelines.common.sql import read_sql
from pipelines.landing.rebuild_ledger import ensure_ledger
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger, outcomes
from pipelines.storage.runs import begin_run, runs
from pipelines.storage.warehouse_format import FORMAT, LedgerOutdated
from tests.conftest import tthc


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(raw_dir=tmp_path / "raw", warehouse_dir=tmp_path / "kho")


def earlier_ledger(settings: Settings, changes: str = "") -> None:
    """Write a ledger as software before the number left it: one run, one archived file, and what `changes` says."""
    with open_ledger(settings.ledger_file) as ledger:
        begin_run(ledger, 1)
    with sqlite3.connect(settings.ledger_file) as ledger:
        ledger.executescript(f"drop table warehouse_format; {changes}")
    kept = settings.archive_dir / "xin_loi" / "2024-05-01" / "a.csv" / f"0001-{'0' * 64}"
    kept.parent.mkdir(parents=True)
    kept.write_text("x")


@pytest.mark.slow
def test_a_ledger_of_newer_software_stops_every_command_and_stays_as_it_is(settings: Settings) -> None:
    with open_ledger(settings.ledger_file) as ledger:
        ledger.execute("update warehouse_format set format = ?", (FORMAT + 1,))
    (settings.raw_dir / "ho_so" / "2024-05-01").mkdir(parents=True)
    (settings.raw_dir / "ho_so" / "2024-05-01" / "a.csv").write_text("x")
    before = settings.ledger_file.read_bytes()
    place = {"TTHC_RAW_DIR": str(settings.raw_dir), "TTHC_WAREHOUSE_DIR": str(settings.warehouse_dir)}
    for command in ("run", "status", "rollback"):
        done = tthc(command, **place)
        assert done.returncode == 1 and "warehouse_newer" in done.stderr + done.stdout, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    assert settings.ledger_file.read_bytes() == before
    assert not settings.archive_dir.exists()
    settings.ledger_file.unlink()  # what reads every warehouse after the tests could not read it


def test_a_backup_of_newer_software_is_refused_without_its_ledger_too(settings: Settings) -> None:
    ensure_ledger(settings)
    note = settings.restricted_dir / "format"
    assert note.read_text() == f"{FORMAT}\n" and note.stat().st_mode & 0o777 == 0o600
    note.write_text(f"{FORMAT + 1}\n")
    settings.ledger_file.unlink()
    with pytest.raises(TthcError, match="warehouse_newer"):
        ensure_ledger(settings)
    assert not settings.ledger_file.exists()


def test_an_earlier_ledger_gets_what_it_lacks_and_keeps_its_runs(settings: Settings) -> None:
    earlier_ledger(settings, "drop table landed_folder; drop table verified;")
    ensure_ledger(settings)
    with open_ledger(settings.ledger_file) as ledger:
        assert len(runs(ledger, limit=5)) == 1
        assert ledger.execute("select format from warehouse_format").fetchone() == (FORMAT,)
        assert ledger.execute("select count(*) from verified").fetchone() == (0,)


def test_a_table_that_a_night_finds_again_is_made_anew(settings: Settings) -> None:
    earlier_ledger(
        settings, "drop table outcome; create table outcome (version text); insert into outcome values ('v');"
    )
    with open_ledger(settings.ledger_file) as ledger:
        assert outcomes(ledger) == [] and len(runs(ledger, limit=5)) == 1


def test_other_tables_that_differ_are_written_again_from_the_archive(settings: Settings) -> None:
    earlier_ledger(settings, "alter table arrival drop column expected_rows;")
    with pytest.raises(LedgerOutdated), open_ledger(settings.ledger_file):
        pass
    ensure_ledger(settings)
    with open_ledger(settings.ledger_file) as ledger:
        assert ledger.execute("select file_name, sha256 from arrival").fetchall() == [("a.csv", "0" * 64)]
    assert settings.ledger_file.with_name("damaged.sqlite").exists()


def test_the_format_is_raised_with_the_tables() -> None:
    """Whoever changes a table of the ledger looks here: older software must refuse it, so the format is raised."""
    tables = read_sql("pipelines.storage", "sql/ledger_schema").count("create table")
    assert (FORMAT, tables) == (2, 9)
