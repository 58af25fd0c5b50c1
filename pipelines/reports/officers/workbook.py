"""The workbook of a report period: cover, form II.06a twice, goals, tasks, late dossiers, findings, who has reported.

Belongs here: which sheets there are, and their columns and cells. The same facts give the same bytes. Does not belong
here: reading facts (`facts`), how sheets look (`sheets`, `form_sheet`).
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.registers.report_words import ReportWords
from pipelines.reports.officers.changes import Change, LockedReport
from pipelines.reports.officers.facts import ReportFacts, Row
from pipelines.reports.officers.form import FormRow
from pipelines.reports.officers.form_sheet import write_form
from pipelines.reports.officers.plan_sheets import write_goals, write_tasks
from pipelines.reports.officers.reported_cells import reported_columns, reported_rows
from pipelines.reports.officers.sheets import Column, Paper, Sheets, new_book
from pipelines.reports.officers.words import day_text, number_text, period_words, share_of, word

Hint = Callable[[str, str], str]


@dataclass(frozen=True)
class Report:
    """A report of one period as it is written.

    Attributes:
        facts: What it says.
        words: What stands at its head.
        by_unit: Rows of the form by unit.
        by_field: Rows of the form by field.
        locked: The version that was handed in; None if none was.
        changes: Where the facts differ from it.
        fix_hint: How to mend rows of a source that were rejected for a reason.
    """

    facts: ReportFacts
    words: ReportWords
    by_unit: Sequence[FormRow]
    by_field: Sequence[FormRow]
    locked: LockedReport | None
    changes: Sequence[Change]
    fix_hint: Hint

    @property
    def paper(self) -> Paper:
        """What every sheet says of itself."""
        run = self.facts.run
        line = word("version_line", version=run["version"], as_of=day_text(run["as_of"]))
        return Paper(line, bool(run["is_synthetic"]))

    @property
    def standings(self) -> dict[str, int]:
        """How many goals are met, not met, tracked, and without data."""
        found = Counter(goal["standing"] for goal in self.facts.goals)
        return {standing: found[standing] for standing in ("met", "not_met", "tracked", "no_data")}

    @property
    def overdue_tasks(self) -> list[Row]:
        """Tasks that are late at the cut."""
        return [task for task in self.facts.tasks if task["is_overdue"]]


def write_workbook(report: Report, path: Path) -> None:
    """Write the workbook of a report."""
    facts = report.facts
    as_of: dt.date = facts.run["as_of"]
    period = period_words(facts.period)
    title = word("cover_title", **period)
    with new_book(path, title, dt.datetime.combine(as_of, dt.time())) as book:
        sheets = Sheets(book, report.paper)
        _write_cover(sheets, report, title)
        form = (report.words, period, as_of)
        write_form(sheets, word("sheet_by_unit"), *form, report.by_unit)
        write_form(sheets, word("sheet_by_field"), *form, report.by_field, by_field=True)
        if report.locked is not None:
            _write_changes(sheets, report)
        write_goals(sheets, facts)
        write_tasks(sheets, facts)
        _write_late(sheets, report)
        _write_findings(sheets, report)
        columns, rows = reported_columns(facts.reported), reported_rows(facts.reported)
        sheets.table(word("sheet_reported"), word("title_reported"), [word("note_reported")], columns, rows)


def _contents(report: Report) -> Iterator[tuple[str, str]]:
    """Yield name and content of each sheet after the cover."""
    facts = report.facts
    late_units = sum(_late_of(row) > 0 for row in facts.units if row["scope"] == "unit")
    yield word("sheet_by_unit"), word("about_by_unit")
    yield word("sheet_by_field"), word("about_by_field")
    if report.locked is not None:
        yield word("sheet_changes"), word("about_changes", count=number_text(len(report.changes)))
    yield word("sheet_goals"), word("about_goals", **report.standings)
    yield word("sheet_tasks"), word("about_tasks", count=len(facts.tasks), overdue=len(report.overdue_tasks))
    yield word("sheet_late_units"), word("about_late_units", units=late_units)
    yield word("sheet_late"), word("about_late", count=number_text(facts.late_count))
    rejected = number_text(sum(row["row_count"] for row in facts.findings))
    yield word("sheet_findings"), word("about_findings", count=rejected, as_of=day_text(facts.run["as_of"]))
    units = len({(row["kind"], row["unit_name"]) for row in facts.reported})
    yield word("sheet_reported"), word("about_reported", units=units)


def _write_cover(sheets: Sheets, report: Report, title: str) -> None:
    sheet = sheets.add(word("sheet_cover"), [32, 80])
    period = period_words(report.facts.period)
    sheet.merge_range(0, 0, 0, 1, report.words.reporting_unit.upper(), sheets.format(bold=True, align="center"))
    sheet.merge_range(2, 0, 2, 1, title, sheets.format(bold=True, align="center", font_size=18))
    sheet.set_row(2, 30)
    centred = sheets.format(align="center")
    lines = [word("cover_span", **period), sheets.paper.version_line]
    if not report.facts.period["is_closed"]:
        lines.append(word("not_closed", **period))
    if report.locked is not None:
        lines.append(report.locked.line)
    for at, line in enumerate(lines, start=3):
        sheet.merge_range(at, 0, at, 1, line, centred)
    at = 3 + len(lines)
    if sheets.paper.synthetic:
        sheet.merge_range(at, 0, at, 1, word("synthetic"), sheets.warning)
        at += 1
    link = sheets.format(border=1, font_color="#1F4E79", underline=1)
    for number, (name, about) in enumerate(_contents(report), start=at + 1):
        sheet.write_url(number, 0, f"internal:'{name}'!A1", link, name)
        sheet.write_string(number, 1, about, sheets.cell("text", font_size=12))


def _write_changes(sheets: Sheets, report: Report) -> None:
    columns = [Column(word("head_place"), 30), Column(word("head_row"), 46), Column(word("head_column"), 34),
               Column(word("head_locked"), 16, "code"), Column(word("head_now"), 16, "code"),
               Column(word("head_difference"), 14, "code")]  # fmt: skip
    assert report.locked is not None
    rows = [change.cells for change in report.changes]
    notes = [report.locked.line, word("note_changes")]
    sheets.table(word("sheet_changes"), word("title_changes"), notes, columns, rows)


def _late_of(row: Row) -> int:
    return int(row["resolved_overdue"] + row["open_overdue"])


def _write_late(sheets: Sheets, report: Report) -> None:
    facts = report.facts
    columns = [
        Column(word("head_unit_code"), 14, "code"), Column(word("head_unit"), 50),
        Column(word("head_resolved_total"), 14, "number"), Column(word("head_resolved_overdue"), 16, "number"),
        Column(word("head_on_time_share"), 12, "share"), Column(word("head_open_overdue"), 16, "number"),
        Column(word("head_late_total"), 12, "number"),
    ]  # fmt: skip
    late = [row for row in facts.units if row["scope"] == "unit" and _late_of(row)]
    rows = [
        [row["unit_code"], row["unit_name"], row["resolved_total"], row["resolved_overdue"],
         share_of(row["resolved_total"] - row["resolved_overdue"], row["resolved_total"]), row["open_overdue"],
         _late_of(row)]
        for row in sorted(late, key=lambda row: (-_late_of(row), row["unit_code"]))
    ]  # fmt: skip
    sheets.table(word("sheet_late_units"), word("title_late_units"), [word("note_late")], columns, rows)
    notes = [word("note_late")]
    if len(facts.late) < facts.late_count:
        shown, count = number_text(len(facts.late)), number_text(facts.late_count)
        notes.append(word("note_late_more", shown=shown, count=count))
    columns = [
        Column(word("head_unit"), 36), Column(word("head_dossier"), 26, "code"),
        Column(word("head_procedure_code"), 14, "code"), Column(word("head_procedure"), 50),
        Column(word("head_field"), 24), Column(word("head_received"), 12, "day"), Column(word("head_due"), 12, "day"),
        Column(word("head_finished"), 12, "day"), Column(word("head_days_late"), 10, "number"),
        Column(word("head_apologised"), 12, "day"),
    ]  # fmt: skip
    fields = ("unit_name", "dossier_code", "procedure_code", "procedure_name", "field_name", "received_date",
              "due_date", "finished_date", "days_late", "apologised_date")  # fmt: skip
    listed = [[row[name] for name in fields] for row in facts.late]
    sheets.table(word("sheet_late"), word("title_late"), notes, columns, listed)


def _write_findings(sheets: Sheets, report: Report) -> None:
    columns = [
        Column(word("head_unit_code"), 14, "code"), Column(word("head_unit"), 40), Column(word("head_source"), 14),
        Column(word("head_reason"), 32, "code"), Column(word("head_rows"), 10, "number"), Column(word("head_fix"), 80),
    ]  # fmt: skip
    rows = [
        [row["unit_code"], row["unit_name"] or word("no_unit"), row["source"], row["reason"], row["row_count"],
         report.fix_hint(row["source"], row["reason"])]
        for row in report.facts.findings
    ]  # fmt: skip
    sheets.table(word("sheet_findings"), word("title_findings"), [word("note_findings")], columns, rows)
