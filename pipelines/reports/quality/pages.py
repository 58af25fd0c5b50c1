"""The pages of one run: the whole, and one for each unit that has something to correct.

Belongs here: putting facts into groups and templates. Does not belong here: where files go (`write`).
"""

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.contracts.model import Contract
from pipelines.reports.quality.facts import FILES_SHOWN, QualityFacts, Rejection, UnitQuality
from pipelines.reports.quality.wording import HERE, Translator
from pipelines.storage.documents import Verdict
from pipelines.storage.runs import Run

LANGUAGES = ("vi", "en")
TONES = {"published": "good", "unchanged": "good", "beside": "good", "refused": "bad", "failed": "bad",
         "interrupted": "bad"}  # fmt: skip
HELD_SHOWN = 40
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,40}")
UNKNOWN_PAGE = "khong-ro"


@dataclass(frozen=True)
class RejectionGroup:
    """Rejected rows of one source and reason, with the first places where they stand."""

    source: str
    reason: str
    mend: str
    row_count: int
    units: int
    places: Sequence[Mapping[str, Any]]
    more: int


@dataclass(frozen=True)
class Office:
    """A unit as the list and its own page show it; `code` None stands for rows that name no listed unit."""

    code: str | None
    name: str
    level: str | None
    page: str
    dossiers: int | None
    row_count: int
    oddities: Sequence[tuple[str, int]]

    @property
    def odd(self) -> int:
        """Dossiers kept in spite of something odd; one with two oddities counts twice."""
        return sum(count for _, count in self.oddities)


