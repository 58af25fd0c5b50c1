"""The plan as data: every goal, target and task stands in the plan word for word, and none of its figures is lost.

`plan-2024-excerpt.txt` holds the parts of the plan that set goals (II, IV and the annex), as published.
"""

import datetime as dt
import re
from collections import Counter, defaultdict
from pathlib import Path

from pipelines.registers.model import load_indicators, target_table
from pipelines.registers.plan import Task, load_goals, load_tasks
from pipelines.settings import PROJECT_DIR

REGISTERS = PROJECT_DIR / "registers"
# The plan whose words are held here; a later one has an excerpt and rows of its own.
YEAR = 2024
GOALS = [goal for goal in load_goals(REGISTERS / "dong-nai") if goal.plan_year == YEAR]
TASKS = [task for task in load_tasks(REGISTERS / "dong-nai") if task.plan_year == YEAR]
TARGETS = [one for one in target_table(REGISTERS / "dong-nai").to_dicts() if one["valid_from"].year == YEAR]
INDICATORS = load_indicators(REGISTERS / "vietnam")
PLAN = (Path(__file__).parent / "plan-2024-excerpt.txt").read_text(encoding="utf-8")
MAIN, ANNEX = PLAN.split("\nPhụ lục\n")
UNNUMBERED = " (kế hoạch không ghi số; đọc là 100%)"
# How the annex shortens what the plan's text writes out.
WRITTEN_OUT = {"P. CDS": "Phòng Chuyển đổi số", "P.CDS": "Phòng Chuyển đổi số", "TT. CNTT tỉnh": "Trung tâm CNTT tỉnh",
               "TT.CNTT tỉnh": "Trung tâm CNTT tỉnh", "": None}  # fmt: skip
# Goals of the annex that say again what the main text says, and are entered there.
REPEATED = {
    "100% TTHC công khai đúng hạn": "II.2.1-02",
    "70% TTHC có hồ sơ mẫu": "II.2.1-03",
    "Tỷ lệ giải quyết hồ sơ đúng hạn đạt tối thiểu 97%": "II.2.1-11",
    "Tỷ lệ hài lòng của người dân đạt tối thiểu 94% tại các cấp": "II.2.1-12",
}
# Parts of the plan: who leads, and the words that say so. Where a later entry is the longer one, the earlier is left.
LEADS = {
    "II.1-": ("Thanh tra Sở", "+ Thời gian: Thường xuyên. + Đơn vị chủ trì: Thanh tra Sở. 2. Cải cách thủ tục"),
    "II.2.2-b": ("Phòng Báo chí - Truyền thông", "gây phiền hà cho người dân và tổ chức. + Thời gian: Thường xuyên. "
                 "+ Đơn vị chủ trì: Phòng Báo chí - Truyền thông."),
    "II.2.2-c": ("Phòng Chuyển đổi số", "trên cơ sở hướng dẫn của Bộ ngành Trung ương. + Thời gian: Thường xuyên. "
                 "+ Đơn vị chủ trì: Phòng Chuyển đổi số."),
    # The annex gives it to the same department (I.3.2).
    "II.2.2-d": ("Phòng Chuyển đổi số", "Phối hợp tổ chức hiệu quả hoạt động của Tổ công nghệ số cộng đồng"),
    "II.4-": ("Văn phòng; Trung tâm CNTT tỉnh", "khi có hướng dẫn. - Đơn vị chủ trì: Văn phòng; Trung tâm CNTT tỉnh."),
    "II.6-": ("Phòng Chuyển đổi số", "sau khi kế hoạch của tỉnh ban hành. + Đơn vị chủ trì: Phòng Chuyển đổi số. 7."),
    "II.7.1-": ("Văn phòng Sở", "xây dựng phương án rà soát, đơn giản hóa TTHC. Đơn vị chủ trì: Văn phòng Sở."),
    "IV.3": ("Ban Giám đốc Sở", "3. Ban Giám đốc Sở thường xuyên chỉ đạo, kiểm tra, đôn đốc"),
}  # fmt: skip
# Departments receive at the province's centre, and are of the provincial level.
LEVELS = {"cấp tỉnh": ("tinh", "so"), "Trung tâm Hành chính công tỉnh": ("so",), "cấp sở": ("so",),
          "cấp huyện": ("huyen",), "cấp xã": ("xa",)}  # fmt: skip


