"""A copy of `tthc.duckdb` that somebody took home answers from itself, whatever it is called and lies beside."""

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.storage.manifest import read_manifest
from tests.conftest import Night

pytestmark = pytest.mark.slow
VIEWS = "select schema_name || '.\"' || view_name || '\"' from duckdb_views() where database_name = ? and not internal"


@pytest.fixture
def renamed(night: Night, tmp_path: Path) -> Path:
    return Path(shutil.copy(night.current / "tthc.duckdb", tmp_path / "số liệu 2024.duckdb"))


def counts(connection: duckdb.DuckDBPyConnection, catalog: str) -> dict[str, int]:
    """Return rows of every view of an attached file, asked for by its name there."""
    views = [name for (name,) in connection.execute(VIEWS, [catalog]).fetchall()]
    found = {name: connection.execute(f'select count(*) from "{catalog}".{name}').fetchone() for name in views}
    return {name: row[0] for name, row in found.items() if row}


def test_every_view_works_in_a_renamed_copy(night: Night, renamed: Path) -> None:
    with duckdb.connect(str(night.current / "tthc.duckdb"), read_only=True) as original:
        wanted = counts(original, "tthc")
    with duckdb.connect(str(renamed), read_only=True) as copy:
        assert counts(copy, "số liệu 2024") == wanted
    assert len(wanted) > 20 and sum(wanted.values()) > 10_000


def test_a_copy_attached_beside_the_original_answers_from_itself(night: Night, renamed: Path) -> None:
    """One dossier is taken out of the copy: the copy's view misses it, the original's does not."""
    renamed.chmod(0o644)
    removed = "delete from marts.fct_timeliness where dossier_code = (select max(case_code) from {})"
    view = 'cases."case_on_time_rate__plan"'
    with duckdb.connect(str(renamed)) as connection:
        connection.execute(removed.format(view))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{night.current / 'tthc.duckdb'}' as tthc (read_only)")
        connection.execute(f"attach '{renamed}' as earlier (read_only)")
        ours, theirs = counts(connection, "tthc"), counts(connection, "earlier")
    assert theirs[view] == ours[view] - 1


def test_the_file_says_which_version_it_is(night: Night, renamed: Path) -> None:
    manifest = read_manifest(night.current)
    with duckdb.connect(str(renamed), read_only=True) as copy:
        rows = copy.execute("select version, as_of::varchar, code_version, is_synthetic from marts.dim_run").fetchall()
        comments = copy.execute(
            "select comment from duckdb_columns() where table_name = 'dim_run' and schema_name = 'marts'"
        ).fetchall()
    assert rows == [(manifest["version"], manifest["as_of"], manifest["code"], manifest["synthetic"])]
    assert len(comments) == 6 and all(" / " in comment for (comment,) in comments)
