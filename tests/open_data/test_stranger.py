"""A stranger who knows nothing but the descriptor loads every table: into DuckDB, and into pandas.

Nothing of this project is asked: types, names, separators, empty values, keys come from `datapackage.json` alone. What
came in is held against the Parquet files.
"""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Night
from tests.open_data.conftest import Edition, spoil

DUCKDB = {"string": "varchar", "integer": "bigint", "number": "double", "date": "date", "boolean": "boolean"}
PANDAS = {"string": "string", "integer": "Int64", "number": "float64", "date": "string", "boolean": "boolean"}


def resources(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    return found


def into_duckdb(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return every resource as a table with its primary key, which DuckDB holds it to; then every foreign key."""
    connection = duckdb.connect()
    for resource in resources(folder):
        schema, dialect = resource["schema"], resource["dialect"]
        types = {field["name"]: DUCKDB[field["type"]] for field in schema["fields"]}
        columns = [f'"{column}" {type_}' for column, type_ in types.items()]
        columns.append(f"primary key ({', '.join(schema['primaryKey'])})")
        connection.execute(f'create table "{resource["name"]}" ({", ".join(columns)})')
        connection.read_csv(
            str(folder / resource["path"]), columns=types, header=dialect["header"], sep=dialect["delimiter"],
            quotechar=dialect["quoteChar"], encoding=resource["encoding"], na_values=schema["missingValues"],
        ).insert_into(f'"{resource["name"]}"')  # fmt: skip
    assert [broken for resource in resources(folder) for broken in broken_references(connection, resource)] == []
    return connection


def broken_references(connection: duckdb.DuckDBPyConnection, resource: dict[str, Any]) -> list[tuple[str, str]]:
    """Return foreign keys with a row that names nothing; one with an empty part names nothing and need not."""
    broken = []
    for key in resource["schema"].get("foreignKeys", []):
        target = key["reference"].get("resource", resource["name"])
        pairs = list(zip(key["fields"], key["reference"]["fields"], strict=True))
        same = " and ".join(f"a.{ours} = b.{theirs}" for ours, theirs in pairs)
        filled = " and ".join(f"a.{ours} is not null" for ours, _ in pairs)
        found = connection.execute(
            f'select count(*) from "{resource["name"]}" a anti join "{target}" b on {same} where {filled}'
        ).fetchone()
        broken += [(resource["name"], target)] if found != (0,) else []
    return broken


def into_pandas(folder: Path, resource: dict[str, Any]) -> Any:
    import pandas as pd

    schema, dialect = resource["schema"], resource["dialect"]
    fields = schema["fields"]
    return pd.read_csv(
        folder / resource["path"], sep=dialect["delimiter"], quotechar=dialect["quoteChar"],
        encoding=resource["encoding"], dtype={field["name"]: PANDAS[field["type"]] for field in fields},
        parse_dates=[field["name"] for field in fields if field["type"] == "date"],
        true_values=[one for field in fields for one in field.get("trueValues", [])] or None,
        false_values=[one for field in fields for one in field.get("falseValues", [])] or None,
        na_values=schema["missingValues"], keep_default_na=False,
    )  # fmt: skip


def facts_of_parquet(path: Path, resource: dict[str, Any]) -> list[Any]:
    """Return per column how many values there are, and of what has a sum, the sum."""
    names = [field["name"] for field in resource["schema"]["fields"]]
    summed = {field["name"] for field in resource["schema"]["fields"] if field["type"] in ("integer", "number")}
    asked = ", ".join(f"count({n}), {f'coalesce(sum({n}), 0)' if n in summed else '0'}" for n in names)
    found = duckdb.read_parquet(str(path)).aggregate(f"count(*), {asked}").fetchone() or ()
    return [found[0], *zip(names, found[1::2], map(float, found[2::2]), strict=True)]


def load_and_compare(folder: Path) -> int:
    """Return how many rows were loaded and found to be those of the Parquet files."""
    connection, rows = into_duckdb(folder), 0
    for resource in resources(folder):
        parquet = folder / resource["alternates"][0]["path"]
        different = connection.execute(
            f"""select count(*) from (
                (from "{resource["name"]}" except all from read_parquet('{parquet}'))
                union all (from read_parquet('{parquet}') except all from "{resource["name"]}"))"""
        ).fetchone()
        assert different == (0,), resource["name"]
        frame = into_pandas(folder, resource)
        wanted = facts_of_parquet(parquet, resource)
        assert len(frame) == wanted[0] == resource["rows"]
        for name, filled, total in wanted[1:]:
            column = frame[name]
            assert int(column.notna().sum()) == filled, (resource["name"], name)
            if str(column.dtype) in ("Int64", "Float64", "float64"):
                assert math.isclose(float(column.sum()), total), (resource["name"], name)
        assert not frame.duplicated(resource["schema"]["primaryKey"]).any()
        rows += len(frame)
    return rows


def test_everything_of_the_small_edition_loads(edition: Edition) -> None:
    assert load_and_compare(edition.folder) > 1_000


def test_types_are_those_of_the_descriptor(edition: Edition) -> None:
    units = next(resource for resource in resources(edition.folder) if resource["name"] == "don-vi")
    frame = into_pandas(edition.folder, units)
    assert frame["hieu_luc_den"].dtype.kind == "M" and frame["ma_don_vi"].dtype == "string"
    values = next(resource for resource in resources(edition.folder) if resource["name"] == "chi-tieu")
    dtypes = into_pandas(edition.folder, values).dtypes.astype(str)
    assert (dtypes["tu_so"], dtypes["ty_le"], dtypes["dat"]) == ("Int64", "float64", "boolean")


def test_a_procedure_code_is_not_taken_for_a_number_by_who_asks_nobody(edition: Edition) -> None:
    """pandas without a word about types makes 1.0001 of 1.000100; there is a column that it leaves alone."""
    import pandas as pd

    guessed = pd.read_csv(edition.folder / "thu-tuc.csv")
    reported = pd.read_csv(edition.folder / "thu-tuc.csv", dtype=str)
    assert guessed["ma_thu_tuc"].astype(str).to_list() != reported["ma_thu_tuc"].to_list()
    assert guessed["khoa_thu_tuc"].to_list() == ("TTHC-" + reported["ma_thu_tuc"]).to_list()


def test_a_reference_to_nothing_is_noticed(edition: Edition, tmp_path: Path) -> None:
    shutil.copytree(edition.folder, tmp_path / "copy")
    spoil(tmp_path / "copy", "phan-anh", "ky", "1999-Q1")
    with pytest.raises(AssertionError, match="phan-anh"):
        into_duckdb(tmp_path / "copy")


@pytest.mark.slow
def test_everything_of_the_night_loads(night: Night) -> None:
    assert load_and_compare((night.current / "open-data").resolve()) > 25_000
