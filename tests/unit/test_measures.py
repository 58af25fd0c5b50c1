"""The register of measures: what it must say, and that it and the SQL speak of the same measures."""

import math
import re
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from pipelines.common.errors import TthcError
from pipelines.common.i18n import language
from pipelines.registers.holds import LEVELLED, SUBJECTS, Override, load_overrides
from pipelines.registers.measures import load_measures, measure_table, profile_bound_table, unit_bound_table
from pipelines.reports.held_items import held_sentence, override_line, publishable_rest
from pipelines.settings import PROJECT_DIR

COUNTRY = PROJECT_DIR / "registers" / "vietnam"
DBT = PROJECT_DIR / "dbt_project"
KNOWN = load_measures(COUNTRY)


def test_the_sql_and_the_register_name_the_same_measures() -> None:
    macro = (DBT / "macros" / "measures.sql").read_text(encoding="utf-8")
    counted = set(re.findall(r'"measure": "(\w+)"', macro))
    counted |= {f"spread{days}" for days in re.findall(r'spread\("days(\w+)"\)', macro)}
    models = "\n".join(path.read_text(encoding="utf-8") for path in (DBT / "models" / "profile").glob("prf_*.sql"))
    own = {"rows", "rejected", "empty", "children", "missing_numbers", "field"}
    assert all(f"'{name}'" in models for name in own)
    assert counted | own == set(KNOWN.measures)
    units = (DBT / "models" / "profile" / "prf_unit.sql").read_text(encoding="utf-8")
    assert set(re.findall(r"select '\w+'[^,]*, business_day, '(\w+)'", units)) | {"rows"} == set(KNOWN.units)


def test_bounds_are_quantiles_of_t_and_of_the_normal_distribution() -> None:
    table = profile_bound_table(COUNTRY)
    for compared, t in zip(table["compared"], table["t"], strict=True):
        assert math.isclose(t, stats.t.isf(KNOWN.delivery.alpha / 2, 20 + compared), rel_tol=1e-9)
    # As a person reads them.
    assert [round(table["t"][k], 2) for k in (4, 8, 12, 30)] == [5.49, 5.31, 5.17, 4.86]
    assert round(unit_bound_table(COUNTRY)["bound"][0], 2) == 4.84


def test_the_budget_of_false_alarms_is_kept() -> None:
    """230 measures and 768 parts of units a night, as many as a monthly delivery of all sources brings."""
    assert 230 * KNOWN.delivery.alpha + 768 * KNOWN.unit.alpha <= 1 / 250


def test_a_topic_has_one_first_measure_or_measures_that_may_share_it() -> None:
    assert measure_table(COUNTRY).height == len(KNOWN.measures)
    for measure in KNOWN.measures.values():
        for text in (measure.title, measure.hint):
            assert text.vi and text.en and not text.en.isupper()


@pytest.mark.parametrize(("right", "wrong"), [("family: count", "family: cuont"), ("alpha: 1.2e-5", "alpha: 2"),
                                              ("  rare: {tau0: 0.02}\n", "")])  # fmt: skip
