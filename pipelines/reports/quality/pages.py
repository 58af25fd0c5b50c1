"""The quality pages of one run: an index, and one page for each unit that has something to correct.

Belongs here: grouping facts and rendering templates. Does not belong here: reading facts (`facts`), files (`write`).
"""

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.common.i18n import LANGUAGES
from pipelines.contracts.model import Contract
from pipelines.reports.endings import Ending
from pipelines.reports.quality.facts import FILES_SHOWN, QualityFacts, Rejection, UnitQuality
from pipelines.reports.quality.wording import HERE, Translator
from pipelines.storage.documents import Verdict
from pipelines.storage.runs import Run

TONES = {"published": "good", "unchanged": "good", "beside": "good", "refused": "bad", "failed": "bad",
         "interrupted": "bad"}  # fmt: skip
HELD_SHOWN = 40
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,40}")
UNKNOWN_PAGE = "khong-ro"


@dataclass(frozen=True)
class RejectionGroup:
    """Rejected rows of one source and reason, with the first places in their files."""

    source: str
    reason: str
    hint: str
    row_count: int
    units: int
    places: Sequence[Mapping[str, Any]]
    more: int


@dataclass(frozen=True)
class Office:
    """A unit in the list and on its own page; `code` None stands for rows that name no listed unit."""

    code: str | None
    name: str
    level: str | None
    page: str
    dossiers: int | None
    row_count: int
    defects: Sequence[tuple[str, int]]

    @property
    def defect_count(self) -> int:
        """Dossiers counted in spite of a defect; one with two defects counts twice."""
        return sum(count for _, count in self.defects)


