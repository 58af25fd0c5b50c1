"""`make docs`: writes the parts of docs/ that are made from contracts and registers; a test keeps them current.

Belongs here: turning data files into Markdown tables. What people write by hand stays in the other files.
"""

from pathlib import Path

from pipelines.contracts import Contract, ContractField, load_contracts
from pipelines.registers import load_indicators, target_table
from pipelines.settings import PROJECT_DIR, Settings

NOTE = "<!-- Made by `make docs` from {origin}; do not edit by hand. -->\n\n"
PERSONAL = {None: "", "drop": "never enters the lake", "pseudonym": "only as a keyed pseudonym"}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _values(field: ContractField) -> str:
    return ", ".join(f"`{code}` {name}" for code, name in (field.codes or {}).items())


def _source(contract: Contract) -> str:
    lines = [
        f"## `{contract.source}` — {contract.title.vi} / {contract.title.en}\n",
        f"Hạt / grain: {contract.grain.vi} / {contract.grain.en}.\n",
        f"Key: {', '.join(f'`{name}`' for name in contract.key)}. Newest by: "
        + (f"`{contract.newness}`, else the business day.\n" if contract.newness else "the business day.\n"),
        "| field | type | | meaning | values | personal | other headers |",
        "|---|---|---|---|---|---|---|",
    ]
    for f in contract.fields:
        key = "**required**" if f.required else ""
        meaning = _cell(f"{f.description.vi} / {f.description.en}")
        others = ", ".join(f.aliases)
        lines.append(
            f"| `{f.name}` | {f.type} | {key} | {meaning} | {_values(f)} | {PERSONAL[f.personal]} | {others} |"
        )
    if contract.rules:
        lines += ["", "| rule | a row is rejected, and how to mend it |", "|---|---|"]
        lines += [f"| `{r.code}` | {_cell(r.mend.vi)} / {_cell(r.mend.en)} |" for r in contract.rules]
    return "\n".join(lines) + "\n"


def sources_page(settings: Settings) -> str:
    """docs/sources.md: every source with its fields and row rules."""
    contracts = load_contracts(settings.contracts_dir).values()
    head = "# Sources / Các nguồn\n\n" + NOTE.format(origin="contracts/")
    return head + "\n".join(_source(contract) for contract in contracts)


def indicators_page(settings: Settings) -> str:
    """docs/indicators.md: every indicator with what is counted over what, and its targets."""
    targets = target_table(settings.registers_dir / settings.province).to_dicts()
    lines = ["# Indicators / Chỉ tiêu\n", NOTE.format(origin="registers/").rstrip(), ""]
    for i in load_indicators(settings.registers_dir / "vietnam"):
        lines += [
            f"## `{i.code}` (rule `{i.rule}`) — {i.name.vi} / {i.name.en}\n",
            f"- Tử số / numerator: {i.numerator.vi} / {i.numerator.en}",
            f"- Mẫu số / denominator: {i.denominator.vi} / {i.denominator.en}",
            f"- Căn cứ / basis: {i.legal_basis}",
        ]
        for t in (t for t in targets if (t["indicator_code"], t["rule"]) == (i.code, i.rule)):
            level = "mọi cấp và toàn tỉnh / every level and the province" if t["unit_level"] == "*" else t["unit_level"]
            span = f"{t['valid_from']} – {t['valid_to'] or '…'}"
            lines.append(f"- Mục tiêu / target ({level}, {span}): ≥ {t['target']:.0%} — {t['plan_line']}")
        lines.append("")
    return "\n".join(lines)


PAGES = {"sources.md": sources_page, "indicators.md": indicators_page}


def main() -> None:
    """Writes every page."""
    folder: Path = PROJECT_DIR / "docs"
    for name, page in PAGES.items():
        (folder / name).write_text(page(Settings()), encoding="utf-8")


if __name__ == "__main__":
    main()