def test_a_slip_in_the_register_is_an_error(tmp_path: Path, right: str, wrong: str) -> None:
    text = (COUNTRY / "measures.yml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "measures.yml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(TthcError, match="measures"):
        load_measures(tmp_path)


def thing(hold: str, **reported: Any) -> dict[str, Any]:
    subject = dict.fromkeys((*Override.model_fields, "stratum", "usual", "came", "files", "period_code"))
    return {**subject, "hold": hold, "override_code": None, **reported}


THINGS = [
    thing("profile", source="ho_so", business_day="2024-12-31", measure="channel_by_level", stratum="so",
          usual="86.0 %", came="14.0 %", files="a.csv"),
    thing("unit", source="ho_so", business_day="2024-12-31", measure="rows", unit_code="H19.30", usual="43", came="0",
          files="a.csv"),
    thing("volume", source="le_phi", business_day="2024-12-31", usual="980", came="98", files="b.csv"),
    thing("empty", source="le_phi", business_day="2024-12-31"),
    thing("freshness", source="ho_so"),
    thing("drift", indicator_code="on_time_rate", rule="plan", scope="province", unit_level="tinh", period_code="2024"),
]  # fmt: skip


@pytest.mark.parametrize("held", THINGS, ids=lambda held: held["hold"])
def test_the_ready_made_line_lets_by_what_it_was_made_for(tmp_path: Path, held: dict[str, Any]) -> None:
    """Once somebody has put a name, a day and a reason in it."""
    line = override_line(held, "2024-12-31")
    row = line.replace("<ai chấp thuận>", "Chánh Văn phòng").replace("<ngày chấp thuận>", "2025-01-02")
    header = ",".join(Override.model_fields)
    (tmp_path / "overrides.csv").write_text(f"{header}\n{row.replace('<vì sao>', 'Đã hỏi nơi gửi')}\n", "utf-8")
    [override] = load_overrides(tmp_path)
    reported = override.model_dump(mode="json")
    assert {name: reported[name] for name in SUBJECTS[held["hold"]]} == {
        name: held[name] for name in SUBJECTS[held["hold"]]
    }
    assert (reported["hold"], reported["valid_until"]) == (held["hold"], "2024-12-31")
    assert reported["effect"] == ("once" if held["hold"] in LEVELLED else None)
    (tmp_path / "overrides.csv").write_text(f"{header}\n{line}\n", "utf-8")
    with pytest.raises(TthcError):
        load_overrides(tmp_path)


def test_two_things_that_are_held_are_proposed_under_two_codes(tmp_path: Path) -> None:
    """Two edits that come to the same value, and one figure of two levels."""
    edits = [thing("register", register="measures", entry=f"{name}|tau0#value", value_hash="4a44dc15364204a8")
             for name in ("rows", "rejected")]  # fmt: skip
    figures = [thing("drift", indicator_code="on_time_rate", rule="plan", scope="level", unit_level=level)
               for level in ("so", "xa")]  # fmt: skip
    lines = [override_line(held, "2024-12-31") for held in (*edits, *figures)]
    rows = [line.replace("<ai chấp thuận>", "A").replace("<ngày chấp thuận>", "2025-01-02")
            .replace("<vì sao>", "Đã hỏi nơi gửi") for line in lines]  # fmt: skip
    (tmp_path / "overrides.csv").write_text("\n".join([",".join(Override.model_fields), *rows, ""]), "utf-8")
    assert len({override.override_code for override in load_overrides(tmp_path)}) == len(lines)


def test_a_held_delivery_is_told_with_what_was_usual_what_came_and_which_files() -> None:
    assert held_sentence(THINGS[0], COUNTRY) == (
        "ho_so ngày 2024-12-31: Hồ sơ trực tuyến ở cấp này (so): thường 86.0 %, nay 14.0 %."
        " Kênh tiếp nhận bị ghi khác trước: hỏi nơi gửi. Tệp: a.csv"
    )
    before = language.set("en")
    try:
        unit, volume = held_sentence(THINGS[1], COUNTRY), held_sentence(THINGS[2], COUNTRY)
    finally:
        language.reset(before)
    assert unit is not None and unit.startswith("ho_so of 2024-12-31, unit H19.30: The unit's rows in the province's: ")
    assert "usually 43, now 0" in unit
    assert volume is not None and volume.startswith("le_phi of 2024-12-31: Rows per working day: usually 980, now 98.")
    assert all(held_sentence(one, COUNTRY) for one in THINGS)
    assert held_sentence(thing("register", register="target"), COUNTRY) is None


@pytest.mark.parametrize("hold", ["volume", "empty", "freshness", "restatement", "jump", "drift"])
def test_a_verdict_of_earlier_code_is_told_though_it_does_not_say_what_was_usual(hold: str) -> None:
    """It has the subject and nothing more (versions 0.1 up to October 2026)."""
    old = {"hold": hold, "source": "ho_so", "business_day": "2024-06-30", "indicator_code": "on_time_rate",
           "rule": "plan", "period_code": "2024-05", "scope": "province", "unit_level": None,
           "override_code": None}  # fmt: skip
    reported = held_sentence(old, COUNTRY)
    assert reported is not None and "None" not in reported and "–" in reported


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("hold", sorted(set(SUBJECTS) - {"register"}))
def test_every_hold_says_what_was_usual_and_what_came(hold: str, lang: str) -> None:
    measure = {"volume": "rows", "profile": "channel", "unit": "rows"}.get(hold)
    held = thing(hold, source="ho_so", business_day="2024-12-31", indicator_code="on_time_rate", rule="plan",
                 period_code="2024-M11", scope="province", unit_code="*", measure=measure, usual="4 711", came="42",
                 files="a.csv")  # fmt: skip
    before = language.set(lang)
    try:
        reported, bare = held_sentence(held, COUNTRY), held_sentence({**held, "files": None, "usual": None}, COUNTRY)
    finally:
        language.reset(before)
    assert (
        reported is not None
        and ("42" in reported or hold == "empty")
        and "4 711" in reported
        and "None" not in reported
        and "{" not in reported
    )
    assert bare is not None and len(bare) < len(reported)


def test_the_rest_of_the_night_is_named_only_where_sources_alone_are_held() -> None:
    verdict = {"held": THINGS[:2], "new_sources": ["ho_so", "le_phi", "thanh_phan"]}
    reported = publishable_rest(verdict)
    assert reported is not None and "le_phi, thanh_phan" in reported and "khi ho_so được" in reported
    assert publishable_rest({**verdict, "held": [THINGS[0], THINGS[5]]}) is None
    assert publishable_rest({**verdict, "new_sources": ["ho_so"]}) is None
    assert publishable_rest({**verdict, "held": [{**THINGS[0], "override_code": "PD-1"}]}) is None