def squish(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def annex_rows() -> list[dict[str, str | None]]:
    """Return the annex as a table: page breaks joined, headings and goals carried down to the rows they stand for."""
    rows: list[dict[str, str | None]] = []
    part = number = ""
    goal = lead = support = None
    for line in ANNEX.splitlines():
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
    """Return the whole plan in one line, and after it the annex with its page breaks joined."""
    joined = " ".join(str(row["task"]) for row in annex_rows())
    return squish(PLAN) + " " + joined


def whole_tasks() -> list[Task]:
    """Return the tasks as the annex has them.

    A letter at the end of a code marks a part of one with a deadline of its own.
    """
    return [task for task in TASKS if not task.task_code[-1].isalpha()]


def test_the_annex_is_typed_whole_and_word_for_word() -> None:
    typed = [task.model_dump(include=set(annex_rows()[0])) for task in whole_tasks()]
    assert typed == annex_rows()


def test_a_part_with_a_deadline_of_its_own_is_a_task_of_its_own() -> None:
    whole = {task.task_code: task for task in TASKS}
    parts = [task for task in TASKS if task.task_code[-1].isalpha()]
    assert [(part.task_code, part.deadline_date) for part in parts] == [("III.3.1.2a", dt.date(2024, 3, 31))]
    for part in parts:
        of = whole[part.task_code[:-1]]
        said = part.task.removeprefix(f"{of.task} (").removesuffix(")")
        assert said in str(of.deadline_text)
        changed = {"task_code": of.task_code, "task": of.task, "deadline_kind": of.deadline_kind, "deadline_date": None}
        assert part.model_copy(update=changed) == of


def test_tasks_are_numbered_as_in_the_annex_and_the_sample_reports_each() -> None:
    of_number = Counter(task.annex_number for task in whole_tasks())
    nth: Counter[str] = Counter()
    for task in whole_tasks():
        nth[task.annex_number] += 1
        several = of_number[task.annex_number] > 1 or "." not in task.annex_number
        assert task.task_code == task.annex_number + (f".{nth[task.annex_number]}" if several else "")


def test_deadlines_follow_from_their_words() -> None:
    days = {"quý i/2024": dt.date(2024, 3, 31), "quý ii/2024": dt.date(2024, 6, 30), "năm 2024": dt.date(2024, 12, 31)}
    for task in whole_tasks():
        text = task.deadline_text
        # Of the whole row or of a part of it: every day that the words name is some task's deadline.
        named = re.findall("|".join(days), (text or "").lower())
        rows = [other for other in TASKS if other.task_code.rstrip("a") == task.task_code]
        assert [days[name] for name in named] == [row.deadline_date for row in rows if row.deadline_date]
        if text is None:
            assert task.deadline_kind == "none"
        elif text.startswith("Thường xuyên"):
            assert task.deadline_kind == "standing"
        else:
            assert task.deadline_kind == ("deadline" if text.lower() in days else "conditional")
    kinds = Counter(task.deadline_kind for task in TASKS)
    assert kinds == {"standing": 22, "conditional": 6, "deadline": 5, "none": 1}


def test_goals_and_targets_are_quoted_word_for_word() -> None:
    plan = plan_text()
    assert [goal.goal_code for goal in GOALS if goal.wording not in plan] == []
    quotes = [t["plan_line"].partition(": ")[2].removesuffix(UNNUMBERED) for t in TARGETS]
    assert [quote for quote in quotes if quote not in plan] == []


def test_each_share_that_the_plan_asks_for_is_measured_against_it() -> None:
    """Every percentage, wherever it stands in the text or in a cell of the annex, lies within the words of a goal.

    That goal has an indicator, and a target of that number for its level.
    """
    numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for target in TARGETS:
        numbers[target["indicator_code"], target["unit_level"]].add(f"{target['target']:.0%}")
    cells = {str(row[cell]) for row in annex_rows() for cell in ("goal", "task")}
    found = 0
    for text in {squish(MAIN), *cells}:
        for share in re.finditer(r"\d+%", text):
            said = text[max(0, share.start() - 40) : share.end() + 60]
            covering = [goal for goal in GOALS if covers(goal.wording, text, share)]
            covering += [goal for goal in GOALS if goal.goal_code == REPEATED.get(text)]
            assert covering, said
            assert all(goal.indicator_code for goal in covering), said
            measured = {number for goal in covering for number in numbers[str(goal.indicator_code), goal.unit_level]}
            assert share.group() in measured, said
            found += 1
    assert found == 44


def covers(wording: str, text: str, share: re.Match[str]) -> bool:
    """Whether a goal's words stand in the text around a share."""
    starts = [match.start() for match in re.finditer(re.escape(wording), text)]
    return any(start <= share.start() and share.end() <= start + len(wording) for start in starts)


def test_who_leads_is_whom_the_plan_names() -> None:
    """By part of the plan: the department, and the words that name it.

    The annex names one department throughout.
    """
    joined = squish(MAIN)
    leads = {goal.goal_code: goal.lead_unit for goal in GOALS}
    for prefix, (lead, words) in LEADS.items():
        assert words in joined
        named = {code: found for code, found in leads.items() if code.startswith(prefix)}
        assert named and set(named.values()) == {lead}, prefix
        leads = {code: found for code, found in leads.items() if code not in named}
    annex = {*REPEATED.values(), *[code for code in leads if code.startswith("PL-")]}
    # Provided online and integrated: the annex (I.3.1) gives it to the same department.
    annex |= {"II.2.1-08", "II.2.1-09"}
    assert {leads.pop(code) for code in annex} == {"Phòng Chuyển đổi số"}
    # What no line gives to anybody: our judgement, as registers/README.md says.
    assert set(leads) == {f"II.2.1-{number}" for number in ("01", "04", "05", "06", "07", "10", "13", "14", "15")}
    assert set(leads.values()) == {"Phòng Báo chí - Truyền thông"}


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
    assert unmeasured == ["II.1-1", "II.7.1-3"]
