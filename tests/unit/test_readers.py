"""The measurement of readers notices what it is there for: errors, answers of no version, mixtures, stale ones."""

import pytest

from benchmarks.readers import Findings, Switch, judge, latencies, summary
from benchmarks.reading import Answer, Kind, Session

# Two questions; the second has the same answer in both versions.
RIGHT = {"a": ["a0", "same"], "b": ["b0", "same"]}
SWITCHES = [Switch("switch", "b", 10.0, 11.0), Switch("rollback", "a", 20.0, 21.0)]


def session(opened: float, *digests: str | None, kind: Kind = "reopens", question: int = 0) -> Session:
    answers = [Answer(question, opened + at, opened + at + 0.5, one, None if one else "IOException: gone")
               for at, one in enumerate(digests, 1)]  # fmt: skip
    return Session(kind, opened, opened + 0.1, answers)


def judged(*sessions: Session) -> Findings:
    return judge(sessions, RIGHT, SWITCHES, "a")


def test_answers_of_one_version_each_are_right() -> None:
    found = judged(session(1.0, "a0", "a0"), session(12.0, "b0"), session(22.0, "a0"))
    assert found.is_right and found.answers == 4


def test_a_connection_that_was_opened_before_a_switch_keeps_its_version() -> None:
    assert judged(session(1.0, *["a0"] * 15, kind="keeps")).is_right
    assert judged(session(10.5, "a0")).is_right and judged(session(10.5, "b0")).is_right  # opened while it went on


@pytest.mark.parametrize(
    ("one", "noticed"),
    [
        (session(1.0, None), {"errors"}),
        (session(1.0, "neither"), {"wrong"}),
        (session(1.0, "a0", "b0"), {"mixed"}),
        (session(12.0, "a0"), {"stale"}),
        (session(22.0, "b0"), {"stale"}),
        (session(12.0, "a0", kind="server"), {"stale"}),
    ],
)
def test_what_is_not_right_is_noticed(one: Session, noticed: set[str]) -> None:
    found = judged(session(1.0, "a0"), one)
    assert {name for name in ("errors", "wrong", "mixed", "stale") if getattr(found, name)} == noticed
    assert not found.is_right


def test_an_answer_that_both_versions_give_tells_nothing() -> None:
    assert judged(session(12.0, "same", question=1)).is_right


def test_times_are_told_apart_by_the_switches_and_summed_up_with_their_spread() -> None:
    found = latencies([session(1.0, "a0"), session(9.0, "a0"), session(25.0, "a0")], SWITCHES)
    assert {phase: found[phase]["count"] for phase in ("before", "during", "after")} == {
        "before": 1, "during": 1, "after": 1,
    }  # fmt: skip
    assert found["before"]["p50"] == 500.0
    common = {"errors": {}, "wrong": 0, "mixed": 0, "stale": 0, "answers": 10, "milliseconds": {}}
    shown = summary([{**common, "answers_per_second": 4.0}, {**common, "answers_per_second": 6.0, "wrong": 1}])
    assert shown["answers_per_second"] == {"median": 5.0, "least": 4.0, "most": 6.0}
    assert (shown["wrong"], shown["answers"]) == (1, 20)
