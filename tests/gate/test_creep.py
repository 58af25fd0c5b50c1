"""Figures that creep: each night moves them less than drift allows, all nights together more.

They are compared with what was first published.
"""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.gate.baseline import HELD, Baseline
from pipelines.gate.results import Held
from pipelines.gate.suites import Suites
from pipelines.publish.first_published import ledger_files, record_first_published
from pipelines.settings import Settings

from .conftest import DRIFT, prepare
from .test_holds import MATURING, figure, override

SUBJECT = {"indicator_code": "on_time_rate", "rule": "plan", "scope": "province", "unit_level": "tinh"}


class Nights:
    """Published versions one after the other, each the sound warehouse with some figures set."""

    def __init__(self, folder: Path, sound: Path) -> None:
        self.settings, self.sound = Settings(warehouse_dir=folder / "kho"), sound
        self.count = 0

    def candidate(self, statements: Iterable[str]) -> Path:
        path = Path(shutil.copy(self.sound, self.settings.warehouse_dir.parent / "candidate.duckdb"))
        with duckdb.connect(path) as connection:
            connection.execute("set search_path = 'marts'")
            for statement in statements:
                connection.execute(statement)
        return path

    def publish(self, *statements: str, held: Iterable[dict[str, Any]] = ()) -> int:
        """Return how many figures were noted."""
        self.count += 1
        folder = self.settings.versions_dir / f"v{self.count}"
        folder.mkdir(parents=True)
        self.candidate(statements).rename(folder / "tthc.duckdb")
        (folder / "manifest.json").write_text(json.dumps({"gate": {"held": list(held)}}))
        self.settings.current_link.unlink(missing_ok=True)
        self.settings.current_link.symlink_to(Path("versions") / folder.name)
        return record_first_published(self.settings)

    def held(self, suites: Suites, *statements: str, overrides: tuple[Any, ...] = (), last: bool = True) -> list[Held]:
        previous = self.settings.current_link.resolve() / "tthc.duckdb" if last else None
        baseline = Baseline(previous, "v", overrides, DRIFT, first=ledger_files(self.settings))
        with duckdb.connect(self.candidate(statements)) as connection:
            prepare(connection, suites, baseline)
            return [Held(*row) for row in connection.execute(HELD).fetchall()]


@pytest.fixture
def nights(tmp_path: Path, sound: Path) -> Nights:
    (tmp_path / "kho").mkdir()
    return Nights(tmp_path, sound)


def test_small_steps_in_one_direction_are_held_when_they_have_gone_far(nights: Nights, suites: Suites) -> None:
    nights.publish(figure(900, 1000))
    spoke = []
    for numerator in (910, 920, 929, 940):
        found = nights.held(suites, figure(numerator, 1000))
        spoke.append([one.hold for one in found])
        nights.publish(figure(numerator, 1000))
    assert spoke == [[], [], [], ["creep"]]
    (one,) = found
    assert (one.indicator_code, one.rule, one.period_code, one.scope) == ("on_time_rate", "plan", "2024-01", "province")
    assert (one.usual, one.came) == ("90.0 % (900/1000)", "94.0 % (940/1000)")


def test_steps_there_and_back_are_not_held(nights: Nights, suites: Suites) -> None:
    nights.publish(figure(900, 1000))
    for numerator in (920, 900, 880, 905, 925, 900):
        assert nights.held(suites, figure(numerator, 1000)) == []
        nights.publish(figure(numerator, 1000))


def test_a_denominator_may_creep_no_more_than_a_value(nights: Nights, suites: Suites) -> None:
    nights.publish(figure(900, 1000))
    nights.publish(figure(936, 1040))
    assert [one.hold for one in nights.held(suites, figure(954, 1060))] == ["creep"]


def test_one_large_step_is_drift_and_nothing_besides(nights: Nights, suites: Suites) -> None:
    nights.publish(figure(900, 1000))
    assert [one.hold for one in nights.held(suites, figure(500, 1000))] == ["drift"]


@settings(max_examples=10)
@given(st.data())
def test_what_matures_may_rise_as_far_as_it_likes_and_falls_from_its_first_value_only_so_far(
    tmp_path_factory: pytest.TempPathFactory, sound: Path, suites: Suites, data: st.DataObject
) -> None:
    nights = Nights(tmp_path_factory.mktemp("nights"), sound)
    (nights.settings.warehouse_dir).mkdir()
    first = data.draw(st.integers(300, 700), label="first")
    now = data.draw(st.integers(0, 1000), label="now")
    nights.publish(figure(first, 1000, MATURING))
    found = nights.held(suites, figure(now, 1000, MATURING), last=False)
    assert [one.hold for one in found] == (["creep"] if first - now > 30 else [])


def test_an_approved_value_is_what_later_ones_are_held_against(nights: Nights, suites: Suites) -> None:
    nights.publish(figure(900, 1000))
    nights.publish(figure(925, 1000))
    (one,) = nights.held(suites, figure(940, 1000), overrides=(override(hold="creep", **SUBJECT),))
    assert (one.hold, one.override_code) == ("creep", "PD-1")
    added = nights.publish(figure(940, 1000), held=[vars(one)])
    assert added == 1
    # The override has gone, and the figure stays where it was approved, and may move as far again.
    assert nights.held(suites, figure(940, 1000)) == nights.held(suites, figure(965, 1000)) == []
    nights.publish(figure(965, 1000))
    assert [one.hold for one in nights.held(suites, figure(975, 1000))] == ["creep"]


def test_the_ledger_notes_each_figure_once_and_is_never_rewritten(nights: Nights) -> None:
    closed = "select count(*) from marts.indicator_values where is_closed and scope <> 'unit'" \
             " and coalesce(denominator, numerator) is not null"  # fmt: skip
    with duckdb.connect(nights.sound, read_only=True) as connection:
        ((count,),) = connection.execute(closed).fetchall()
    assert nights.publish() == count > 0
    (path,) = ledger_files(nights.settings)
    before = path.read_bytes()
    assert record_first_published(nights.settings) == 0
    assert nights.publish(figure(500, 1000)) == 0
    # A figure that was not known is noted when it first is.
    with_new = "update indicator_values set is_closed = true where period_code = '2024'"
    added = nights.publish(with_new)
    assert added > 0
    assert [file.name for file in ledger_files(nights.settings)] == ["000001-v1.parquet", "000002-v3.parquet"]
    assert path.read_bytes() == before
    assert not path.stat().st_mode & 0o222


def test_a_ledger_that_cannot_be_read_is_said_and_compares_nothing(nights: Nights, suites: Suites) -> None:
    nights.publish(figure(900, 1000))
    (path,) = ledger_files(nights.settings)
    path.chmod(0o644)
    path.write_bytes(b"no parquet")
    assert Baseline(None, None, first=ledger_files(nights.settings)).uncompared == ("first_values",)
    assert nights.held(suites, figure(940, 1000), last=False) == []
    assert nights.publish(figure(905, 1000)) == 0


def test_nothing_published_is_nothing_noted(tmp_path: Path) -> None:
    assert record_first_published(Settings(warehouse_dir=tmp_path)) == 0
