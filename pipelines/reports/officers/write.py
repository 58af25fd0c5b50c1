"""Write the report of a period: workbook, summary, full report, and what they are of.

Belongs here: choosing the version, reading its facts once and writing all files. Does not belong here: which reports a
night writes (`nightly_reports`), printing (`cli.report`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from pydantic import ValidationError

from pipelines.common.errors import TthcError
from pipelines.common.files import atomic_write, fingerprint, sha256_of
from pipelines.contracts.model import load_contracts
from pipelines.registers.report_words import WORDS_FILE, ReportWords, load_report_words, templates_dir
from pipelines.reports.officers.changes import Change, changes_between, figures_of_report
from pipelines.reports.officers.documents import REPORT_TEMPLATE, SUMMARY_TEMPLATE, placeholders, write_document
from pipelines.reports.officers.facts import ReportFacts, fingerprint_of, read_facts
from pipelines.reports.officers.files import FILE_MODE, officers_folder, report_files, write_record
from pipelines.reports.officers.form import form_by_field, form_by_unit
from pipelines.reports.officers.lock import read_lock
from pipelines.reports.officers.pdf import write_pdfs
from pipelines.reports.officers.words import word
from pipelines.reports.officers.workbook import Report, write_workbook
from pipelines.reports.quality.wording import Translator
from pipelines.reports.sql_shell import read_only_connection
from pipelines.settings import Settings


@dataclass(frozen=True)
class WrittenReport:
    """What was written for one period.

    Attributes:
        folder: Where it lies.
        files: Workbook and Word files.
        pdfs: Their PDF; empty where LibreOffice is not installed.
        version: The version that it is of.
        locked: Whether a report of the period was handed in.
        changes: Where the figures differ from it.
    """

    folder: Path
    files: Sequence[Path]
    pdfs: Sequence[Path]
    version: str
    locked: bool
    changes: Sequence[Change]


def write_report(settings: Settings, period: str, *, version: str | None = None, pdf: bool = True) -> WrittenReport:
    """Write the report of a period of a published version.

    Args:
        settings: The installation.
        period: Period code.
        version: Name of the version; None is the current one.
        pdf: Whether PDF are made too, where LibreOffice is installed.

    Raises:
        UsageFault: If the version has no such period.
        TthcError: If there is no version, if a template or the words of the report are broken, or if what was handed in
            for the period is damaged.
    """
    with read_only_connection(settings, version) as connection:
        return write_from(connection, settings, period, pdf=pdf)


def write_from(
    connection: duckdb.DuckDBPyConnection, settings: Settings, period: str, *, pdf: bool, root: Path | None = None
) -> WrittenReport:  # fmt: skip
    """Write the report of a period of an open version below `root`, by default the reports' own folder.

    See `write_report`.
    """
    facts = read_facts(connection, period)
    period = facts.period["period_code"]
    report = assemble(settings, facts)
    files = report_files(settings, period, root)
    officers_folder(files.folder.parent)
    officers_folder(files.folder)
    values = placeholders(report)
    templates = templates_dir(settings.province_dir, report.words)
    with atomic_write(files.summary, FILE_MODE) as waiting:
        write_document(templates / SUMMARY_TEMPLATE, values, waiting)
    with atomic_write(files.report, FILE_MODE) as waiting:
        write_document(templates / REPORT_TEMPLATE, values, waiting)
    with atomic_write(files.workbook, FILE_MODE) as waiting:
        write_workbook(report, waiting)
    written = [files.workbook, files.summary, files.report]
    write_record(files.record, {
        "period": period, "version": facts.run["version"], "as_of": facts.run["as_of"].isoformat(),
        "synthetic": bool(facts.run["is_synthetic"]), "made_of": made_of(connection, settings, period),
        "files": {path.name: sha256_of(path) for path in written},
        "figures": figures_of_report(report.by_unit, report.by_field, facts),
    })  # fmt: skip
    for path in written:  # those of an earlier report say something else
        path.with_suffix(".pdf").unlink(missing_ok=True)
    pdfs = write_pdfs(written) if pdf else []
    return WrittenReport(files.folder, written, pdfs, facts.run["version"], report.locked is not None, report.changes)


def made_of(connection: duckdb.DuckDBPyConnection, settings: Settings, period: str) -> dict[str, Any]:
    """Return what a report follows from, as hashes: its figures, and words, templates and code that write it.

    Findings and lists are of the night on which it was written; they alone do not make a report anew.
    """
    locked = read_lock(settings, period)
    return {
        "figures": fingerprint_of(connection, period),
        "writing": writing_of(settings),
        "locked": locked.number if locked else 0,
    }  # fmt: skip


def writing_of(settings: Settings) -> str:
    """Return a hash of what words a report: code, templates, and the register of words.

    Raises:
        TthcError: If that register is missing or broken.
    """
    templates = templates_dir(settings.province_dir, read_words(settings))
    return fingerprint(Path(__file__).parent, templates, settings.province_dir / WORDS_FILE)


def assemble(settings: Settings, facts: ReportFacts) -> Report:
    """Return the report that facts make: rows of the form, and differences from what was handed in.

    Raises:
        TthcError: If the words of the report are broken, or if what was handed in is damaged.
    """
    words = read_words(settings)
    by_unit = form_by_unit(facts.units, facts.levels)
    by_field = form_by_field(facts.fields, word("no_field"), facts.levels)
    locked = read_lock(settings, facts.period["period_code"])
    now = figures_of_report(by_unit, by_field, facts)
    changes = changes_between(locked.figures, now) if locked is not None else []
    hints = Translator("vi", load_contracts(settings.contracts_dir), settings.country_dir)
    return Report(facts, words, by_unit, by_field, locked, changes, hints.fix_hint)


def read_words(settings: Settings) -> ReportWords:
    """Return the words at the head of reports.

    Raises:
        TthcError: If the register is missing or broken; the error names the wrong key.
    """
    path = settings.province_dir / WORDS_FILE
    try:
        return load_report_words(settings.province_dir)
    except FileNotFoundError:
        raise TthcError("report_words_broken", file=path, why="–") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise TthcError("report_words_broken", file=path, why=why) from None
