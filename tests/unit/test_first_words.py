"""What a newcomer types first: the version, and a run where nothing was delivered."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli.app import app
from pipelines.common.errors import TthcError


def test_the_version_is_that_of_the_package() -> None:
    found = CliRunner().invoke(app, ["--version"])
    assert (found.exit_code, found.output) == (0, f"tthc {version('tthc-warehouse')}\n")


def test_an_empty_landing_folder_is_noticed_before_anything_heavy_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _run_where_nothing_lies(tmp_path, monkeypatch)
    assert isinstance(found.exception, TthcError)
    assert (found.exception.code, found.exception.exit_code) == ("obligatory_missing", 1)
    assert "ho_so" in str(found.exception) and str(tmp_path / "raw") in str(found.exception)


@pytest.mark.parametrize("left", ["ledger/ledger.sqlite", "restricted/archive/ho_so/2024-06-30/a.csv"])
def test_what_came_before_is_enough_for_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str) -> None:
    """The ledger is made again from the archive, so a warehouse that lost one of them is not empty."""
    (tmp_path / "warehouse" / left).parent.mkdir(parents=True)
    (tmp_path / "warehouse" / left).touch()
    found = _run_where_nothing_lies(tmp_path, monkeypatch)
    assert isinstance(found.exception, ImportError), found.exception


def _run_where_nothing_lies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """Return `tthc run` that ends where it would load what a run needs."""
    (folder / "raw").mkdir()
    for name in ("RAW", "WAREHOUSE"):
        monkeypatch.setenv(f"TTHC_{name}_DIR", str(folder / name.lower()))
    monkeypatch.setitem(sys.modules, "pipelines.nightly.run", None)
    return CliRunner().invoke(app, ["run"])
