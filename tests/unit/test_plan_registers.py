"""The plan as data: every goal, target and task stands in the plan word for word, and none of its figures is lost."""

import datetime as dt
import re
from collections import Counter, defaultdict

import pytest
import yaml

from pipelines.plan_registers import load_goals, load_tasks
from pipelines.registers import load_indicators, target_table
from pipelines.settings import PROJECT_DIR

REGISTERS = PROJECT_DIR / "registers"
GOALS, TASKS = load_goals(REGISTERS / "dong-nai"), load_tasks(REGISTERS / "dong-nai")
TARGETS = target_table(REGISTERS / "dong-nai").to_dicts()
INDICATORS = load_indicators(REGISTERS / "vietnam")
PLAN = PROJECT_DIR.parent / "shared" / "seed" / "plan-2024.txt"
needs_plan = pytest.mark.skipif(not PLAN.is_file(), reason="the plan is not beside the checkout")
UNNUMBERED = " (kế hoạch không ghi số; đọc là 100%)"
# How the annex shortens what the plan's text writes out.
WRITTEN_OUT = {"P. CDS": "Phòng Chuyển đổi số", "P.CDS": "Phòng Chuyển đổi số", "TT. CNTT tỉnh": "Trung tâm CNTT tỉnh",
               "TT.CNTT tỉnh": "Trung tâm CNTT tỉnh", "": None}  # fmt: skip
# Departments receive at the province's centre, and are of the provincial level.
LEVELS = {"cấp tỉnh": ("tinh", "so"), "Trung tâm Hành chính công tỉnh": ("so",), "cấp sở": ("so",),
          "cấp huyện": ("huyen",), "cấp xã": ("xa",)}  # fmt: skip


def squish(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def annex_rows() -> list[dict[str, str | None]]:
    """The annex as a table: page breaks joined, headings and goals carried down to the rows they stand for."""
    text = PLAN.read_text(encoding="utf-8")
    rows: list[dict[str, str | None]] = []
    part = number = ""
    goal = lead = support = None
    for line in text[text.index("\nPhụ lục\n") :].splitlines():
        cells = [squish(re.sub(r"<[^>]+>", " ", cell)) for cell in line.split("\t")]
        if len(cells) != 7 or cells[0] in ("Số TT", "---") or set(cells[0]) == {"-"}:
            continue
        if re.fullmatch("[IVX]+", cells[0]):
            part, number, lead, support = cells[0], "", WRITTEN_OUT[cells[4]], WRITTEN_OUT[cells[5]]
        elif not cells[0] and cells[2][:1].islower():
            rows[-1]["task"] = f"{rows[-1]['task']} {cells[2]}"
            rows[-1]["product"] = squish(f"{rows[-1]['product']} {cells[3]}")
        elif cells[2]:
            number, goal = cells[0] or number, cells[1] or goal
            rows.append({
                "annex_number": f"{part}.{number}".strip("."), "goal": goal, "task": cells[2], "product": cells[3],
                "lead_unit": lead, "supporting_unit": support, "deadline_text": cells[6] or None,
            })  # fmt: skip
    return rows


def plan_text() -> str:
    """The whole plan in one line, and after it the annex with its page breaks joined."""
    joined = " ".join(str(row["task"]) for row in annex_rows())
    return squish(PLAN.read_text(encoding="utf-8")) + " " + joined


@needs_plan
def test_the_annex_is_typed_whole_and_word_for_word() -> None:
    typed = [task.model_dump(include=set(annex_rows()[0])) for task in TASKS]
    assert typed == annex_rows()


def test_tasks_are_numbered_as_in_the_annex_and_the_sample_reports_each() -> None:
    behaviour = yaml.safe_load((PROJECT_DIR / "pipelines" / "sample" / "behaviour.yml").read_text(encoding="utf-8"))
    assert [task.task_code for task in TASKS] == behaviour["tasks"]
    of_number = Counter(task.annex_number for task in TASKS)
    nth: Counter[str] = Counter()
    for task in TASKS:
        nth[task.annex_number] += 1
        several = of_number[task.annex_number] > 1 or "." not in task.annex_number
        assert task.task_code == task.annex_number + (f".{nth[task.annex_number]}" if several else "")


def test_deadlines_follow_from_their_words() -> None:
    days = {"Quý I/2024": dt.date(2024, 3, 31), "Quý II/2024": dt.date(2024, 6, 30), "Năm 2024": dt.date(2024, 12, 31)}
    for task in TASKS:
        text = task.deadline_text
        if text is None:
            assert task.deadline_kind == "none"
        elif text.startswith("Thường xuyên"):
            assert task.deadline_kind == "standing"
        else:
            assert task.deadline_kind == ("deadline" if text in days else "conditional")
            assert task.deadline_date == days.get(text)
    kinds = Counter(task.deadline_kind for task in TASKS)
    assert kinds == {"standing": 22, "conditional": 6, "deadline": 4, "none": 1}


@needs_plan
def test_goals_and_targets_are_quoted_word_for_word() -> None:
    plan = plan_text()
    assert [goal.goal_code for goal in GOALS if goal.wording not in plan] == []
    quotes = [t["plan_line"].partition(": ")[2].removesuffix(UNNUMBERED) for t in TARGETS]
    assert [quote for quote in quotes if quote not in plan] == []


@needs_plan
def test_no_share_that_the_plan_asks_for_is_left_out() -> None:
    said = " ".join(goal.wording for goal in GOALS)
    lines = [squish(line) for line in PLAN.read_text(encoding="utf-8").splitlines()]
    # Of the annex, the goals; those of tasks are no goals.
    asked = [line for line in lines if "%" in line] + [row["goal"] for row in annex_rows()]
    for line in asked:
        for share in re.findall(r"\d+%", str(line)):
            assert share in said


def test_each_target_is_the_number_of_its_line() -> None:
    for target in TARGETS:
        line, number = target["plan_line"], f"{target['target']:.0%}"
        quote = line.removesuffix(UNNUMBERED)
        assert (number in quote) != (quote != line)
        assert quote == line or (number == "100%" and "%" not in quote)
        if target["unit_level"] != "*":
            # The level named next after the number is the one that the target is for.
            named = re.findall(rf"{number}[^%;]*?({'|'.join(LEVELS)})", line)
            assert target["unit_level"] in {level for name in named for level in LEVELS[name]}


def test_every_target_and_every_indicator_of_the_plan_has_its_goal() -> None:
    of_indicator = defaultdict(set)
    for goal in GOALS:
        of_indicator[goal.indicator_code].add(goal.unit_level)
    of_target = defaultdict(set)
    for target in TARGETS:
        of_target[target["indicator_code"]].add(target["unit_level"])
    assert of_indicator.keys() - {None} == {i.code for i in INDICATORS if i.rule == "plan"}
    tracked = {"result_digitised_share", "data_reuse_share", "notification_share", "open_datasets"}
    assert of_indicator.keys() - {None} - of_target.keys() == tracked
    assert {code: of_indicator[code] for code in of_target} == of_target
    # One department answers for an indicator, or nobody does.
    leads = {(goal.indicator_code, goal.lead_unit) for goal in GOALS if goal.indicator_code}
    assert len(leads) == len({code for code, _ in leads})


def test_goals_without_an_indicator_stay_on_the_scorecard() -> None:
    unmeasured = [goal.goal_code for goal in GOALS if goal.indicator_code is None]
    assert unmeasured == ["II.1-1", "II.2.1-01", "II.2.1-05", "II.6-2", "II.7.1-3"]
