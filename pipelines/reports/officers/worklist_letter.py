"""The reminder letter of one unit ("phiếu đôn đốc"), from a Word template that officers edit.

Belongs here: what the placeholders of the template stand for. Does not belong here: filling one (`documents`), the
template's wording.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.registers.report_words import ReportWords
from pipelines.registers.worklist import Worklist
from pipelines.reports.officers.documents import write_document
from pipelines.reports.officers.facts import Row
from pipelines.reports.officers.words import NOTHING, day_text, number_text, word
from pipelines.reports.officers.worklist_book import portal_text

LETTER_TEMPLATE = "phieu-don-doc.docx"
# Counts by the names that the template uses.
COUNTS = {
    "dang_mo": "open", "qua_han": "overdue", "den_han": "due_today", "sap_den_han": "due_soon",
    "cho_bo_sung_lau": "waiting_long", "lech_cong": "disagreeing", "chua_xin_loi": "without_letter",
}  # fmt: skip


def letter_values(
    counts: Row, dossiers: Sequence[Row], *, run: Row, words: ReportWords, register: Worklist,
    statuses: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    """Return what the placeholders of the letter stand for (docs/worklist.md lists them).

    Args:
        counts: How many of the unit's open dossiers stand how.
        dossiers: Those to do something about.
        run: The row of `dim_run`.
        words: Who writes and who signs.
        register: Days to explain, days ahead, and how many dossiers are named.
        statuses: Names of statuses by code.
    """
    late = [row for row in dossiers if row["category"] == "overdue"]
    worst = sorted(late, key=lambda row: (row["due_date"], row["dossier_code"]))[: register.letter.dossiers]
    return {
        "don_vi": counts["unit_name"], "ma_don_vi": counts["unit_code"],
        "ngay_so_lieu": day_text(run["as_of"]), "phien_ban": run["version"], "nam": run["as_of"].year,
        "canh_bao": word("synthetic") if run["is_synthetic"] else "",
        "don_vi_bao_cao": words.reporting_unit, "noi_lap": words.place, "chuc_danh_ky": words.signer_title,
        "so": {name: number_text(counts[column]) for name, column in COUNTS.items()},
        "co_lech_cong": bool(counts["has_portal"] and counts["disagreeing"]),
        "so_ngay_sap_den_han": register.soon_days, "so_ngay_giai_trinh": register.letter.explain_days,
        "so_ho_so_neu_ten": len(worst),
        "ho_so": [_named(number, row, statuses) for number, row in enumerate(worst, start=1)],
    }  # fmt: skip


def _named(number: int, row: Row, statuses: Mapping[str, str]) -> dict[str, str]:
    left = row["working_days_left"]
    return {
        "stt": str(number), "ma": row["dossier_code"], "thu_tuc": row["procedure_name"] or row["procedure_code"],
        "hen_tra": day_text(row["due_date"]), "tre": NOTHING if left is None else number_text(-left),
        "phong_ban": row["department"] or NOTHING, "trang_thai": statuses.get(str(row["status_code"]), NOTHING),
        "cong_quoc_gia": portal_text(row) or NOTHING, "viec": row["action_vi"],
    }  # fmt: skip


def write_letter(template: Path, values: Mapping[str, Any], target: Path) -> None:
    """Write the letter.

    Raises:
        TthcError: If the template is missing or wrong; the error names it and the placeholder.
    """
    write_document(template, values, target)
