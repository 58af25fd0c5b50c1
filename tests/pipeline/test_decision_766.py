"""Points of Decision 766: the models, fed with numerators and denominators alone, give the scores that are live."""

import json
import re
from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.registers.scores import load_groups, score_rule_table
from pipelines.settings import PROJECT_DIR, Settings

pytestmark = pytest.mark.slow

COUNTRY = Settings().registers_dir / "vietnam"
LIVE = PROJECT_DIR.parent / "shared" / "real" / "decision766_live_2026.json"
SUBJECT = {"period_code": "2026", "scope": "province", "unit_code": "H19", "unit_level": "tinh"}
Parts = dict[str, tuple[int, int] | None]
Scores = Callable[..., tuple[dict[str, float | None], dict[str, tuple[float | None, float, float]]]]


@pytest.fixture(scope="module")
def scores(compiled_project: dict[str, Any]) -> Scores:
    """Return points by component and (score, known points, their maximum) by group, for one subject."""

    def sql(name: str) -> str:
        found: str = compiled_project["nodes"][f"model.tthc.{name}"]["compiled_code"]
        return found

    def score(parts: Parts, factor: float | None = 1.0) -> tuple[dict[str, Any], dict[str, Any]]:
        rows = [
            SUBJECT
            | {"component": component.code, "factor": factor if component.factor else 1.0, "missing_source": None}
            | dict(zip(("numerator", "denominator"), parts.get(component.code) or (None, None), strict=True))
            for group in load_groups(COUNTRY)
            for component in group.components
        ]
        types = {"numerator": pl.Int64, "denominator": pl.Int64, "missing_source": pl.String}
        with duckdb.connect() as connection:
            for database in ("workspace", "tthc"):
                connection.execute(f"attach ':memory:' as {database}")
            for schema in ("workspace.registers", "workspace.metrics", "tthc.marts"):
                connection.execute(f"create schema {schema}")
            rules = score_rule_table(COUNTRY).to_arrow()
            inputs = pl.DataFrame(rows, schema_overrides=types).to_arrow()
            connection.register("rules", rules)
            connection.register("inputs", inputs)
            connection.execute("create table workspace.registers.score_rule as from rules")
            connection.execute(
                "create table workspace.metrics.int_score_input as"
                " select i.*, r.group_code, r.max_points, r.full_at, r.points_if_empty"
                " from inputs i join rules r using (component)"
            )
            connection.execute(f"create table workspace.metrics.int_score_point as {sql('int_score_point')}")
            connection.execute("create table tthc.marts.dim_period as select distinct period_code from inputs")
            for mart in ("decision_766_points", "decision_766_groups"):
                connection.execute(f"create table tthc.marts.{mart} as {sql(mart)}")
            points = connection.execute("select component, points from tthc.marts.decision_766_points").fetchall()
            groups = connection.execute(
                "select group_code, score, known_points, known_max from tthc.marts.decision_766_groups"
            ).fetchall()
        return dict(points), {group: tuple(values) for group, *values in groups}

    return score


def test_the_six_groups_make_a_hundred_points() -> None:
    groups = {group.code: group.max_points for group in load_groups(COUNTRY)}
    assert groups == {"CKMB": 18, "TDGQ": 20, "ONLINE": 12, "TTTT": 10, "MDSH": 22, "MDHL": 18}


@pytest.mark.parametrize(
    ("component", "parts", "points"),
    [
        ("2.1", (479_539, 603_261), 15.898),
        ("2.1", (0, 10), 0),
        ("2.1", (10, 10), 20),
        ("2.1", (0, 0), None),
        ("1.1", (2, 39), 0.308),
        ("3.1", (4, 5), 2),  # full at 80 %
        ("3.1", (5, 5), 2),
        ("3.1", (2, 5), 1),
        ("4.3", (1, 8), 0.3125),
        ("5.4", (45, 100), 3),  # full at 90 %
        ("5.2", (0, 0), 6),  # nothing to answer: all points
        ("5.2", (1, 2), 3),
        ("3.6", None, None),
    ],
)
def test_points_of_a_component(scores: Scores, component: str, parts: tuple[int, int] | None, points: float) -> None:
    got = scores({component: parts})[0][component]
    assert got is None if points is None else got == pytest.approx(points, abs=0.001)


