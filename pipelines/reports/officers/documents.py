"""Word files of a report, from templates that officers edit (`registers/<province>/templates/`).

Belongs here: what the placeholders of a template stand for, filling it, and saying what is wrong with it. A template is
filled in a sandbox: it can show values and do nothing else. Does not belong here: the templates' wording.
"""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.common.errors import TthcError
from pipelines.reports.officers.facts import Row
from pipelines.reports.officers.form import COLUMNS
from pipelines.reports.officers.words import (
    day_text,
    level_name,
    number_text,
    period_words,
    share_of,
    share_text,
    word,
)
from pipelines.reports.officers.workbook import Report

SUMMARY_TEMPLATE, REPORT_TEMPLATE = "tom-tat.docx", "bao-cao.docx"
# Columns (3) to (13) by the names that templates use.
NAMES = dict(zip(
    COLUMNS,
    ("nhan", "truc_tuyen", "truc_tiep", "ky_truoc", "giai_quyet", "truoc_han", "dung_han", "qua_han", "dang_giai_quyet",
     "dang_trong_han", "dang_qua_han"),
    strict=True,
))  # fmt: skip
UNITS_SHOWN, FIELDS_SHOWN = 10, 10
_NAMED = re.compile(r"'([^']+)' is undefined|has no attribute '([^']+)'")


def placeholders(report: Report) -> dict[str, Any]:
    """Return what the placeholders of the templates stand for (docs/reports.md lists them)."""
    facts, words, standings = report.facts, report.words, report.standings
    period, units = period_words(facts.period), [row for row in facts.units if row["scope"] == "unit"]
    late = sorted(units, key=lambda row: (-_late(row), row["unit_code"]))
    fields = [row for row in report.by_field if row.kind == "field"]
    largest = sorted(fields, key=lambda row: (-row.figures[0], row.name))[:FIELDS_SHOWN]
    return {
        "ky": period["period"], "tu_ngay": period["start"], "den_ngay": period["end"], "ngay_chot": period["cut"],
        "ngay_so_lieu": day_text(facts.run["as_of"]), "phien_ban": facts.run["version"],
        "nam": facts.run["as_of"].year,
        "canh_bao": word("synthetic") if facts.run["is_synthetic"] else "",
        "don_vi_bao_cao": words.reporting_unit, "don_vi_nhan": words.receiving_unit, "noi_lap": words.place,
        "chuc_danh_ky": words.signer_title, "chuc_danh_lap": words.preparer_title,
        "tong": _figures(facts.totals),
        "cap": [{"ten": level_name(row["unit_level"]), **_figures(row)}
                for row in facts.units if row["scope"] == "level"],
        "don_vi_tre": [{"ten": row["unit_name"], "tre": number_text(_late(row)), **_figures(row)}
                       for row in late[:UNITS_SHOWN] if _late(row)],
        "so_don_vi_tre": sum(_late(row) > 0 for row in units),
        "linh_vuc": [{"ten": row.name, "cap": level_name(row.level),
                      **_figures(dict(zip(COLUMNS, row.figures, strict=True)))} for row in largest],
        "muc_tieu": {"tong": len(facts.goals), "dat": standings["met"], "chua_dat": standings["not_met"],
                     "theo_doi": standings["tracked"], "chua_co_so_lieu": standings["no_data"]},
        "muc_tieu_chua_dat": [_goal(goal) for goal in facts.goals if goal["standing"] == "not_met"],
        "muc_tieu_dat": [_goal(goal) for goal in facts.goals if goal["standing"] == "met"],
        "muc_tieu_khac": [_goal(goal) for goal in facts.goals if goal["standing"] in ("tracked", "no_data")],
        "nhiem_vu": {"tong": len(facts.tasks), "qua_han": len(report.overdue_tasks),
                     "xong": sum(task["standing"] == "done" for task in facts.tasks),
                     "dang_lam": sum(task["standing"] == "doing" for task in facts.tasks)},
        "nhiem_vu_qua_han": [_task(task) for task in report.overdue_tasks],
        "du_lieu": {"dong_tra_lai": number_text(sum(row["row_count"] for row in facts.findings)),
                    "so_don_vi": len({row["unit_code"] for row in facts.findings})},
        "ban_da_nop": report.locked.line if report.locked else "",
        "so_cho_khac": len(report.changes),
    }  # fmt: skip


def write_document(template: Path, values: Mapping[str, Any], target: Path) -> None:
    """Fill a template.

    Args:
        template: The template.
        values: What its placeholders stand for.
        target: The file to write.

    Raises:
        TthcError: If it is no Word file, or has a placeholder that does not exist or cannot be read; the error names
            template and placeholder.
    """
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined, TemplateError, UndefinedError
    from jinja2.sandbox import SandboxedEnvironment

    if not template.is_file():
        raise TthcError("template_missing", template=template)
    try:
        document = DocxTemplate(str(template))
        document.render(dict(values), SandboxedEnvironment(undefined=StrictUndefined), autoescape=True)
        document.save(str(target))
    except UndefinedError as error:
        named = _NAMED.search(str(error))
        name = next(filter(None, named.groups()), "") if named else str(error)
        raise TthcError("template_placeholder", template=template, name=name) from None
    except TemplateError as error:
        raise TthcError("template_broken", template=template, why=error.message or type(error).__name__) from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise TthcError("template_not_word", template=template) from error
    except Exception as error:
        # python-docx has errors of its own for a package that is no Word file, which have no common class.
        if type(error).__module__.startswith(("docx", "lxml")):
            raise TthcError("template_not_word", template=template) from error
        raise


def _late(row: Row) -> int:
    return int(row["resolved_overdue"] + row["open_overdue"])


def _figures(row: Mapping[str, Any]) -> dict[str, str]:
    """Return columns (3) to (13) and two shares as texts."""
    received = row["received_online"] + row["received_direct"]
    in_time = row["resolved_total"] - row["resolved_overdue"]
    return {
        **{name: number_text(row[column]) for column, name in NAMES.items()},
        "ty_le_dung_han": share_text(share_of(in_time, row["resolved_total"])),
        "ty_le_truc_tuyen": share_text(share_of(row["received_online"], received)),
    }


def _goal(goal: Row) -> dict[str, str]:
    return {
        "muc": goal["section"], "noi_dung": goal["wording"], "cap": level_name(goal["unit_level"]),
        "chu_tri": goal["lead_unit"], "gia_tri": _measured(goal, "value"), "phai_dat": _measured(goal, "target"),
        "ket_qua": word(f"standing_{goal['standing']}"),
    }  # fmt: skip


def _measured(goal: Row, part: str) -> str:
    value = goal[part]
    return number_text(value and int(value)) if goal["is_count"] else share_text(value)


def _task(task: Row) -> dict[str, str]:
    return {
        "ma": task["task_code"], "noi_dung": task["task"], "chu_tri": task["lead_unit"],
        "han": day_text(task["deadline_date"]), "tinh_trang": word(f"standing_{task['standing']}"),
        "ty_le": "" if task["share_done"] is None else f"{task['share_done']}%",
    }  # fmt: skip
