"""Eight ways to get past the gate, each tried through gate and publication on a whole small warehouse: `current` stays.

The candidate would be published otherwise: the same steps without the sabotage do switch.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.common.errors import CandidateRefused
from pipelines.gate.run import run_gate
from pipelines.publish.versions import close_candidate, current_version, publish
from pipelines.settings import Settings
from pipelines.storage.documents import Verdict
from pipelines.storage.run_spec import RunSpec, candidate_dir, candidate_file

from .conftest import SUITES
from .tiny_marts import TABLES

pytestmark = pytest.mark.slow


@dataclass
class Night:
    """A warehouse with version `v1` published and a candidate `v2`; `verdict` is the gate's verdict on it."""

    settings: Settings
    verdict: Any = None

    def gate(self) -> None:
        config = self.settings.duckdb_config()
        suites = self.settings.expectations_dir
        self.verdict = run_gate(candidate_file(self.settings), suites, TABLES, config=config).to_dict()

    def publish(self, version: str) -> bool:
        return publish(self.settings, RunSpec("2024-03-05", version, "H19", True, []), self.verdict, "code", {})

    def damage(self, statement: str) -> None:
        with duckdb.connect(str(candidate_file(self.settings))) as connection:
            connection.execute("set search_path = 'marts'")
            connection.execute(statement)
        close_candidate(self.settings)

    def candidate(self, sound: Path) -> None:
        candidate_dir(self.settings).mkdir(parents=True)
        shutil.copy(sound, candidate_file(self.settings))


@pytest.fixture(scope="module")
def passed(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    """Return the verdict on the sound warehouse."""
    night = Night(Settings(warehouse_dir=tmp_path_factory.mktemp("kho"), expectations_dir=SUITES))
    night.candidate(sound)
    night.gate()
    verdict: Verdict = night.verdict
    return verdict


@pytest.fixture
def night(sound: Path, passed: Verdict, tmp_path: Path) -> Iterator[Night]:
    suites = Path(shutil.copytree(SUITES, tmp_path / "expectations"))
    night = Night(Settings(warehouse_dir=tmp_path / "kho", expectations_dir=suites), passed)
    night.candidate(sound)
    assert night.publish("v1") is True
    night.candidate(sound)
    yield night
    assert current_version(night.settings) == "v1"
    assert [path.name for path in night.settings.versions_dir.iterdir()] == ["v1"]


def empty_table(night: Night) -> None:
    night.damage("delete from fct_timeliness")
    night.gate()


def empty_suite(night: Night) -> None:
    path = night.settings.expectations_dir / "dim_unit.yml"
    path.write_text(path.read_text(encoding="utf-8").partition("expectations:")[0] + "expectations: []\n")
    night.gate()


def column_without_values(night: Night) -> None:
    night.damage("update fct_timeliness set unit_level = null")
    night.gate()


def suite_deleted(night: Night) -> None:
    (night.settings.expectations_dir / "dim_unit.yml").unlink()
    night.gate()


def suite_edited_after_the_gate(night: Night) -> None:
    path = night.settings.expectations_dir / "dim_unit.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("min_rows: 1", "min_rows: 2"), encoding="utf-8")


def suite_deleted_after_the_gate(night: Night) -> None:
    (night.settings.expectations_dir / "dim_unit.yml").unlink()


def gate_raises(night: Night) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.gate.evaluate.Evaluator.evaluate", lambda *_: 1 / 0)
        night.gate()


def another_candidate(night: Night) -> None:
    night.damage("update dim_unit set unit_name = 'Sở khác' where unit_level = 'so'")


def another_table_slipped_in(night: Night) -> None:
    night.damage("create table ho_so as select 1 as a")
    night.verdict = {**night.verdict, "candidate_sha256": close_candidate(night.settings)}


def warning_for_error(night: Night) -> None:
    """Take a failed check for a warning somewhere on the way: the headline says success."""
    tables = [dict(table) for table in night.verdict["tables"]]
    tables[0]["checks"] = [{**tables[0]["checks"][0], "success": False}, *tables[0]["checks"][1:]]
    night.verdict = {**night.verdict, "tables": tables}


def check_left_out(night: Night) -> None:
    tables = [dict(table) for table in night.verdict["tables"]]
    tables[0]["checks"] = tables[0]["checks"][1:]
    night.verdict = {**night.verdict, "tables": tables}


def table_left_out(night: Night) -> None:
    night.verdict = {**night.verdict, "tables": night.verdict["tables"][1:]}


def no_verdict(night: Night) -> None:
    night.verdict = {"success": True}


SABOTAGES: dict[Callable[[Night], None], str] = {
    empty_table: "checks_failed",
    empty_suite: "other_suites",
    column_without_values: "checks_failed",
    suite_deleted: "checks_failed, other_tables",
    suite_edited_after_the_gate: "other_suites",
    suite_deleted_after_the_gate: "other_suites, other_tables",
    gate_raises: "checks_failed",
    another_candidate: "other_candidate",
    another_table_slipped_in: "other_tables",
    warning_for_error: "checks_failed",
    check_left_out: "checks_failed",
    table_left_out: "other_tables",
    no_verdict: "verdict_unreadable",
}


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: str(sabotage.__name__))
def test_sabotage_is_refused_and_the_published_version_stays(night: Night, sabotage: Callable[[Night], None]) -> None:
    sabotage(night)
    with pytest.raises(CandidateRefused) as caught:
        night.publish("v2")
    assert SABOTAGES[sabotage] in str(caught.value)


def test_without_sabotage_the_same_steps_publish(sound: Path, passed: Verdict, tmp_path: Path) -> None:
    night = Night(Settings(warehouse_dir=tmp_path / "kho", expectations_dir=SUITES), passed)
    for version in ("v1", "v2"):
        night.candidate(sound)
        assert night.publish(version) is True
    assert current_version(night.settings) == "v2"
