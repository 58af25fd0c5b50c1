"""Fixtures that several kinds of tests share: one synthetic province and one published warehouse per session."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.settings import Settings

DOSSIERS = 1_500


@dataclass(frozen=True)
class Night:
    """A landing folder, the warehouse made of it, and how to run `tthc` on both."""

    raw: Path
    warehouse: Path
    truth: dict
    said: str

    @property
    def settings(self) -> Settings:
        return Settings(raw_dir=self.raw, warehouse_dir=self.warehouse)

    @property
    def current(self) -> Path:
        return self.warehouse / "current"


def tthc(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command as a person would, English messages, in a time zone far from Việt Nam's."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines", *arguments],
        env={**os.environ, "TTHC_LANG": "en", "TZ": "Pacific/Kiritimati", "COLUMNS": "160", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def synthetic_landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small synthetic province with planted faults, below a path with spaces."""
    from pipelines.sample import write_province

    raw = tmp_path_factory.mktemp("một thư mục") / "raw"
    write_province(raw, DOSSIERS, seed=7, faults=True)
    return raw


@pytest.fixture(scope="session")
def night(synthetic_landing: Path) -> Night:
    """The nightly job, run once on the synthetic province. Tests that change it work on a copy."""
    warehouse = synthetic_landing.parent / "kho dữ liệu"
    done = tthc("run", "--raw", str(synthetic_landing), "--warehouse", str(warehouse))
    assert done.returncode == 0, done.stdout + done.stderr
    truth = json.loads((synthetic_landing / "truth.json").read_text(encoding="utf-8"))
    return Night(synthetic_landing, warehouse, truth, done.stdout)
