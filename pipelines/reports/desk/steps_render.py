"""The page of steps in one language, from its facts: `reports/steps.html`, beside the desk page.

Belongs here: what is shown of the facts, in which order, and the layout (templates/steps.html.j2). Does not belong
here: reading them (`steps_facts`), drawing (`charts`), files (`write`).
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from pipelines.common.i18n import language
from pipelines.registers.steps import StepsPage
from pipelines.reports.desk.charts import Part, stack
from pipelines.reports.desk.layout import PAGES, STEPS_PAGES, styles, template
from pipelines.reports.desk.steps_facts import StepFigures, StepsDesk
from pipelines.reports.desk.wording import count, day, days, moment, share, text, whole_days
from pipelines.reports.officers.facts import Row

MOST_STEPS = 30  # of a longer way the version knows so many first steps
UNKNOWN = "?"
OTHER_SIGN, WAITING_SIGN = "+", "∥"


def render_steps(desk: StepsDesk, shown: StepsPage) -> str:
    """Return the page in the current language.

    Args:
        desk: What it says.
        shown: How much it shows.
    """
    lang, figures = language.get(), desk.figures
    values: dict[str, Any] = {
        "lang": lang, "other": "en" if lang == "vi" else "vi", "pages": STEPS_PAGES, "desk_page": PAGES[lang],
        "t": text, "count": count, "day": day, "share": share, "days": days, "style": styles("desk.css", "steps.css"),
        "figures": figures, "made": moment(desk.made), "empty": _empty(figures),
    }  # fmt: skip
    if figures is not None and values["empty"] is None:
        values |= {
            "answer": _answer(figures),
            "procedures": [_procedure(figures, *one) for one in enumerate(figures.procedures)],
            "departments": [_department(row) for row in figures.departments[: shown.departments]],
            "more": len(figures.departments) - shown.departments,
        }  # fmt: skip
    return template("steps.html.j2").render(values) + "\n"


def way_text(variant: str, names: Mapping[str, str]) -> str:
    """Return a way in words: statuses by their names, several of the same in a row once with how many they are.

    Args:
        variant: Codes of statuses joined by hyphens, as `procedure_variants` has them.
        names: Names of statuses by code; a code without a name stands for itself.
    """
    steps = variant.split("-")
    parts = []
    for code, run in groupby(steps):
        name, many = text("steps_unknown_status") if code == UNKNOWN else names.get(code, code), len(list(run))
        parts.append(f"{name} ×{many}" if many > 1 else name)
    way = " → ".join(parts)
    return text("steps_way_cut", way=way, steps=MOST_STEPS) if len(steps) >= MOST_STEPS else way


def _empty(figures: StepFigures | None) -> str | None:
    """Return why there is nothing to show, and what to do; None if there is something."""
    if figures is None:
        return text("no_figures")
    if not figures.knows_steps:
        return text("steps_earlier_release")
    if not figures.has_steps:
        return text("steps_no_source")
    if figures.shown_year is None or not figures.procedures:
        return text("steps_none_ended")
    return None


def _names(figures: StepFigures) -> dict[str, str]:
    return {code: row[f"name_{language.get()}"] for code, row in figures.statuses.items()}


def _answer(figures: StepFigures) -> Row:
    """Return all procedures together: how long people waited, and what the procedures shown are of it."""
    year = figures.shown_year or 0
    now, before = figures.years[year], figures.years.get(year - 1)
    listed = sum(row["working_days"] for row in figures.procedures)
    return {
        "year": year, "is_old": year < figures.subject["as_of"].year, "this_year": figures.subject["as_of"].year,
        "dossiers": now["dossiers"], "procedures": now["procedures"], "working_days": now["working_days"],
        "late": share(now["overdue"], now["dossiers"]), "waiting": share(now["waiting_days"], now["working_days"]),
        "median": whole_days(now["median_working_days"]), "p90": whole_days(now["p90_working_days"]),
        "before": before and text(
            "steps_before_all", year=year - 1, dossiers=count(before["dossiers"]),
            median=whole_days(before["median_working_days"]), p90=whole_days(before["p90_working_days"]),
            late=share(before["overdue"], before["dossiers"]),
        ),
        "listed": text("steps_listed", shown=len(figures.procedures), share=share(listed, now["working_days"])),
    }  # fmt: skip


def _procedure(figures: StepFigures, at: int, row: Row) -> Row:
    """Return what stands of one procedure."""
    code = row["procedure_code"]
    parts = _parts(figures.parts.get(code, ()), row["working_days"], _names(figures))
    about = "; ".join(f"{part['name']}: {part['share']}" for part in parts)
    marks = [Part(part["of_all"], part["number"], part["share"], part["kind"]) for part in parts]
    has_before = row["median_before"] is not None
    return {
        **row, "place": at + 1, "parts": parts,
        "bar": stack(marks, f"p{at + 1}", text("steps_bar", procedure=row["procedure_name"]), about) if marks else "",
        "late": share(row["overdue"], row["dossiers"]) if row["dossiers"] else None,
        "wait": None if row["median_working_days"] is None else (
            whole_days(row["median_working_days"]), whole_days(row["p90_working_days"])
        ),
        "before": has_before and text(
            "steps_before", year=(figures.shown_year or 0) - 1, median=whole_days(row["median_before"]),
            p90=whole_days(row["p90_before"]),
        ),
        "ways": [
            {**way, "words": way_text(way["variant"], _names(figures))} for way in figures.ways.get(code, ())
        ],
    }  # fmt: skip


def _parts(rows: Sequence[Row], working_days: int, names: Mapping[str, str]) -> list[Row]:
    """Return the parts of a bar: its largest steps, the others, and all waits for the applicant as one."""
    found = []
    for (kind, place), of_part in groupby(rows, key=lambda row: (row["kind"], row["place"])):
        own = list(of_part)
        taken = sum(row["days"] for row in own)
        if not working_days:
            continue
        per_dossier = [row["days_per_dossier"] for row in own if row["days_per_dossier"] is not None]
        found.append(
            {
                "kind": f"s{place}" if kind == "step" else kind, "of_all": 100 * taken / working_days,
                "number": {"other": OTHER_SIGN, "waiting": WAITING_SIGN}.get(kind, str(place)),
                "name": _part_name(kind, own, working_days, names), "share": share(taken, working_days),
                "days": taken, "each": days(sum(per_dossier)) if per_dossier else "–",
                "median": own[0]["median_working_days"], "p90": own[0]["p90_working_days"],
                "late": own[0]["late_steps"],
            }
        )  # fmt: skip
    return found


def _part_name(kind: str, rows: Sequence[Row], working_days: int, names: Mapping[str, str]) -> str:
    if kind == "step":
        department = rows[0]["department"] or text("steps_no_department")
        return text("steps_step", department=department, status=_status(rows[0]["status"], names))
    if kind == "other":
        return text("steps_other", count=rows[0]["kinds"])
    reasons = [text("steps_wait_in_handling") if row["status"] is None else names.get(row["status"], row["status"])
               for row in rows]  # fmt: skip
    shares = [f" {share(row['days'], working_days)}" for row in rows] if len(rows) > 1 else [""]
    return text("steps_waiting", reasons=", ".join(map("".join, zip(reasons, shares, strict=True))))


def _status(code: str | None, names: Mapping[str, str]) -> str:
    return text("steps_unknown_status") if code is None else names.get(code, code)


def _department(row: Row) -> Row:
    return {
        **row, "name": row["department"] or text("steps_no_department"),
        "late": share(row["late_steps"], row["steps_with_due"]) if row["steps_with_due"] else "–",
        "holders": ", ".join(f"{one['unit_name']} ({count(one['dossiers'])})" for one in row["holders"]),
    }  # fmt: skip