def pages(
    run: Run,
    facts: QualityFacts,
    gate: Verdict | None,
    contracts: Mapping[str, Contract],
    country: Path,
    endings: Mapping[str, Ending],
    workbooks: Set[str] = frozenset(),
) -> Iterator[tuple[str, str]]:
    """Yield path (below the run's folder) and HTML of each page, in both languages.

    Args:
        run: The run.
        facts: Its facts.
        gate: The verdict; None if the run did not reach the gate.
        contracts: All contracts, by source.
        country: Folder of the country's registers.
        endings: How the run ended and what to do, by language.
        workbooks: Names of the workbooks of findings that lie in `reports/findings`; a unit's page links to its own.
    """
    by_unit: dict[str | None, list[Rejection]] = {}
    for rejection in facts.rejections:
        by_unit.setdefault(rejection.unit_code, []).append(rejection)
    for lang in LANGUAGES:
        words = Translator(lang, contracts, country)
        offices = _offices(words, facts, by_unit)
        other = "en" if lang == "vi" else "vi"
        shared = {
            "lang": lang, "run": run, "facts": facts, "t": words.t, "number": words.number, "day": words.day,
            "moment": words.moment, "title_of": words.title_of,
        }  # fmt: skip
        clean = len(facts.units) - sum(office.code is not None for office in offices)
        whole = _whole(words, run, facts, gate, endings[lang])
        index = {**shared, **whole, "offices": offices, "clean": clean, "other": f"../{other}/index.html"}
        yield f"{lang}/index.html", _template("index.html.j2").render(index)
        for office in offices:
            groups = _groups(words, by_unit.get(office.code, []))
            workbook = f"{office.code or UNKNOWN_PAGE}.xlsx"
            html = _template("unit.html.j2").render(
                **shared, office=office, groups=groups, other=f"../../{other}/{office.page}",
                workbook=workbook if workbook in workbooks else None,
            )  # fmt: skip
            yield f"{lang}/{office.page}", html


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(HERE / "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template(name)


def _whole(words: Translator, run: Run, facts: QualityFacts, gate: Verdict | None, ending: Ending) -> dict[str, Any]:
    """Return the values of the index page's template."""
    tables = gate["tables"] if gate else []
    passed = sum(check["success"] for table in tables for check in table["checks"])
    expected = sum(table["expected"] for table in tables)
    # Items without approval come first.
    held = sorted(gate["held"] if gate else [], key=lambda item: item["override_code"] is not None)
    waiting = sum(item["override_code"] is None for item in held)
    had_candidate = run.outcome in ("published", "unchanged", "beside", "refused")
    outcome_code = f"told_{run.outcome}" if had_candidate else "told_failed"
    return {
        "tone": TONES.get(run.outcome, "warn"),
        "told": words.t(outcome_code, version=run.version, day=words.day(run.as_of)),
        "why": "" if ending.is_good or had_candidate else ending.why,
        "ending": ending,
        "tiles": [
            ("tile_files", words.number(sum(source.files for source in facts.sources))),
            ("tile_refused", words.number(sum(source.files_refused for source in facts.sources))),
            ("tile_rows", words.number(sum(source.rows_in for source in facts.sources))),
            ("tile_rejected", words.number(sum(source.rows_rejected for source in facts.sources))),
            *([("tile_checks", f"{words.number(passed)} / {words.number(expected)}")] if gate else []),
            *([("tile_held", words.number(waiting))] if gate else []),
        ],
        "gate": gate, "passed": passed, "expected": expected,
        "held": [
            {**item, "sentence": words.held(item), "approve": words.approve(item, run.as_of)}
            for item in held[:HELD_SHOWN]
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
    for rejection in rejections:
        found.setdefault((rejection.source, rejection.reason), []).append(rejection)
    groups = []
    for (source, reason), members in found.items():
        files, units = {_file(rejection) for rejection in members}, {rejection.unit_code for rejection in members}
        rows, more = sum(rejection.row_count for rejection in members), max(0, len(files) - FILES_SHOWN)
        hint = words.fix_hint(source, reason)
        groups.append(RejectionGroup(source, reason, hint, rows, len(units), _places(members), more))
    return sorted(groups, key=lambda group: (-group.row_count, group.source, group.reason))


def _file(rejection: Rejection) -> tuple[dt.date, str]:
    return (rejection.business_day, rejection.file_name)


def _places(members: Sequence[Rejection]) -> list[dict[str, Any]]:
    """Return the newest files, each with the places of its first rows (in text formats their numbers)."""
    newest = sorted(members, key=_file, reverse=True)
    places = []
    for (_, name), same in itertools.islice(itertools.groupby(newest, key=_file), FILES_SHOWN):
        of_file = list(same)
        first_rows = sorted(
            (number, rejection.places.get(number, str(number))) for rejection in of_file for number in rejection.numbers
        )[:10]
        has_more = sum(rejection.row_count for rejection in of_file) > len(first_rows)
        places.append(
            {"file_name": name, "first_rows": ", ".join(place for _, place in first_rows), "has_more": has_more}
        )
    return places


def _offices(words: Translator, facts: QualityFacts, by_unit: Mapping[str | None, Sequence[Rejection]]) -> list[Office]:
    """Return the units with something to correct, the most rejected rows first, rows of no listed unit last."""
    offices = [
        Office(
            unit.unit_code, unit.unit_name, unit.unit_level, _page(unit, number), unit.dossiers,
            sum(rejection.row_count for rejection in by_unit.get(unit.unit_code, [])), _defects(unit),
        )
        for number, unit in enumerate(facts.units)
    ]  # fmt: skip
    to_see = (office for office in offices if office.row_count or office.defect_count)
    listed = sorted(to_see, key=lambda office: (-office.row_count, -office.defect_count, office.code or ""))
    if None in by_unit and facts.units:
        rows = sum(rejection.row_count for rejection in by_unit[None])
        page = f"units/{UNKNOWN_PAGE}.html"
        listed.append(Office(None, words.t("unknown_unit_told"), None, page, None, rows, ()))
    return listed


def _page(unit: UnitQuality, number: int) -> str:
    """Return the address of a unit's page; a number replaces a code that is no safe file name.

    A refused candidate may contain any code.
    """
    name = unit.unit_code if SAFE_NAME.fullmatch(unit.unit_code or "") else f"don-vi-{number}"
    return f"units/{name}.html"


def _defects(unit: UnitQuality) -> list[tuple[str, int]]:
    return [
        ("no_due_date", unit.no_due_date),
        ("due_before_received", unit.due_before_received),
        ("newer_rejected", unit.newer_rejected),
        ("handler_unknown", unit.handler_unknown),
        ("input_as_result", unit.input_as_result),
    ]