def pages(
    run: Run, facts: QualityFacts, gate: Verdict | None, contracts: Mapping[str, Contract], country: Path
) -> Iterator[tuple[str, str]]:
    """Yield the path below the run's folder and the HTML of each page.

    `gate` is the verdict, None if the run did not come to it.
    """
    by_unit: dict[str | None, list[Rejection]] = {}
    for one in facts.rejections:
        by_unit.setdefault(one.unit_code, []).append(one)
    for lang in LANGUAGES:
        words = Translator(lang, contracts, country)
        offices = _offices(words, facts, by_unit)
        other = "en" if lang == "vi" else "vi"
        shared = {
            "lang": lang, "run": run, "facts": facts, "t": words.t, "number": words.number, "day": words.day,
            "moment": words.moment, "title_of": words.title_of,
        }  # fmt: skip
        clean = len(facts.units) - sum(office.code is not None for office in offices)
        whole = _whole(words, run, facts, gate)
        index = {**shared, **whole, "offices": offices, "clean": clean, "other": f"../{other}/index.html"}
        yield f"{lang}/index.html", _template("index.html.j2").render(index)
        for office in offices:
            groups = _groups(words, by_unit.get(office.code, []))
            html = _template("unit.html.j2").render(
                **shared, office=office, groups=groups, other=f"../../{other}/{office.page}"
            )
            yield f"{lang}/{office.page}", html


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(HERE / "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template(name)


def _whole(words: Translator, run: Run, facts: QualityFacts, gate: Verdict | None) -> dict[str, Any]:
    """Return what only the page of the whole run shows."""
    tables = gate["tables"] if gate else []
    passed = sum(check["success"] for table in tables for check in table["checks"])
    expected = sum(table["expected"] for table in tables)
    # What nobody approved yet comes first.
    held = sorted(gate["held"] if gate else [], key=lambda thing: thing["override_code"] is not None)
    waiting = sum(thing["override_code"] is None for thing in held)
    had_candidate = run.outcome in ("published", "unchanged", "beside", "refused")
    told = f"told_{run.outcome}" if had_candidate else "told_failed"
    return {
        "tone": TONES.get(run.outcome, "warn"),
        "told": words.t(told, version=run.version, day=words.day(run.as_of)),
        # What follows the first line is some library's own text, which may quote a row.
        "why": str(run.detail.get("why", "")).partition("\n")[0],
        "tiles": [
            ("tile_files", words.number(sum(one.files for one in facts.sources))),
            ("tile_refused", words.number(sum(one.files_refused for one in facts.sources))),
            ("tile_rows", words.number(sum(one.rows_in for one in facts.sources))),
            ("tile_rejected", words.number(sum(one.rows_rejected for one in facts.sources))),
            *([("tile_checks", f"{words.number(passed)} / {words.number(expected)}")] if gate else []),
            *([("tile_held", words.number(waiting))] if gate else []),
        ],
        "gate": gate, "passed": passed, "expected": expected,
        "held": [
            {**thing, "sentence": words.held(thing), "approve": words.approve(thing, run.as_of)}
            for thing in held[:HELD_SHOWN]
        ],
        "rest": words.rest(gate) if gate else "",
        "held_more": max(0, len(held) - HELD_SHOWN),
        "failures": [(t["table"], check) for t in tables for check in t["checks"] if not check["success"]],
        "problems": [
            *((table["table"], problem) for table in tables for problem in table["problems"]),
            *(("", problem) for problem in (gate["problems"] if gate else [])),
        ],
        "groups": _groups(words, facts.rejections),
        "files": [{"file": file, "why": words.refusal(file)} for file in facts.refused_files],
    }  # fmt: skip


def _groups(words: Translator, rejections: Sequence[Rejection]) -> list[RejectionGroup]:
    """Return rejections by source and reason, the most rows first."""
    found: dict[tuple[str, str], list[Rejection]] = {}
    for one in rejections:
        found.setdefault((one.source, one.reason), []).append(one)
    groups = []
    for (source, reason), members in found.items():
        files, units = {_file(one) for one in members}, {one.unit_code for one in members}
        rows, more = sum(one.row_count for one in members), max(0, len(files) - FILES_SHOWN)
        mend = words.mend(source, reason)
        groups.append(RejectionGroup(source, reason, mend, rows, len(units), _places(members), more))
    return sorted(groups, key=lambda group: (-group.row_count, group.source, group.reason))


def _file(one: Rejection) -> tuple[dt.date, str]:
    return (one.business_day, one.file_name)


def _places(members: Sequence[Rejection]) -> list[dict[str, Any]]:
    """Return the newest files, each with the places of its first rows, which in text are their numbers."""
    newest = sorted(members, key=_file, reverse=True)
    places = []
    for (_, name), same in itertools.islice(itertools.groupby(newest, key=_file), FILES_SHOWN):
        of_file = list(same)
        told = sorted((number, one.places.get(number, str(number))) for one in of_file for number in one.numbers)[:10]
        has_more = sum(one.row_count for one in of_file) > len(told)
        places.append({"file_name": name, "first_rows": ", ".join(place for _, place in told), "has_more": has_more})
    return places


def _offices(words: Translator, facts: QualityFacts, by_unit: Mapping[str | None, Sequence[Rejection]]) -> list[Office]:
    """Return every unit with something to correct, the most rejected rows first, rows of no listed unit last."""
    offices = [
        Office(
            unit.unit_code, unit.unit_name, unit.unit_level, _page(unit, number), unit.dossiers,
            sum(one.row_count for one in by_unit.get(unit.unit_code, [])), _oddities(unit),
        )
        for number, unit in enumerate(facts.units)
    ]  # fmt: skip
    to_see = (one for one in offices if one.row_count or one.odd)
    listed = sorted(to_see, key=lambda one: (-one.row_count, -one.odd, one.code or ""))
    if None in by_unit and facts.units:
        rows = sum(one.row_count for one in by_unit[None])
        page = f"units/{UNKNOWN_PAGE}.html"
        listed.append(Office(None, words.t("unknown_unit_told"), None, page, None, rows, ()))
    return listed


def _page(unit: UnitQuality, number: int) -> str:
    """Return the address of a unit's page; a code that is no safe name gets a number.

    A refused candidate may hold any code.
    """
    name = unit.unit_code if SAFE_NAME.fullmatch(unit.unit_code or "") else f"don-vi-{number}"
    return f"units/{name}.html"


def _oddities(unit: UnitQuality) -> list[tuple[str, int]]:
    return [
        ("no_due_date", unit.no_due_date),
        ("due_before_received", unit.due_before_received),
        ("newer_rejected", unit.newer_rejected),
        ("handler_unknown", unit.handler_unknown),
        ("input_as_result", unit.input_as_result),
    ]
