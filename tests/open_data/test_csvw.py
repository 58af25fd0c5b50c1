"""CSVW: the csvw package finds the metadata by itself, reads every table with it, and finds what is wrong."""

import datetime as dt
import functools
import http.server
import json
import shutil
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from tests.open_data.conftest import Edition, spoil


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Open the folder on 127.0.0.1, as a web server would have it, with no setting for CSVW."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def complaints(folder: Path) -> list[str]:
    """Return what the package says of the folder's tables; reading, keys and references."""
    from csvw import CSVW

    csvw = CSVW(str(folder / "csv-metadata.json"), validate=True, strict=False)
    said = [] if csvw.is_valid else [str(warning.message) for warning in csvw.warnings] or ["invalid"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        csvw.tablegroup.validate_schema(strict=True)
    return said


def as_day(value: object) -> object:
    """Return the package gives a date as its midnight."""
    return value.date() if isinstance(value, dt.datetime) else value


@pytest.fixture
def copy(edition: Edition, tmp_path: Path) -> Path:
    shutil.copytree(edition.folder, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.usefixtures("no_network")
def test_the_edition_is_valid(edition: Edition) -> None:
    assert complaints(edition.folder) == []


@pytest.mark.usefixtures("no_network")
def test_every_value_is_the_parquet_file_s(edition: Edition) -> None:
    from csvw import TableGroup

    group = TableGroup.from_file(edition.folder / "csv-metadata.json")
    assert {table.local_name for table in group.tables} == {table.file_name for table in edition.register.tables}
    for table in group.tables:
        described = edition.register.table(table.local_name.removesuffix(".csv"))
        relation = duckdb.read_parquet(str(edition.folder / described.parquet_name))
        wanted = [tuple(row) for row in relation.fetchall()]
        assert [tuple(map(as_day, row.values())) for row in table] == wanted, table.local_name
        assert table.common_props["schema:numberOfItems"] == len(wanted)


def test_a_processor_that_has_only_a_table_s_address_finds_the_metadata(edition: Edition) -> None:
    from csvw import CSVW

    with served(edition.folder) as address:
        csvw = CSVW(f"{address}/ky.csv", validate=True, strict=False)
        assert not csvw.no_metadata and csvw.warnings == []
        assert len(csvw.tables) == len(edition.register.tables)
        periods = next(table for table in csvw.tables if table.local_name == "ky.csv")
        assert as_day(next(iter(periods))["tu_ngay"]) == dt.date(2023, 1, 1)


SPOILT = {
    "a text for a number": ("chi-tieu", "tu_so", "nhiều"),
    "a code of no list": ("chi-tieu", "co_tu_so", "q"),
    "a code with something after it": ("chi-tieu", "cap", "so xa"),
    "a negative count": ("thanh-toan", "giao_dich", "-5"),
    "an empty key": ("linh-vuc", "ma_linh_vuc", ""),
    "no date": ("don-vi", "hieu_luc_den", "30/06/2025"),
    "a period that is not listed": ("phan-anh", "ky", "1999-Q1"),
    "a unit above that is none": ("don-vi", "ma_don_vi_cha", "H19.77"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_wrong_cell_is_found(copy: Path, what: str) -> None:
    table, column, value = SPOILT[what]
    spoil(copy, table, column, value, line=1)
    try:
        found = complaints(copy)
    except ValueError as error:  # how the package tells of what it cannot go on with
        found = [str(error)]
    assert any(f"{table}.csv" in one or column in one or value in one for one in found), found


def test_a_key_to_a_table_that_is_not_in_the_group_is_found(copy: Path) -> None:
    path = copy / "csv-metadata.json"
    group = json.loads(path.read_text(encoding="utf-8"))
    group["tables"] = [table for table in group["tables"] if table["url"] != "ky.csv"]
    path.write_text(json.dumps(group), encoding="utf-8")
    with pytest.raises((ValueError, KeyError, AssertionError)):
        complaints(copy)
