"""Edits of registers and contracts against the published version's: what is free, held, and covered by an approval."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.gate.baseline import EFFECTS, HELD, Baseline
from pipelines.gate.results import Effect, Held
from pipelines.gate.suites import Suites
from pipelines.registers.holds import Override
from tests.sampling import sampled

from .conftest import DRIFT, prepare
from .test_holds import figure, override

Damaged = Callable[[Iterable[str]], Path]
TARGET = "register = 'target' and field = 'target'"
HASH = "value_hash = left(sha256(coalesce(value, '')), 16)"


def edit(value: str | None, where: str) -> str:
    """Return a cell of the candidate says something else."""
    literal = "null" if value is None else f"'{value}'"
    return f"update register_entries set value = {literal} where {where}; update register_entries set {HASH}"


def new(register: str, entry: str, field: str, value: str, watch: str = "held") -> str:
    return (
        f"insert into register_entries select '{register}', '{entry}', '{field}', '{value}', '{watch}', null,"
        f" 'none', left(sha256('{value}'), 16)"
    )


def held(candidate: Path, suites: Suites, baseline: Baseline) -> list[Held]:
    with duckdb.connect(candidate) as connection:
        prepare(connection, suites, baseline)
        found = [Held(*row) for row in connection.execute(HELD).fetchall()]
    return [one for one in found if one.hold == "register"]


# What is edited, and the entries that are held for it.
EDITS = [
    (edit("90", TARGET), ["on_time_rate|plan|*|2024-01-01#target"]),
    (edit(None, TARGET), ["on_time_rate|plan|*|2024-01-01#target"]),
    ("delete from register_entries where register = 'target'", ["on_time_rate|plan|*|2024-01-01"]),
    ("delete from register_entries where register = 'goal'", ["2024|II.1"]),
    ("delete from register_entries where register = 'indicator_need'", ["on_time_rate|plan|ho_so"]),
    (edit("online_share", "register = 'goal' and field = 'indicator_code'"), ["2024|II.1#indicator_code"]),
    (edit("false", "register = 'contract_rule' and field = 'when'"), ["ho_so|no_received_date#when"]),
    (edit("xa", "register = 'unit' and entry = 'H19.03' and field = 'unit_level'"), ["H19.03#unit_level"]),
    (edit(None, "register = 'unit' and entry = 'H19.03' and field = 'parent_unit_code'"), ["H19.03#parent_unit_code"]),
    ("delete from register_entries where register = 'unit' and entry = 'H19.03'", ["H19.03"]),
    (edit("0.5", "entry = 'drift|value'"), ["drift|value"]),
    ("delete from register_entries where register = 'holds'", ["drift|value"]),
    (new("holds", "sources|le_phi|factor", "", "100", "setting"), ["sources|le_phi|factor"]),
    # A new row is free, and so is a column that the code of today adds or drops.
    (new("target", "online_share|plan|*|2025-01-01", "target", "0.9"), []),
    (new("target", "on_time_rate|plan|*|2024-01-01", "unit", "share"), []),
    ("delete from register_entries where register = 'goal' and field = 'indicator_code'", []),
    # A register that is watched no more is one edit, of the list of what is watched.
    ("delete from register_entries where register = 'goal' or entry = 'rows|goal|key'", ["rows|goal|key"]),
    # The published version is of 5 March: a day after it may still be changed, one before it was counted with.
    (edit("true", "entry = '2024-02-12' and field <> ''"), ["2024-02-12#is_working_day"]),
    (edit("true", "entry = '2024-04-30' and field <> ''"), []),
    ("delete from register_entries where entry = '2024-04-30'", []),
    # January and February are closed.
    (edit("2025-12-31", "register = 'target' and field = 'valid_to'"), []),
    (edit(None, "register = 'target' and field = 'valid_to'"), []),
    (edit("2024-02-29", "register = 'target' and field = 'valid_to'"), []),
    (edit("2024-02-28", "register = 'target' and field = 'valid_to'"), ["on_time_rate|plan|*|2024-01-01#valid_to"]),
    (edit("2024-02-10", "entry = 'H19.03' and field = 'valid_to'"), ["H19.03#valid_to"]),
    (edit("2024-03-31", "entry = 'H19.03' and field = 'valid_to'"), []),
]


@pytest.mark.parametrize(("statement", "entries"), EDITS, ids=lambda value: str(value)[:50])
def test_an_edit_is_held_unless_it_is_free(
    damaged: Damaged, sound: Path, suites: Suites, statement: str, entries: list[str]
) -> None:
    found = held(damaged([statement]), suites, Baseline(sound, "v0", drift=DRIFT))
    assert [one.entry for one in found] == entries
    assert all(one.override_code is None for one in found)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (edit("90", TARGET), ("target", "0.97", "90")),
        (edit(None, TARGET), ("target", "0.97", None)),
        ("delete from register_entries where register = 'holds'", ("holds", "0.03", None)),
        ("delete from register_entries where register = 'goal'", ("goal", None, None)),
    ],
)
def test_old_and_new_are_told(
    damaged: Damaged, sound: Path, suites: Suites, statement: str, expected: tuple[str, str | None, str | None]
) -> None:
    (one,) = held(damaged([statement]), suites, Baseline(sound, "v0", drift=DRIFT))
    assert (one.register, one.usual, one.came) == expected


def approval(one: Held, **changes: Any) -> Override:
    subject = {"register": one.register, "entry": one.entry, "value_hash": one.value_hash}
    return override(hold="register", **{**subject, **changes})


@pytest.mark.parametrize(
    "statement", sampled((case[0] for case in EDITS if len(case[1]) == 1), one_in=3), ids=lambda value: value[:50]
)
def test_an_approval_covers_the_edit_that_was_shown(
    damaged: Damaged, sound: Path, suites: Suites, statement: str
) -> None:
    candidate = damaged([statement])
    (one,) = held(candidate, suites, Baseline(sound, "v0", drift=DRIFT))
    (found,) = held(candidate, suites, Baseline(sound, "v0", (approval(one),), DRIFT))
    assert found.override_code == "PD-1"
    for other in ({"entry": "other#target"}, {"register": "other"}, {"value_hash": "0" * 16},
                  {"valid_until": dt.date(2024, 3, 4)}):  # fmt: skip
        (found,) = held(candidate, suites, Baseline(sound, "v0", (approval(one, **other),), DRIFT))
        assert found.override_code is None


def test_an_approval_covers_no_other_value_of_the_same_cell(
    damaged: Damaged, sound: Path, suites: Suites, tmp_path: Path
) -> None:
    (one,) = held(damaged([edit("0.98", TARGET)]), suites, Baseline(sound, "v0", drift=DRIFT))
    (tmp_path / "damaged.duckdb").unlink()
    other = damaged([edit("0.5", TARGET)])
    (found,) = held(other, suites, Baseline(sound, "v0", (approval(one),), DRIFT))
    assert (found.came, found.override_code) == ("0.5", None)


def test_a_version_without_a_copy_is_not_compared_and_that_is_said(
    damaged: Damaged, sound: Path, suites: Suites, tmp_path: Path
) -> None:
    previous = Path(shutil.copy(damaged(["drop table register_entries"]), tmp_path / "previous.duckdb"))
    (tmp_path / "damaged.duckdb").unlink()
    baseline = Baseline(previous, "v0", drift=DRIFT)
    assert baseline.uncompared == ("registers",)
    assert held(damaged([edit("90", TARGET)]), suites, baseline) == []
    assert Baseline(sound, "v0").uncompared == Baseline().uncompared == ()


def test_what_an_edit_moves_is_listed_largest_first(damaged: Damaged, sound: Path, suites: Suites) -> None:
    """A target moves the verdicts of its indicator, a rule of a contract the figures that need its source."""
    january = "indicator_code = 'on_time_rate' and rule = 'plan' and period_code = '2024-01'"
    statements = [
        edit("90", TARGET),
        edit("false", "register = 'contract_rule' and field = 'when'"),
        figure(500, 1000, f"{january} and scope = 'province'"),
        f"update indicator_values set value = value + 0.001, met = not met where {january} and unit_level = 'xa'"
        " and scope = 'level'",
        figure(1, 1000, "indicator_code = 'satisfaction_rate' and period_code = '2024-01' and scope = 'province'"),
    ]
    with duckdb.connect(damaged(statements)) as connection:
        prepare(connection, suites, Baseline(sound, "v0", drift=DRIFT))
        found = [Effect(*row) for row in connection.execute(EFFECTS).fetchall()]
    effects = [(one.register, one.indicator_code, one.scope, one.met_before is one.met_now) for one in found]
    assert effects == [
        ("contract_rule", "on_time_rate", "level", False),
        ("contract_rule", "on_time_rate", "province", True),
        ("target", "on_time_rate", "level", False),
        ("target", "on_time_rate", "province", True),
    ]
