"""Data Package: frictionless finds the small edition valid, without the network, and what is wrong with others."""

import json
import shutil
from pathlib import Path

import pytest

from tests.open_data.conftest import Edition, spoil

pytestmark = pytest.mark.usefixtures("no_network")


def errors(folder: Path) -> list[tuple[str, str]]:
    """Return table and kind of each error; of the package as a whole without a table."""
    from frictionless import validate

    report = validate(str(folder / "datapackage.json"))
    whole = [("", error.type) for error in report.errors]
    return whole + [(task.name, error.type) for task in report.tasks for error in task.errors]


@pytest.fixture
def copy(edition: Edition, tmp_path: Path) -> Path:
    shutil.copytree(edition.folder, tmp_path / "copy")
    return tmp_path / "copy"


def test_the_edition_is_valid(edition: Edition) -> None:
    assert errors(edition.folder) == []


SPOILT = {
    "a text for a number": ("chi-tieu", "tu_so", "nhiều", "type-error"),
    "a code of no list": ("chi-tieu", "co_tu_so", "q", "constraint-error"),
    "a negative count": ("thanh-toan", "giao_dich", "-5", "constraint-error"),
    "an empty key": ("linh-vuc", "ma_linh_vuc", "", "constraint-error"),
    "a code with a blank": ("linh-vuc", "ma_linh_vuc", "Ho Tich", "constraint-error"),
    "no date": ("don-vi", "hieu_luc_den", "30/06/2025", "type-error"),
    "a period that is not listed": ("phan-anh", "ky", "1999-Q1", "foreign-key"),
    "a unit above that is none": ("don-vi", "ma_don_vi_cha", "H19.77", "foreign-key"),
    "the same key twice": ("ky", "ky", "2023", "primary-key"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_wrong_cell_is_found(copy: Path, what: str) -> None:
    table, column, value, kind = SPOILT[what]
    spoil(copy, table, column, value, line=1)
    found = errors(copy)
    assert (table, kind) in found
    assert (table, "hash-count") in found  # the file is not the one that was described


def test_a_row_too_few_is_found(copy: Path) -> None:
    path = copy / "phan-anh.csv"
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert ("phan-anh", "row-count") in errors(copy)


WRONG = {
    "no resources": lambda package: package.pop("resources"),
    "a licence without a name or text": lambda package: package["licenses"][0].pop("path"),
    "created at no time": lambda package: package.update(created="hôm qua"),
    "two resources of one name": lambda package: package["resources"].append(package["resources"][0]),
    "a type that is none": lambda package: package["resources"][0]["schema"]["fields"][0].update(type="chữ"),
    "a key that is no column": lambda package: package["resources"][0]["schema"].update(primaryKey=["khong_co"]),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_descriptor_is_found(copy: Path, what: str) -> None:
    path = copy / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    WRONG[what](package)
    path.write_text(json.dumps(package), encoding="utf-8")
    assert errors(copy)


def test_version_2_is_declared_and_nothing_empty_is_said(edition: Edition) -> None:
    """What frictionless lets pass and the standard's own profile does not: empty lists, `type` other than table."""
    package = json.loads((edition.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert {resource["type"] for resource in package["resources"]} == {"table"}
    assert list(empty(package)) == []


def empty(value: object, path: str = "") -> list[str]:
    """Return paths of all that is empty, but for the missing value, which is the empty text."""
    if isinstance(value, dict):
        return [found for key, one in value.items() for found in empty(one, f"{path}/{key}")]
    if isinstance(value, list) and value:
        return [found for at, one in enumerate(value) for found in empty(one, f"{path}/{at}")]
    missing = path.rpartition("/")[0].endswith("missingValues")
    return [path] if value in ("", None, [], {}) and not missing else []