def test_submitting_online_counts_by_what_is_synchronised_and_is_full_at_half(scores: Scores) -> None:
    assert scores({"3.3": (50, 100)})[0]["3.3"] == 6
    assert scores({"3.3": (50, 100)}, factor=0.5)[0]["3.3"] == 3
    assert scores({"3.3": (100, 100)}, factor=0.8)[0]["3.3"] == 6


def test_what_is_multiplied_by_an_unknown_share_is_unknown(scores: Scores) -> None:
    """A province whose portal copies never came has no points in 3.3, and not all of them."""
    assert scores({"3.3": (50, 100)}, factor=None)[0]["3.3"] is None


def test_a_group_has_a_score_only_when_every_component_is_known(scores: Scores) -> None:
    known: Parts = {"1.1": (2, 39), "1.2": (39, 39), "1.3": (39, 39)}
    points: object = scores(known)[1]["CKMB"]
    assert points == (None, pytest.approx(6 * 2 / 39 + 6), 12)
    score, points, most = scores(known | {"1.4": (484_867, 484_867)})[1]["CKMB"]
    assert score == points == pytest.approx(12.31, abs=0.005)
    assert most == 18


@pytest.fixture(scope="module")
def live() -> dict[str, Any]:
    if not LIVE.exists():
        pytest.skip("the figures that the national portal shows are not kept in this project; put them beside it")
    found: dict[str, Any] = json.loads(LIVE.read_text(encoding="utf-8"))["H19"]
    return found


def live_parts(live: dict[str, Any]) -> Parts:
    """Return what the live file holds, by component: the portal's own names stand in the register as `api`."""
    payment = live["payment"]
    pairs = {name: tuple(parts) for name, parts in live["metrics"].items()}
    pairs["totalDossierOnlinePaymentSuccess"] = (
        payment["totalDossierOnlinePaymentSuccess"],
        payment["totalDossierFinancialObligation"],
    )
    pairs["totalDossierOnlineFormalityPaymentSuccess"] = (
        payment["totalDossierOnlineFormalityPaymentSuccess"],
        payment["totalFeeFormality"],
    )
    components = [component for group in load_groups(COUNTRY) for component in group.components]
    parts: Parts = {one.code: pairs[one.api] for one in components if one.api in pairs}
    return parts | {"2.1": (live["totalOnTime"], live["totalReceived"])}


@pytest.mark.campaign
def test_where_the_live_file_holds_the_inputs_the_live_scores_come_out(scores: Scores, live: dict[str, Any]) -> None:
    """Progress and openness, the groups that the design expects; the others differ or lack inputs, as the page says."""
    groups = scores(live_parts(live))[1]
    for group in ("TDGQ", "CKMB"):
        assert groups[group][0] == pytest.approx(live["groupScores"][group], abs=0.02), group


@pytest.mark.campaign
def test_what_does_not_follow_from_the_live_file_is_written_down_as_it_is(scores: Scores, live: dict[str, Any]) -> None:
    """The table of docs/decision-766.md: known points of each group beside the live score, nothing fitted."""
    groups = scores(live_parts(live))[1]
    page = (PROJECT_DIR / "docs" / "decision-766.md").read_text(encoding="utf-8")
    for group, (_, points, most) in groups.items():
        assert f"| {group} | {points:.2f} | {most:g} | {live['groupScores'][group]:.2f} |" in page


@pytest.mark.campaign
def test_the_points_of_each_component_are_those_that_are_live(scores: Scores, live: dict[str, Any]) -> None:
    """The second table of the page: all but one, which the portal scores without the working document's threshold."""
    page = (PROJECT_DIR / "docs" / "decision-766.md").read_text(encoding="utf-8")
    reported = {
        component: (float(computed), float(portal))
        for component, computed, portal in re.findall(r"^\| (\d\S+) \| (\S+) \| (\S+) \|$", page, re.MULTILINE)
    }
    parts = {component: pair for component, pair in live_parts(live).items() if not component.startswith("3")}
    got = scores(parts)[0]
    assert {component: computed for component, (computed, _) in reported.items()} == {
        component: pytest.approx(got[component], abs=0.005) for component in parts
    }
    differing = {component for component, (computed, portal) in reported.items() if abs(computed - portal) > 0.02}
    assert differing == {"4.2"}
