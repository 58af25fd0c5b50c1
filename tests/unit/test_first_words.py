"""What a newcomer types first: the version, and a run where nothing was delivered."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import TthcError


def test_the_version_is_that_of_the_package() -> None:
    found = CliRunner().invoke(app, ["--version"])
    assert (found.exit_code, found.output) == (0, f"tthc {version('tthc-warehouse')}\n")


def test_an_empty_landing_folder_is_noticed_before_anything_heavy_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raw").mkdir()
    for name in ("RAW", "WAREHOUSE"):
        monkeypatch.setenv(f"TTHC_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setitem(sys.modules, "pipelines.nightly.start", None)
    found = CliRunner().invoke(app, ["run"])
    assert isinstance(found.exception, TthcError)
    assert (found.exception.code, found.exception.exit_code) == ("obligatory_missing", 1)
    assert "ho_so" in str(found.exception) and str(tmp_path / "raw") in str(found.exception)
