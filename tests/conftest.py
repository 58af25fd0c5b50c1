"""Fixtures that several kinds of tests share: one synthetic province and one published warehouse per session."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.conservation import unaccounted

DOSSIERS = 1_500
CANARY_NAME, CANARY_PHONE = "Nguyễn Thị Chim Hoàng Yến", "0987654321"


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


@pytest.fixture(scope="session", autouse=True)
def every_row_is_accounted_for(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After the tests: in every warehouse that any of them made, no row is lost and none counts twice."""
    yield
    troubles = [
        f"{ledger.parent.parent}: {trouble}"
        for ledger in tmp_path_factory.getbasetemp().rglob("ledger/ledger.sqlite")
        for trouble in unaccounted(ledger.parent.parent)
    ]
    assert troubles == []


@pytest.fixture(scope="session")
def compiled_project(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """dbt's manifest with compiled SQL, for tests that build models without dbt."""
    from tests.oracle.compiled import compile_project

    return compile_project(tmp_path_factory.mktemp("compiled") / "warehouse")


@pytest.fixture(scope="session")
def synthetic_landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small synthetic province with planted faults, below a path with spaces."""
    from pipelines.sample import write_province

    raw = tmp_path_factory.mktemp("một thư mục") / "raw"
    write_province(raw, DOSSIERS, seed=7, faults=True)
    # Refused for want of a header: its first row is a person, whom no message may name.
    headless = raw / "tien_trinh" / "2024-12-31" / "headless.synthetic.csv"
    headless.write_text(f"H19-1,20241231080000,4,{CANARY_NAME},{CANARY_PHONE},\n", encoding="utf-8")
    return raw


@pytest.fixture(scope="session")
def night(synthetic_landing: Path) -> Night:
    """The nightly job, run once on the synthetic province. Tests that change it work on a copy."""
    warehouse = synthetic_landing.parent / "kho dữ liệu"
    done = tthc("run", "--raw", str(synthetic_landing), "--warehouse", str(warehouse))
    assert done.returncode == 0, done.stdout + done.stderr
    truth = json.loads((synthetic_landing / "truth.json").read_text(encoding="utf-8"))
    return Night(synthetic_landing, warehouse, truth, done.stdout)
