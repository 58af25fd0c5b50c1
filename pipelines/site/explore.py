"""What the page of exploring knows of the open data, as a script: tables, columns, names of codes, what may be added.

Belongs here: these facts, from the publication register and the code lists of the vintage. The rows themselves are read
in the browser from the published Parquet files, so that nothing is said twice. Does not belong here: filtering, sorting
and grouping (assets/explore-query.js), the page (templates/explore.html.j2).
"""

import json
from pathlib import Path
from typing import Any

from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Strict
from pipelines.registers.publication import Column, PublicationRegister, Table
from pipelines.site.downloads import Download
from pipelines.site.periods import Period
from pipelines.site.vintage_reader import VintageReader

NAME = "kham-pha-{lang}.js"
WORDS = "explore_script_"  # prefix of the sentences that the scripts say
HIDDEN_ROLES = ("flag",)
HIDDEN_COLUMNS = ("dau", "pham_vi")  # shown with the figure, or the same in most rows
PROTECTED = "sdc1"


class Start(Strict):
    """The table and the question with which the page opens; `{period}` is the headline period."""

    table: str
    question: str


class Explore(Strict):
    """The content of explore.yml; `adds_up`: per table the key columns along which its counts may be added."""

    start: Start
    adds_up: dict[str, tuple[str, ...]]


def load_explore() -> Explore:
    """Return the content of explore.yml.

    Raises:
        pydantic.ValidationError: If it is not well-formed; the error names the wrong key.
    """
    return Explore.model_validate(read_yaml((Path(__file__).parent / "explore.yml").read_text(encoding="utf-8")))


def explorable(register: PublicationRegister, offered: list[Download]) -> list[tuple[Table, Download]]:
    """Return the tables whose rows a browser can read, with their Parquet files, in the register's order."""
    files = {file.name: file for file in offered}
    return [(table, files[table.parquet_name]) for table in register.tables if table.parquet_name in files]


def explore_script(vintage: VintageReader, register: PublicationRegister, offered: list[Download],
                   words: dict[str, dict[str, str]], lang: str) -> str:  # fmt: skip
    """Return the script of a language.

    Args:
        vintage: The vintage.
        register: What is published.
        offered: The open-data files.
        words: The texts of the site.
        lang: `vi` or `en`.
    """
    explore = load_explore()
    names = _names(vintage, register, lang)
    period = vintage.headline.code if vintage.headline else ""
    facts = {
        "start": {
            "table": explore.start.table,
            "question": explore.start.question.format(period=period) if period else "",
        },
        "tables": [
            _table(table, file, explore.adds_up.get(table.name, ()), lang)
            for table, file in explorable(register, offered)
        ],
        "names": names,
        "protected": sorted("~".join(key) for key, row in vintage.catalogue.items() if row["bao_mat"] == PROTECTED),
        "flags": {code: words[f"flag_{code}"][lang] for code in register.code_list("co").names},
        "words": {code.removeprefix(WORDS): said[lang] for code, said in words.items() if code.startswith(WORDS)},
    }
    return f"globalThis.tthcExplore = {json.dumps(facts, ensure_ascii=False, separators=(',', ':'))};\n"


def _table(table: Table, file: Download, adds_up: tuple[str, ...], lang: str) -> dict[str, Any]:
    is_exact = table.disclosure in ("exact", "by_indicator")
    return {
        "name": table.name, "title": getattr(table.title, lang), "about": getattr(table.description, lang),
        "file": file.name, "bytes": file.bytes, "disclosure": table.disclosure, "key": table.key,
        "adds": adds_up if is_exact else (), "columns": [_column(table, column, lang) for column in table.columns],
    }  # fmt: skip


def _column(table: Table, column: Column, lang: str) -> dict[str, Any]:
    kind, _, place = (column.values or "").partition(":")
    of = next((other.name for other in table.columns if column.name in other.of), None)
    named = place if kind == "codes" or (kind == "table" and place != "don-vi.ten_don_vi") else ""
    has_own_name = column.name == "ma_don_vi" and any(other.name == "ten_don_vi" for other in table.columns)
    return {
        "name": column.name, "title": getattr(column.title, lang), "type": column.type, "role": column.role,
        "percent": column.unit is not None and column.unit.en == "per cent", "names": named,
        "coded": has_own_name, "flag": of,
        "hidden": column.role in HIDDEN_ROLES or column.name in HIDDEN_COLUMNS or column is table.columns[-1],
    }  # fmt: skip


def _names(vintage: VintageReader, register: PublicationRegister, lang: str) -> dict[str, dict[str, str]]:
    """Return the names of codes: of each code list, and of the published tables that others refer to."""
    lists = {
        one.name: {code: getattr(name, lang) for code, name in one.names.items()} for one in register.dataset.code_lists
    }
    components = vintage.data.rows("thanh-phan-766")
    title = "ten" if lang == "vi" else "ten_tieng_anh"
    return lists | {
        "ky.ky": {period.code: _period_name(period, lang) for period in vintage.periods},
        "don-vi.ma_don_vi": {code: unit.full for code, unit in vintage.units.items()},
        "danh-muc-chi-tieu.ma_chi_tieu": {code: row[f"ten_{lang}"] for (code, _), row in vintage.catalogue.items()},
        "thanh-phan-766.thanh_phan": {row["thanh_phan"]: f"{row['thanh_phan']} {row[title]}" for row in components},
    }


def _period_name(period: Period, lang: str) -> str:
    name = period.name(lang)
    return name[:1].upper() + name[1:]
