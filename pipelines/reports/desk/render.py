"""The desk page in one language, from its facts.

Belongs here: what is shown of the facts, in which order, and the layout (templates/). Does not belong here: reading
them (`facts`), drawing (`charts`), files (`write`).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pipelines.common.i18n import language, say
from pipelines.registers.scores import Group
from pipelines.registers.worklist import Worklist
from pipelines.reports.desk.charts import Point, bar, line
from pipelines.reports.desk.facts import CATEGORIES, Desk, Figures, Files
from pipelines.reports.desk.layout import PAGES, STEPS_PAGES, styles, template
from pipelines.reports.desk.wording import coded, count, day, moment, points, signed, text, whole
from pipelines.reports.endings import Ending
from pipelines.reports.morning.render import missing_sentences, needs_a_look, next_step
from pipelines.reports.officers.facts import Row
from pipelines.reports.officers.worklist import file_name_of

# On paper there is room for so many units; the screen has them all.
UNITS_PRINTED, LOST_SHOWN, COMPARED_SHOWN, CAUSES_SHOWN, SOURCES_SHOWN = 12, 8, 5, 3, 4
ORDERS = ("worst", "overdue", "due_today", "due_soon", "disagreeing", "waiting_long", "points")
COLUMNS = ("overdue", "due_today", "due_soon", "disagreeing", "waiting_long")


@dataclass(frozen=True)
class Registers:
    """What the page takes from registers: groups of the score with their names, and limits of the worklist."""

    groups: Sequence[Group]
    worklist: Worklist


def render(desk: Desk, registers: Registers, ending: Ending | None) -> str:
    """Return the page in the current language.

    Args:
        desk: What it says.
        registers: Names and limits.
        ending: How the newest run ended, in the current language; None if there was none.
    """
    lang = language.get()
    figures = desk.figures
    values: dict[str, Any] = {
        "lang": lang, "other": "en" if lang == "vi" else "vi", "pages": PAGES,
        "steps_page": STEPS_PAGES[lang] if desk.has_steps_page else None, "t": text, "style": styles("desk.css"),
        "points": points, "count": count, "day": day, "signed": signed, "coded": coded,
        "desk": desk, "figures": figures, "made": moment(desk.made),
        "night": _night(desk, ending), "limits": _limits(registers.worklist),
        "printed": UNITS_PRINTED, "columns": COLUMNS, "orders": ORDERS, "categories": CATEGORIES,
        "status": desk.morning.status if desk.morning else None,
        "sources": missing_sentences(desk.morning.status) if desk.morning else [], "sources_shown": SOURCES_SHOWN,
    }  # fmt: skip
    if figures is not None:
        values |= {
            "score": _score(figures), "groups": _groups(figures, registers), "units": _units(figures, desk.files),
            "lost": _lost(figures), "compared": _compared(figures),
        }  # fmt: skip
    return template("desk.html.j2").render(values) + "\n"


def _night(desk: Desk, ending: Ending | None) -> Row | None:
    """Return how the newest run ended, what it took in, and what to do; None if there was none."""
    morning = desk.morning
    if morning is None or ending is None:
        return None
    took = morning.came.values()
    summed = {
        name: sum(int(counts.get(name, 0)) for counts in took) for name in ("files", "refused", "rows_in", "rejected")
    }
    held = sum(item["override_code"] is None for item in morning.status["held"])
    look = needs_a_look(morning)
    return {
        "number": morning.run.sequence, "outcome": say(f"status_run_{ending.outcome}"),
        "tone": "bad" if not ending.is_good else "look" if look else "good",
        "ended": moment(morning.run.ended) if morning.run.ended else None,
        "why": None if ending.is_good else ending.why, "next": next_step(morning, ending), "is_good": ending.is_good,
        "came": [
            ("came_files", summed["files"], False), ("came_rows", summed["rows_in"], False),
            ("came_rejected", summed["rejected"], summed["rejected"] > 0),
            ("came_refused", summed["refused"], summed["refused"] > 0), ("came_held", held, held > 0),
            *([("came_left", len(left), True)] if (left := morning.status["left_in_landing"]) else []),
        ],
        "summary": f"../quality/run-{morning.run.sequence:06d}/morning.html",
        "quality": f"../quality/latest/{language.get()}/index.html",
    }  # fmt: skip


def _limits(register: Worklist) -> Row:
    """Return the blanks of the names of categories."""
    return {"due_soon": register.soon_days, "waiting_long": register.waiting_days}


def _score(figures: Figures) -> Row | None:
    total = figures.total
    if total is None or not total["known_max"]:
        return None
    change = total["points_change"]
    shown = text("change_none") if change is None else text("change", change=signed(change))
    if change is not None and not round(change, 2):
        shown = text("change", change=text("unchanged"))
    own = next((row for row in figures.provinces if row["is_own"]), None)
    return {
        "points": points(total["known_points"]), "of": text("score_of", most=whole(total["known_max"])),
        "sources": text(
            "score_sources", all=whole(total["max_points"]), own=whole(total["own_max"]),
            portal=whole(total["known_max"] - total["own_max"]),
            nobody=whole(total["max_points"] - total["known_max"]),
        ),
        "change": shown, "trend": "" if change is None or not round(change, 2) else "up" if change > 0 else "down",
        "rank": text("rank", rank=own["province_rank"], count=own["provinces_ranked"]) if own else text("rank_none"),
        "rank_note": _provinces(figures) if own else None, "line": _line(figures),
        "days": [(day(row["day"]), points(row["known_points"]), whole(row["known_max"])) for row in figures.line],
    }  # fmt: skip


def _provinces(figures: Figures) -> str:
    """Return the provinces that were shown, in order of rank."""
    listed = ", ".join(
        f"{row['province_code']} {points(row['points'])}/{whole(row['max_points'])}" for row in figures.provinces[:4]
    )
    return text("rank_note", day=day(figures.provinces[0]["portal_date"]), list=listed)


def _line(figures: Figures) -> Markup | None:
    if not figures.line:
        return None
    marks = [
        Point(f"{row['day']:%d/%m}", row["known_points"], points(row["known_points"]), row["is_comparable"])
        for row in figures.line
    ]
    first, last = figures.line[0], figures.line[-1]
    about = text(
        "line_about", first=marks[0].text, last=marks[-1].text, first_day=day(first["day"]), last_day=day(last["day"])
    )
    return line(marks, "score", text("line_title"), about, whole)


def _groups(figures: Figures, registers: Registers) -> list[Row]:
    """Return the groups in the order of the decision; those of other days have the same names or none."""
    named = {
        group.code: getattr(group.name, language.get())
        for group in registers.groups
        if group.valid_from <= figures.subject["as_of"] <= (group.valid_to or dt.date.max)
    }
    order = {code: at for at, code in enumerate(named)}
    return [
        {
            "name": named.get(code, code), "is_known": row["known_max"] > 0,
            "points": text("group_of", points=points(row["known_points"]), known=whole(row["known_max"])),
            "all": text("group_all", most=whole(row["max_points"])) if row["known_max"] != row["max_points"] else "",
            "bar": bar(row["known_points"], row["known_max"], row["max_points"]),
        }
        for code, row in sorted(figures.groups.items(), key=lambda item: order.get(item[0], len(order)))
    ]  # fmt: skip


def _units(figures: Figures, files: Files) -> list[Row]:
    """Return the units, the worst first, each with its place in every other order and with its files."""
    units = list(figures.units)
    shares = [unit["known_points"] / unit["known_max"] if unit["known_max"] else 2.0 for unit in units]
    places = {"worst": list(range(len(units)))}
    for order in ORDERS[1:]:
        keys = shares if order == "points" else [-unit[order] for unit in units]
        sorted_ = sorted(range(len(units)), key=keys.__getitem__)
        places[order] = [place for _, place in sorted((at, place) for place, at in enumerate(sorted_))]
    return [
        {
            **unit, "style": ";".join(f"--{order}:{places[order][at]}" for order in ORDERS),
            "files": _files_of(str(unit["unit_code"]), str(unit["unit_name"]), files),
            "points": points(unit["known_points"]) if unit["known_max"] else "–",
            "known": whole(unit["known_max"]) if unit["known_max"] else "",
            "rank": f"{unit['unit_rank']}/{unit['units_ranked']}" if unit["unit_rank"] else "–",
        }
        for at, unit in enumerate(units)
    ]  # fmt: skip


def _files_of(code: str, name: str, files: Files) -> list[tuple[str, str, str]]:
    """Return address, short text and whole text of each file of a unit."""
    base, found = file_name_of(code), []
    for path in files.lists.get(base, ()):
        kind = "file_list" if path.endswith(".xlsx") else "file_letter"
        found.append((path, text(kind), text(f"{kind}_of", unit=name)))
    if base in files.findings:
        found.append((f"findings/{base}.xlsx", text("file_findings"), text("file_findings_of", unit=name)))
    return found


def _lost(figures: Figures) -> Row:
    shown, rest = figures.lost[:LOST_SHOWN], figures.lost[LOST_SHOWN:]
    left = points(sum(row["points_lost"] for row in rest))
    return {
        "rows": [
            {
                **row, "name": row[f"name_{language.get()}"], "each": points(100 * row["points_per_case"]),
                "holders": ", ".join(f"{one['unit_name']} ({count(one['cases'])})" for one in row["holders"]),
            }
            for row in shown
        ],
        "more": text("lost_more", count=len(rest), points=left) if rest else "",
        "has_past": any(not row["can_still_rise"] for row in shown),
    }  # fmt: skip


def _compared(figures: Figures) -> list[Row]:
    """Return the largest differences with what explains them; those that round to nothing are none."""
    found = [row for row in figures.compared if round(row["points_difference"], 2)]
    return [
        {
            **row, "name": row[f"name_{language.get()}"], "unit": row["unit_name"] if row["scope"] == "unit" else "",
            "causes": ", ".join(
                text(f"cause_{one['cause']}", count=count(one["cases"])) for one in row["causes"][:CAUSES_SHOWN]
            ),
            "rest": _rest(row),
        }
        for row in found[:COMPARED_SHOWN]
    ]  # fmt: skip


def _rest(row: Row) -> str:
    """Return what no dossier explains of a difference."""
    top, bottom = row["numerator_unexplained"], row["denominator_unexplained"]
    if top is None or bottom is None:
        return ""
    if not top and not bottom:
        return text("compared_explained")
    return text("compared_rest", parts=text("compared_parts", top=signed(top, 0), bottom=signed(bottom, 0)))
