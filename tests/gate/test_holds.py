"""What the gate holds and what a named override approves: drift against the published version, and other holds."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.common.errors import TthcError
from pipelines.gate.baseline import HELD, OVERRIDES, Baseline
from pipelines.gate.run import run_gate
from pipelines.gate.suites import Suites
from pipelines.registers.holds import SUBJECT, Override, load_holds, load_overrides
from tests.sampling import sampled

from .conftest import DRIFT, JUMP, SUITES, prepare
from .tiny_marts import TABLES

Damaged = Callable[[Iterable[str]], Path]
RATE = "indicator_code = 'on_time_rate' and rule = 'plan' and period_code = '2024-01' and scope = 'province'"
HEADER = ",".join(Override.model_fields) + "\n"


def line(row: str) -> str:
    """Return a row of overrides.csv without the subjects that volume, freshness and drift do not have."""
    cells = row.split(",")
    return ",".join([*cells[:8], *[""] * 6, *cells[8:]]) + "\n"


def override(code: str = "PD-1", **subject: object) -> Override:
    empty = dict.fromkeys(SUBJECT)
    approval = {"approved_by": "Trưởng phòng Chuyển đổi số", "approved_on": dt.date(2024, 3, 6),
            "valid_until": dt.date(2024, 3, 5), "reason": "Đã hỏi nơi gửi và kiểm tra lại"}  # fmt: skip
    return Override.model_validate({"override_code": code, **empty, **approval, **subject})


def looked_at(candidate: Path, suites: Suites, baseline: Baseline) -> tuple[list[tuple[Any, ...]], dict[str, str]]:
    """Return what is held, and the state of each override."""
    with duckdb.connect(candidate) as connection:
        prepare(connection, suites, baseline)
        uses = connection.execute(OVERRIDES).fetchall()
        held = connection.execute(HELD).fetchall()
        return [(*row[:8], row[-1]) for row in held], {use[0]: use[-1] for use in uses}


def figure(numerator: int, denominator: int, where: str = RATE) -> str:
    return (
        f"update indicator_values set numerator = {numerator}, denominator = {denominator},"
        f" value = {numerator}::double / nullif({denominator}, 0) where {where}"
    )


@pytest.mark.parametrize(
    ("before", "now", "is_held"),
    [
        ((970, 1000), (970, 1000), False),
        ((970, 1000), (941, 1000), False),
        ((970, 1000), (939, 1000), True),
        ((970, 1000), (1018, 1050), False),
        ((970, 1000), (1020, 1051), True),
        ((970, 1000), (920, 949), True),
        ((970, 1000), (0, 0), True),
        ((0, 0), (970, 1000), True),
        ((180, 199), (1, 199), False),  # too few to say anything
        ((180, 199), (181, 200), False),
        ((180, 199), (200, 220), True),
    ],
)
def test_a_figure_of_a_closed_period_may_move_a_little(
    damaged: Damaged, suites: Suites, tmp_path: Path, before: tuple[int, int], now: tuple[int, int], is_held: bool
) -> None:
    previous = Path(shutil.copy(damaged([figure(*before)]), tmp_path / "previous.duckdb"))
    (tmp_path / "damaged.duckdb").unlink()
    held, _ = looked_at(damaged([figure(*now)]), suites, Baseline(previous, "v0", drift=DRIFT))
    expected = ("drift", None, None, "on_time_rate", "plan", "2024-01", "province", "tinh", None)
    assert held == ([expected] if is_held else [])


MATURING = RATE.replace("on_time_rate", "digitised_share")


@pytest.mark.parametrize(
    ("before", "now", "is_held"),
    [
        ((500, 1000), (900, 1000), False),
        ((500, 1000), (900, 1500), False),
        ((0, 0), (900, 1500), False),
        # One paper fewer, taken back with its dossier, does not hold what its results raised.
        ((291, 569), (317, 568), False),
        ((500, 1000), (460, 1000), True),
        ((500, 1000), (900, 940), True),
        ((500, 1000), (0, 0), True),
    ],
)
def test_a_figure_that_matures_may_rise(
    damaged: Damaged, suites: Suites, tmp_path: Path, before: tuple[int, int], now: tuple[int, int], is_held: bool
) -> None:
    previous = Path(shutil.copy(damaged([figure(*before, MATURING)]), tmp_path / "previous.duckdb"))
    (tmp_path / "damaged.duckdb").unlink()
    held, _ = looked_at(damaged([figure(*now, MATURING)]), suites, Baseline(previous, "v0", drift=DRIFT))
    assert [row[3] for row in held] == (["digitised_share"] if is_held else [])


@pytest.mark.parametrize(
    "gone",
    [
        f"delete from indicator_values where {RATE}",
        f"update indicator_values set value = null, numerator = null, denominator = null where {RATE}",
        "delete from indicator_values where period_code = '2024-01'",
        "delete from dim_period where period_code = '2024-01';"
        " delete from indicator_values where period_code = '2024-01'",
    ],
)
def test_a_figure_that_disappears_is_held_however_small(
    damaged: Damaged, suites: Suites, tmp_path: Path, gone: str
) -> None:
    previous = Path(shutil.copy(damaged([figure(3, 4)]), tmp_path / "previous.duckdb"))
    (tmp_path / "damaged.duckdb").unlink()
    held, _ = looked_at(damaged([gone]), suites, Baseline(previous, "v0", drift=DRIFT))
    assert ("drift", None, None, "on_time_rate", "plan", "2024-01", "province", "tinh", None) in held


def test_a_count_that_disappears_is_held(damaged: Damaged, sound: Path, suites: Suites) -> None:
    gone = "delete from indicator_values where indicator_code = 'open_datasets' and period_code = '2024-01'"
    held, _ = looked_at(damaged([gone]), suites, Baseline(sound, "v0", drift=DRIFT))
    assert [(row[3], row[5]) for row in held] == [("open_datasets", "2024-01")]


def test_open_periods_and_single_units_are_not_compared(damaged: Damaged, sound: Path, suites: Suites) -> None:
    others = RATE.replace("2024-01", "2024"), RATE.replace("province", "unit")
    candidate = damaged([figure(5000, 5000, where) for where in others])
    assert looked_at(candidate, suites, Baseline(sound, "v0", drift=DRIFT)) == ([], {})


def test_a_period_that_only_one_version_has_closed_is_not_compared(
    damaged: Damaged, suites: Suites, tmp_path: Path
) -> None:
    opened = "update indicator_values set is_closed = false where period_code = '2024-01'"
    previous = Path(shutil.copy(damaged([figure(5000, 5000), opened]), tmp_path / "previous.duckdb"))
    (tmp_path / "damaged.duckdb").unlink()
    candidate = damaged([])
    assert looked_at(candidate, suites, Baseline(previous, "v0", drift=DRIFT)) == ([], {})


def test_without_a_previous_version_nothing_is_compared_and_without_limits_every_change_is_held(
    damaged: Damaged, sound: Path, suites: Suites
) -> None:
    candidate = damaged([figure(969, 1000)])
    assert looked_at(candidate, suites, Baseline(drift=DRIFT)) == ([], {})
    assert [row[0] for row in looked_at(candidate, suites, Baseline(sound, "v0"))[0]] == ["drift"]


NEW = "update deliveries set sha256 = sha256('new') where business_day = date '2024-03-05' and status = 'accepted';"
ODD_SHARE = (
    "update delivery_measures set g = 3, deviation = 1.5, x = 130, standing = 'unusual'"
    " where measure = 'channel_by_level'"
)
# Statements that make each kind of hold, and the override that names it.
HELD_THINGS = [
    (f"{NEW} update delivery_days set standing = 'low' where source = 'don_vi'",
     {"hold": "volume", "source": "don_vi", "business_day": "2024-03-05"}),
    (f"{NEW} update delivery_days set standing = 'high' where source = 'don_vi'",
     {"hold": "volume", "source": "don_vi", "business_day": "2024-03-05"}),
    (f"{NEW} {ODD_SHARE}",
     {"hold": "profile", "source": "ho_so", "business_day": "2024-03-05", "measure": "channel_by_level"}),
    (f"{NEW} update unit_measures set standing = 'unusual', score = -6 where unit_code = 'H19.03'",
     {"hold": "unit", "source": "ho_so", "business_day": "2024-03-05", "measure": "rows", "unit_code": "H19.03"}),
    ("update delivery_days set standing = 'empty' where source = 'don_vi'",
     {"hold": "empty", "source": "don_vi", "business_day": "2024-03-05"}),
    ("update source_freshness set is_late = true where source = 'ho_so'", {"hold": "freshness", "source": "ho_so"}),
    ("update deliveries set is_shrunk = true where source = 'thu_tuc'",
     {"hold": "restatement", "source": "thu_tuc", "business_day": "2024-03-05"}),
    (figure(969, 1000),
     {"hold": "drift", "indicator_code": "on_time_rate", "rule": "plan", "scope": "province", "unit_level": "tinh"}),
    (figure(969, 1000),
     {"hold": "drift", "indicator_code": "on_time_rate", "rule": "plan", "scope": "*", "unit_level": "*"}),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "subject"), HELD_THINGS, ids=lambda value: str(value)[:40])
def test_an_override_lets_by_exactly_what_it_names_until_its_last_day(
    damaged: Damaged, sound: Path, suites: Suites, damage: str, subject: dict[str, Any]
) -> None:
    candidate = damaged([damage])
    other = {name: {"source": "le_phi", "indicator_code": "online_share"}.get(name, value)
             for name, value in subject.items()}  # fmt: skip
    cases = {
        "used": (override(**subject), "PD-1"),
        "idle": (override(**other), None),
        "expired": (override(**subject, valid_until=dt.date(2024, 3, 4)), None),
    }
    for state, (one, code) in cases.items():
        held, states = looked_at(candidate, suites, Baseline(sound, "v0", (one,), DRIFT))
        assert [(row[0], row[-1]) for row in held] == [(subject["hold"], code)]
        assert states == {"PD-1": state}


def test_what_the_published_version_has_is_judged_no_more(sound: Path, damaged: Damaged, suites: Suites) -> None:
    low = "update delivery_days set standing = 'low' where source = 'don_vi'"
    odd = [low, ODD_SHARE, "update unit_measures set standing = 'unusual', score = -6"]
    assert looked_at(damaged(odd), suites, Baseline(sound, "v0", drift=DRIFT)) == ([], {})
    held, _ = looked_at(damaged([]), suites, Baseline(drift=DRIFT))
    assert held == []


def test_with_nothing_published_every_delivery_is_judged_once(damaged: Damaged, suites: Suites) -> None:
    held, _ = looked_at(damaged([f"{ODD_SHARE} and business_day >= date '2024-03-04'"]), suites, Baseline())
    assert [(row[0], row[1], row[2]) for row in held] == [
        ("profile", "ho_so", "2024-03-04"), ("profile", "ho_so", "2024-03-05")
    ]  # fmt: skip


def test_measures_that_speak_together_are_one_hold_with_the_cause_first(damaged: Damaged, suites: Suites) -> None:
    """Of one topic the lowest `first` names it, whatever is further off; another topic is another hold."""
    measures = (
        "('channel_by_habit', 'paper', 'channel', 4, 2), ('channel', '', 'channel', 8, 9),"
        " ('due_as_usual', '', 'due', 3, 2)"
    )
    insert = (
        "insert into delivery_measures by name select 'ho_so' as source, date '2024-03-05' as business_day, measure,"
        " 'share' as family, stratum, 3 as x, 150 as n, 0.3 as g, 0.01 as v, 9 as compared, 0.3 + d as expected,"
        " -d as deviation, 1 as bound, 0.723 as usual_value, 0.02 as value, 'unusual' as standing, topic, first"
        f" from (values {measures}) as t (measure, stratum, topic, first, d)"
    )
    with duckdb.connect(damaged([NEW, insert])) as connection:
        prepare(connection, suites, Baseline())
        found = connection.execute("select measure, stratum, usual, came, files from held order by measure").fetchall()
    assert found == [
        ("channel_by_habit", "paper", "72.3 %", "2.0 %", "ho_so.csv"),
        ("due_as_usual", "", "72.3 %", "2.0 %", "ho_so.csv"),
    ]


@pytest.mark.parametrize(("effect", "state"), [("level", "used"), (None, "idle")])
def test_an_approved_level_is_kept_though_nothing_is_held_any_more(
    sound: Path, damaged: Damaged, suites: Suites, effect: str | None, state: str
) -> None:
    """Its row restarts the history of the measure; without it the hold would be back."""
    subjects = (HELD_THINGS[0][1], {**HELD_THINGS[2][1]}, {**HELD_THINGS[3][1]})
    for subject in subjects:
        one = override(**subject, effect=effect)
        assert looked_at(damaged([]), suites, Baseline(sound, "v0", (one,), DRIFT)) == ([], {"PD-1": state})


def test_only_what_is_compared_with_its_own_past_has_a_level() -> None:
    with pytest.raises(ValueError, match="no level"):
        override(hold="freshness", source="ho_so", effect="level")


def test_an_override_of_what_is_held_no_more_is_idle(sound: Path, damaged: Damaged, suites: Suites) -> None:
    one = override(**HELD_THINGS[0][1])
    assert looked_at(damaged([]), suites, Baseline(sound, "v0", (one,), DRIFT)) == ([], {"PD-1": "idle"})


def comes(days: dict[str, int], as_of: str | None = None) -> list[str]:
    """Return statements after which ho_so came on these days with so many rows, as of the newest or a given day."""
    rows = ", ".join(f"(date '{day}', {count})" for day, count in days.items())
    return [
        "delete from delivery_days where source = 'ho_so'",
        "insert into delivery_days by name select 'ho_so' as source, d as business_day, 1 as files, n as rows_in,"
        f" true as is_working_day, false as is_missing, 'usual' as standing from (values {rows}) as t (d, n)",
        f"update dim_run set as_of = date '{as_of or max(days)}'",
    ]


def working_days(first: str, last: str) -> dict[str, int]:
    """Return monday to Friday, 100 rows each."""
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    all_days = (start + dt.timedelta(days=n) for n in range((end - start).days + 1))
    return {day.isoformat(): 100 for day in all_days if day.weekday() < 5}


MONTHLY = dict.fromkeys(("2024-05-31", "2024-06-28", "2024-07-31", "2024-08-30", "2024-09-30", "2024-10-31"), 100)
DAILY = working_days("2024-08-01", "2024-10-31")
WEEKLY = dict.fromkeys(("2024-09-20", "2024-09-27", "2024-10-04", "2024-10-11", "2024-10-18", "2024-10-25"), 100)
YEAR_AT_ONCE = {"2024-01-31": 100_000}
JUMPS = [
    (MONTHLY, {"2024-11-29": 100}, None),
    (MONTHLY, {"2024-11-29": 3}, None),  # few rows are another hold's affair
    (MONTHLY, {"2024-12-31": 100}, "2024-12-31"),
    (MONTHLY, {"2024-11-29": 100, "2024-12-31": 100}, None),  # two months that come together
    (MONTHLY, {"2024-12-30": 3, "2024-12-31": 3}, "2024-12-30"),  # the first of two slips is named
    (WEEKLY, {"2024-11-01": 100}, None),
    (WEEKLY, {"2024-11-08": 100}, "2024-11-08"),
    (DAILY, {"2024-11-05": 100}, None),  # two working days were missed
    (DAILY, {"2024-11-06": 100}, "2024-11-06"),
    (DAILY, {"2024-12-31": 3}, "2024-12-31"),
    (YEAR_AT_ONCE, {}, None),
    (YEAR_AT_ONCE, {"2024-02-29": 3}, None),  # a month on, where no rhythm is known
    (YEAR_AT_ONCE, {"2024-12-31": 90_000}, None),
    (YEAR_AT_ONCE, {"2024-12-31": 3}, "2024-12-31"),
]


@pytest.mark.parametrize(("before", "now", "held"), sampled(JUMPS, one_in=2))
@pytest.mark.parametrize("is_published", [True, False])
def test_a_jump_of_the_as_of_day_is_held_under_its_folder_s_day(
    damaged: Damaged, suites: Suites, tmp_path: Path, before: dict[str, int], now: dict[str, int], held: str | None,
    is_published: bool,
) -> None:  # fmt: skip
    """The same with a version published up to the day before, and on the first night, but for its newest day alone."""
    previous = Path(shutil.copy(damaged(comes(before)), tmp_path / "previous.duckdb"))
    (tmp_path / "damaged.duckdb").unlink()
    candidate = damaged(comes(before | now))
    baseline = Baseline(previous if is_published else None, "v0", drift=DRIFT, jump=JUMP)
    found = [(row[1], row[2]) for row in looked_at(candidate, suites, baseline)[0] if row[0] == "jump"]
    expected = held if is_published or held == max(now, default=None) else None
    assert found == ([("ho_so", expected)] if expected else [])


def test_a_jump_that_was_published_holds_no_later_night(damaged: Damaged, suites: Suites, tmp_path: Path) -> None:
    jumped = MONTHLY | {"2024-12-30": 100}
    previous = Path(shutil.copy(damaged(comes(jumped)), tmp_path / "previous.duckdb"))
    (tmp_path / "damaged.duckdb").unlink()
    candidate = damaged(comes(jumped | {"2024-12-31": 100}))
    held, _ = looked_at(candidate, suites, Baseline(previous, "v0", drift=DRIFT, jump=JUMP))
    assert [row for row in held if row[0] == "jump"] == []


def test_somebody_named_may_let_a_jump_by(damaged: Damaged, suites: Suites) -> None:
    candidate = damaged(comes(MONTHLY | {"2024-12-31": 100}))
    for day, until, state, code in (
        ("2024-12-31", "2024-12-31", "used", "PD-1"), ("2024-12-31", "2024-12-30", "expired", None),
        ("2024-12-30", "2024-12-31", "idle", None),
    ):  # fmt: skip
        one = override(hold="jump", source="ho_so", business_day=day, valid_until=until)
        held, states = looked_at(candidate, suites, Baseline(overrides=(one,), drift=DRIFT, jump=JUMP))
        assert [row[-1] for row in held if row[0] == "jump"] == [code] and states == {"PD-1": state}


def test_a_chosen_day_may_jump_as_little_as_a_delivered_one(damaged: Damaged, suites: Suites) -> None:
    for as_of, held in (("2024-11-05", []), ("2024-11-06", [("ho_so", "2024-11-06")]), ("2024-09-30", [])):
        candidate = damaged(comes(DAILY, as_of))
        found = looked_at(candidate, suites, Baseline(jump=JUMP))[0]
        assert [(row[1], row[2]) for row in found if row[0] == "jump"] == held
        candidate.unlink()


@pytest.mark.parametrize(
    ("damage", "hold"),
    [
        (f"{NEW} update delivery_days set standing = 'low' where source = 'don_vi'", "volume"),
        (f"{NEW} {ODD_SHARE} and business_day = date '2024-03-05'", "profile"),
        (f"{NEW} update unit_measures set standing = 'unusual', score = -6 where unit_code = 'H19.03'", "unit"),
        ("update delivery_days set standing = 'empty' where source = 'don_vi'", "empty"),
        ("update deliveries set is_shrunk = true where source = 'thu_tuc'", "restatement"),
    ],
)
def test_what_came_for_days_after_the_as_of_day_holds_nothing(
    damaged: Damaged, suites: Suites, damage: str, hold: str
) -> None:
    for as_of, held in (("2024-03-05", [hold]), ("2024-03-04", [])):
        candidate = damaged([damage, f"update dim_run set as_of = date '{as_of}'"])
        assert [row[0] for row in looked_at(candidate, suites, Baseline(jump=JUMP))[0]] == held
        candidate.unlink()


@pytest.mark.slow
def test_the_verdict_says_what_was_held_who_let_it_by_and_what_it_was_compared_with(
    damaged: Damaged, sound: Path, caplog: pytest.LogCaptureFixture
) -> None:
    candidate = damaged(["update source_freshness set is_late = true where source = 'don_vi'"])
    refused = run_gate(candidate, SUITES, TABLES, baseline=Baseline(sound, "v0", (), DRIFT))
    assert ("source_freshness", "no_source_late") in {(table, check.id) for table, check in refused.failures()}
    idle = override("PD-2", hold="freshness", source="le_phi")
    overrides = (override(hold="freshness", source="don_vi"), idle)
    verdict = run_gate(candidate, SUITES, TABLES, baseline=Baseline(sound, "v0", overrides, DRIFT))
    assert "no_source_late" not in {check.id for _, check in verdict.failures()}
    written = verdict.to_dict()
    assert written["compared_with"] == "v0"
    assert [(one["hold"], one["source"], one["override_code"]) for one in written["held"]] == [
        ("freshness", "don_vi", "PD-1")
    ]
    assert {one["override_code"]: one["state"] for one in written["overrides"]} == {"PD-1": "used", "PD-2": "idle"}
    assert written["overrides"][0]["approved_by"] == "Trưởng phòng Chuyển đổi số"
    assert "PD-2" in caplog.text and "PD-1" not in caplog.text


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A,volume,ho_so,,,,,,X,2024-01-01,2024-02-01,Đã kiểm tra lại", "source, business_day"),
        ("A,freshness,ho_so,2024-01-01,,,,,X,2024-01-01,2024-02-01,Đã kiểm tra lại", "source"),
        ("A,drift,,,on_time_rate,plan,unit,xa,X,2024-01-01,2024-02-01,Đã kiểm tra lại", "scope"),
        ("A,all,ho_so,,,,,,X,2024-01-01,2024-02-01,Đã kiểm tra lại", "hold"),
        ("A,freshness,ho_so,,,,,,,2024-01-01,2024-02-01,Đã kiểm tra lại", "approved_by"),
        ("A,freshness,ho_so,,,,,,X,2024-01-01,,Đã kiểm tra lại", "valid_until"),
        ("A,freshness,ho_so,,,,,,X,2024-01-01,2024-02-01,ok", "reason"),
    ],
)
def test_an_override_that_does_not_say_what_by_whom_or_until_when_is_an_error(
    tmp_path: Path, row: str, message: str
) -> None:
    (tmp_path / "overrides.csv").write_text(HEADER + line(row), encoding="utf-8")
    with pytest.raises(TthcError, match=r"overrides\.csv") as caught:
        load_overrides(tmp_path)
    assert message in str(caught.value)


def test_two_overrides_of_one_code_are_an_error(tmp_path: Path) -> None:
    row = "A,freshness,ho_so,,,,,,X,2024-01-01,2024-02-01,Đã kiểm tra lại"
    (tmp_path / "overrides.csv").write_text(HEADER + line(row) * 2, encoding="utf-8")
    with pytest.raises(TthcError, match="register_twice"):
        load_overrides(tmp_path)


def test_limits_with_a_slip_or_for_a_source_that_is_none_are_an_error(tmp_path: Path) -> None:
    text = (SUITES.parent / "registers" / "dong-nai" / "holds.yml").read_text(encoding="utf-8")
    (tmp_path / "holds.yml").write_text(
        text.replace("restatement_loss: 0.05", "restatement_lost: 0.05", 1), encoding="utf-8"
    )
    with pytest.raises(TthcError, match="restatement_lost"):
        load_holds(tmp_path)
    (tmp_path / "holds.yml").write_text(text.replace("ho_so:", "ho_xo:", 1), encoding="utf-8")
    with pytest.raises(TthcError, match="ho_xo"):
        load_holds(tmp_path, ["ho_so"])
