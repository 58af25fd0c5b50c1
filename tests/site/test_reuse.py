"""The site of the published version serves again exactly where a new one would have the same bytes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.checksums import with_checksum
from pipelines.common.files import link_tree
from pipelines.registers.model import load_province
from pipelines.registers.tiles import load_tiles
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.site.build import write_site_of, write_vintage_site
from pipelines.site.reuse import site_to_reuse
from pipelines.storage.manifest import MANIFEST_FILE, file_hashes
from tests.open_data.conftest import HEAD
from tests.site.test_pages import fingerprint

CODE = "c0de"
COUNTRY = PROJECT_DIR / "registers" / "vietnam"


@pytest.fixture
def version(small_open_data: Path, small_site: Path, tmp_path: Path) -> Path:
    """Return a published version with open data and site, and nothing else."""
    version = tmp_path / "versions" / "one"
    shutil.copytree(small_open_data, version / "open-data")
    shutil.copytree(small_site, version / "site")
    note(version)
    return version


@pytest.fixture
def open_data(version: Path, tmp_path: Path) -> Path:
    """Return the open data of a candidate: those of the version."""
    link_tree(version / "open-data", tmp_path / "candidate" / "open-data")
    return tmp_path / "candidate" / "open-data"


def note(version: Path, **changes: Any) -> None:
    (version / MANIFEST_FILE).unlink(missing_ok=True)
    manifest = {"code": CODE, "synthetic": True, "open_data": {"state": "new"}, "files": file_hashes(version)}
    (version / MANIFEST_FILE).write_text(json.dumps(with_checksum({**manifest, **changes})), encoding="utf-8")


def found(version: Path, open_data: Path, code: str = CODE, url: str | None = None, *, synthetic: bool = True) -> Any:
    return site_to_reuse(version, open_data, code, url, synthetic=synthetic)


def test_an_unchanged_site_is_found(version: Path, open_data: Path) -> None:
    assert found(version, open_data) == version / "site"
    note(version, open_data={"state": "unchanged"})
    assert found(version, open_data) == version / "site"


def spoil(path: Path) -> None:
    """Write other bytes into a file that may be linked."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def add_edition(open_data: Path) -> None:
    (open_data / "editions" / "new").mkdir()
    (open_data / "editions" / "new" / "vintage.json").write_text("{}")


CHANGES: dict[str, Callable[[Path, Path], object]] = {
    "a table": lambda version, open_data: spoil(open_data / "chi-tieu.csv"),
    "an edition more": lambda version, open_data: add_edition(open_data),
    "a table less": lambda version, open_data: (open_data / "phan-anh.csv").unlink(),
    "a page damaged": lambda version, open_data: spoil(version / "site" / "vi" / "index.html"),
    "a page more": lambda version, open_data: (version / "site" / "vi" / "more.html").write_text("more"),
    "a page less": lambda version, open_data: (version / "site" / "en" / "index.html").unlink(),
    "no site": lambda version, open_data: shutil.rmtree(version / "site"),
    "no manifest": lambda version, open_data: (version / MANIFEST_FILE).unlink(),
    "manifest damaged": lambda version, open_data: spoil(version / MANIFEST_FILE),
    "other code": lambda version, open_data: note(version, code="other"),
    "real data": lambda version, open_data: note(version, synthetic=False),
    "site of another version": lambda version, open_data: note(version, open_data={"state": "stays"}),
    "kept back": lambda version, open_data: note(version, open_data={"state": "kept"}),
    "state unknown": lambda version, open_data: note(version, open_data=None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_has_changed_asks_for_a_new_site(version: Path, open_data: Path, change: str) -> None:
    CHANGES[change](version, open_data)
    assert found(version, open_data) is None


def test_another_run_asks_for_a_new_site(version: Path, open_data: Path) -> None:
    assert found(version, open_data, code="other") is None
    assert found(version, open_data, url="https://thu-tuc.example/") is None
    assert found(version, open_data, synthetic=False) is None
    assert found(version.with_name("none"), open_data) is None


def test_a_night_links_the_site_that_it_would_have_written(small_open_data: Path, tmp_path: Path) -> None:
    settings = Settings(raw_dir=tmp_path / "raw", warehouse_dir=tmp_path / "kho")
    version, candidate = settings.versions_dir / "one", settings.work_dir / "candidate"
    shutil.copytree(small_open_data, version / "open-data")
    head = HEAD | {"rows": {path.name: 1 for path in small_open_data.glob("*.csv")}}
    (version / "open-data" / "vintage.json").write_text(json.dumps(head), encoding="utf-8")
    for table in small_open_data.glob("*.csv"):
        (version / "open-data" / f"{table.stem}.parquet").write_bytes(b"")
    link_tree(version / "open-data", candidate / "open-data")
    province, places = load_province(settings.province_dir), load_tiles(settings.province_dir)
    write_vintage_site(
        version / "open-data", version / "site", COUNTRY, synthetic=True, province=province, places=places
    )
    note(version)
    settings.current_link.symlink_to(version.relative_to(settings.warehouse_dir))
    state: Any = {"state": "unchanged"}
    assert write_site_of(settings, state, candidate, CODE, synthetic=True) == {}
    linked = candidate / "site"
    assert (linked / "index.html").samefile(version / "site" / "index.html")
    shutil.rmtree(settings.current_link.resolve())
    write_vintage_site(
        candidate / "open-data", tmp_path / "anew", COUNTRY, synthetic=True, province=province, places=places
    )
    assert fingerprint(linked) == fingerprint(tmp_path / "anew")
    assert write_site_of(settings, state, candidate, CODE, synthetic=True)["pages"] > 10
    assert fingerprint(linked) == fingerprint(tmp_path / "anew")
