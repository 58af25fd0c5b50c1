"""Write docs/indicators.md: what is counted over what, both rules side by side, and how Decision 766 gives points.

Belongs here: turning the registers into that page. The other pages are in `docs`.
"""

from pathlib import Path
from typing import Any

from pipelines.registers.model import Indicator, load_indicators, target_table
from pipelines.registers.scores import load_groups
from pipelines.settings import Settings
from scripts.markdown import NOTE, cell, code

ORIGINS = {
    "transactions": "giao dịch / transactions", "procedures": "danh mục thủ tục / the list of procedures",
    "reported": "số liệu đơn vị báo cáo / figures that units report",
    "tasks": "tiến độ nhiệm vụ / progress on tasks", "publication": "danh mục công bố / the publication register",
}  # fmt: skip
INDICATORS_HEAD = """\
Mỗi chỉ tiêu là tử số trên mẫu số theo một cách tính. `plan`: cách hiểu của kho này về kế hoạch, gần Biểu số II.06a.
`766`: Quyết định 766/QĐ-TTg. Hai cách cho hai con số khác nhau và đứng cạnh nhau; bảng `rule_differences` cho biết khác
ở hồ sơ nào. Nguồn ghi ở "từ" mà chưa giao lần nào thì chỉ tiêu để trống, không phải là 0. Thuật ngữ:
[glossary.md](glossary.md).

Each indicator is a numerator over a denominator under one rule. `plan`: this warehouse's reading of the plan, near form
II.06a. `766`: Decision 766/QĐ-TTg. The two differ and stand side by side; the table `rule_differences` says in which
dossiers. Where a source under "from" never came the indicator is empty, not 0. Terms: [glossary.md](glossary.md).
"""
SCORE_HEAD = """\
## Điểm theo Quyết định 766/QĐ-TTg / Points under Decision 766

Điểm = điểm tối đa × tỷ lệ / mức đủ điểm, không quá điểm tối đa. Nhóm có chỉ số chưa tính được thì chưa có điểm nhóm.
Điểm tối đa và mức đủ điểm lấy từ bản chép tài liệu mô tả, chưa đối chiếu với văn bản gốc (registers/README.md).
Cách đọc và so với số đang công bố: [decision-766.md](decision-766.md).

Points = most points × fraction / full at, and no more than the most. A group of which a component is not known has no
score. Maxima and thresholds are from a transcription, not compared with the decision's text (registers/README.md).
How to read them, and against the live scores: [decision-766.md](decision-766.md).
"""


def _rules(rules: list[Indicator]) -> list[str]:
    """Return one indicator under each of its rules, side by side."""
    facts = {
        "tên / name": [f"{i.name.vi} / {i.name.en}" for i in rules],
        "tử số / numerator": [f"{i.numerator.vi} / {i.numerator.en}" for i in rules],
        "mẫu số / denominator": [f"{i.denominator.vi} / {i.denominator.en}" for i in rules],
        "từ / from": [f"{ORIGINS[i.origin]}: {code(*i.needs)}".removesuffix(": ") for i in rules],
        "căn cứ / basis": [i.legal_basis for i in rules],
    }
    if any(i.matures for i in rules):
        rising = "có thể tăng sau khi kỳ kết thúc / may rise after its period has closed"
        facts["còn tăng / matures"] = [rising if i.matures else "" for i in rules]
    for i in rules:
        if fields := [need for need in i.needs if "." in need]:
            never = i.computed == "missing"
            title = "chưa tính được / cannot be computed" if never else "chưa biết đến khi / unknown until"
            said = (
                "không nguồn nào có / no source has" if never else "có dòng đầu tiên ghi / the first row with each of"
            )
            facts[title] = [f"{said} {code(*fields)}" if of is i else "" for of in rules]
    head = "| | " + " | ".join(f"cách tính / rule `{i.rule}`" for i in rules) + " |"
    rows = ["| " + " | ".join([name, *map(cell, cells)]) + " |" for name, cells in facts.items()]
    return [head, "|---" * (len(rules) + 1) + "|", *rows, ""]


def _targets(targets: list[dict[str, Any]]) -> list[str]:
    if not targets:
        return ["Theo dõi, kế hoạch không đặt mục tiêu / tracked, the plan sets no target.", ""]
    lines = []
    for t in targets:
        level = "mọi cấp và toàn tỉnh / every level and the province" if t["unit_level"] == "*" else t["unit_level"]
        span = f"{t['valid_from']} – {t['valid_to'] or '…'}"
        lines.append(f"- Mục tiêu / target ({level}, {span}): ≥ {t['target']:.0%} — {t['plan_line']}")
    return [*lines, ""]


def _score(country: Path) -> list[str]:
    """Return the components of Decision 766: most points, and which fraction earns them."""
    lines = [SCORE_HEAD, "| chỉ số / component | điểm tối đa / most points | đủ điểm từ / full at | tính từ / fed by |",
             "|---|---|---|---|"]  # fmt: skip
    for group in load_groups(country):
        lines.append(f"| **{group.code}** {group.name.vi} / {group.name.en} | **{group.max_points:g}** | | |")
        for c in group.components:
            fed = f"`{c.indicator}` (`{c.rule}`)" if c.indicator else f"chưa có / none: {c.missing}"
            fed += f" × `{c.factor}` (`{c.rule}`)" if c.factor else ""
            fed += "" if c.points_if_empty is None else f"; mẫu số 0 / nothing to count: {c.points_if_empty:g}"
            lines.append(f"| {c.code} {c.name.vi} / {c.name.en} | {c.max_points:g} | {c.full_at:.0%} | {cell(fed)} |")
    return lines


def indicators_page(settings: Settings) -> str:
    """docs/indicators.md: every indicator, both rules side by side, its targets; then the points of Decision 766."""
    country = settings.registers_dir / "vietnam"
    targets = target_table(settings.registers_dir / settings.province).to_dicts()
    indicators = load_indicators(country)
    lines = ["# Indicators / Chỉ tiêu\n", NOTE.format(origin="registers/").rstrip(), "", INDICATORS_HEAD]
    for name in dict.fromkeys(i.code for i in indicators):
        rules = [i for i in indicators if i.code == name]
        lines += [f"## `{name}` — {rules[0].name.vi} / {rules[0].name.en}\n", *_rules(rules)]
        lines += _targets([t for t in targets if t["indicator_code"] == name])
    return "\n".join([*lines, *_score(country)]) + "\n"
