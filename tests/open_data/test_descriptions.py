"""The descriptions are read back and say the same of the same files.

Tables, columns, types, titles, keys, rows, bytes, hashes, licence, vintage.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.common.errors import TthcError
from pipelines.open_data.audit import audit_names
from pipelines.open_data.files import CHECKSUMS
from pipelines.open_data.texts import text_of
from pipelines.open_data.vintage import SYNTHETIC_NOTICE
from pipelines.open_data.vintage_store import VINTAGE_FILE, read_vintage
from pipelines.registers.publication import PublicationRegister, load_register
from pipelines.settings import PROJECT_DIR
from tests.conftest import Night
from tests.open_data.agreement import agree
from tests.open_data.conftest import Edition


def test_all_say_the_same_of_the_small_edition(edition: Edition) -> None:
    assert agree(edition.folder) == sum(len(table.columns) for table in edition.register.tables)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [("datapackage.json", '"Mã kỳ"', '"Mã khác"'), ("csv-metadata.json", '"minimum": 0', '"minimum": 1'),
     ("catalog.jsonld", '"2024-12-31-0123456789ab"', '"2024-12-31-000000000000"'),
     ("catalog.jsonld", '"contentSize": "', '"contentSize": "1')],
)  # fmt: skip
def test_one_that_says_otherwise_is_noticed(
    edition: Edition, tmp_path: Path, name: str, right: str, wrong: str
) -> None:
    for path in edition.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert right in text
    (tmp_path / name).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(AssertionError):
        agree(tmp_path)


def test_synthetic_data_are_called_so_in_every_description(edition: Edition) -> None:
    for name in edition.written:
        if not name.endswith(".xlsx"):
            assert text_of("synthetic").vi in (edition.folder / name).read_text(encoding="utf-8"), name


def test_no_address_is_invented(edition: Edition) -> None:
    """No e-mail address, no web address but those of vocabularies and standards."""
    known = ("https://datapackage.org/", "http://www.w3.org/", "http://purl.org/", "http://xmlns.com/", "http://spdx.org/",
             "http://publications.europa.eu/", "https://www.iana.org/", "https://www.rfc-editor.org/",
             "https://schema.org/")  # fmt: skip
    for name in edition.written:
        if not name.endswith(".xlsx"):
            text = (edition.folder / name).read_text(encoding="utf-8")
            addresses = {text[at : at + 80].split('"')[0] for at in range(len(text)) if text.startswith("http", at)}
            assert "mailto:" not in text and "@gmail" not in text
            assert [one for one in addresses if "://" in one and not one.startswith(known)] == []


def test_a_file_that_the_register_does_not_name_stops_the_publication(edition: Edition, tmp_path: Path) -> None:
    (tmp_path / "chi-tieu.csv").touch()
    (tmp_path / "datapackage.json").touch()
    audit_names(edition.register, tmp_path)
    (tmp_path / "chi-tieu.xlsx").touch()
    with pytest.raises(TthcError, match=r"chi-tieu\.xlsx"):
        audit_names(edition.register, tmp_path)


@pytest.fixture(scope="module")
def published(night: Night) -> Path:
    return (night.current / "open-data").resolve()


@pytest.mark.slow
def test_all_say_the_same_of_the_night(published: Path) -> None:
    assert agree(published) > 100


@pytest.mark.slow
def test_the_night_s_package_is_valid(published: Path, no_network: None) -> None:
    from tests.open_data.test_datapackage import errors

    assert errors(published) == []


@pytest.mark.slow
def test_the_night_s_catalogue_conforms(published: Path, no_network: None) -> None:
    from tests.open_data.test_dcat import conforms, graph_of

    assert conforms(graph_of((published / "catalog.jsonld").read_text(encoding="utf-8"), "catalog.jsonld"))[0]


@pytest.mark.slow
def test_the_vintage_vouches_for_its_descriptions(published: Path, tmp_path: Path) -> None:
    register: PublicationRegister = load_register(PROJECT_DIR / "registers" / "vietnam")
    files = [path for path in published.iterdir() if path.is_file()]
    assert {path.name for path in files} == register.files
    for path in files:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    vintage = read_vintage(tmp_path)
    assert vintage is not None
    named = {VINTAGE_FILE, "audit.json", "CHANGES.md", "METHOD.md", "PHUONG-PHAP.md", SYNTHETIC_NOTICE, CHECKSUMS}
    assert vintage["files"].keys() | vintage["descriptions"].keys() == register.files - named
    (tmp_path / "catalog.jsonld").write_text("{}", encoding="utf-8")
    assert read_vintage(tmp_path) is None


@pytest.mark.slow
def test_the_checksums_are_those_that_sha256sum_finds(published: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(published, tmp_path / "mang về"))
    assert subprocess.run(["sha256sum", "-c", "--strict", CHECKSUMS], cwd=copy, check=False).returncode == 0
    listed = {line.split("  ", 1)[1] for line in (copy / CHECKSUMS).read_text(encoding="utf-8").splitlines()}
    assert listed == {path.name for path in copy.iterdir() if path.is_file()} - {VINTAGE_FILE, CHECKSUMS}
    with (copy / "ky.csv").open("a", encoding="utf-8") as stream:
        stream.write("x\n")
    assert subprocess.run(["sha256sum", "-c", CHECKSUMS], cwd=copy, check=False).returncode == 1


@pytest.mark.slow
def test_synthetic_figures_of_the_night_say_so_in_every_file(published: Path) -> None:
    assert min(path.name for path in published.iterdir()) == SYNTHETIC_NOTICE
    for path in (one for one in published.iterdir() if one.is_file()):
        if path.suffix in (".csv", ".md", ".json", ".jsonld", ".txt"):
            text = path.read_text(encoding="utf-8").casefold()
            assert "synthetic" in text or "dữ liệu tổng hợp" in text, path.name
