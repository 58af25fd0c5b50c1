"""The search index of a language, as a script: every office, level, field, indicator and page.

Belongs here: the entries. A script is used instead of JSON, so that search works from a local folder without requests.
Does not belong here: matching (assets/search.js).
"""

import json
from collections.abc import Iterator

from pipelines.site.fields import Field
from pipelines.site.numbers import date
from pipelines.site.vintage_reader import VintageReader

NAME = "tim-{lang}.js"
# Pages without a subject of their own: address and the code of their heading in texts.yml.
PAGES = {
    "ke-hoach.html": "plan_title", "tai-ve.html": "data_page_title", "cach-tinh.html": "method_title",
    "chi-tieu.html": "defs_title", "thay-doi.html": "changes_title", "linh-vuc/index.html": "fields_title",
    "kham-pha.html": "explore_title", "ban-do.html": "map_title",
}  # fmt: skip


def search_script(
    vintage: VintageReader, every_field: list[Field], catalogue: dict[str, dict[str, str]], lang: str
) -> str:
    """Return the script; each entry has kind, name, note, code and address within the language.

    Args:
        vintage: The vintage.
        every_field: All fields.
        catalogue: The texts of the site.
        lang: `vi` or `en`.
    """
    entries = [
        list(entry)
        for entry in _entries(
            vintage, every_field, {code: sentence[lang] for code, sentence in catalogue.items()}, lang
        )
    ]
    return f"globalThis.tthcPages = {json.dumps(entries, ensure_ascii=False, separators=(',', ':'))};\n"


def _entries(
    vintage: VintageReader, every_field: list[Field], words: dict[str, str], lang: str
) -> Iterator[tuple[str, str, str, str, str]]:
    units = [unit for unit in vintage.units.values() if unit.code != vintage.province.code]
    for unit in sorted(units, key=lambda unit: (unit.has_ended, unit.name, unit.code)):
        parent = vintage.above(unit)
        above = parent.bare if parent is not None else ""
        until = words["find_until"].format(day=date(unit.valid_to, lang)) if unit.has_ended else ""
        beside = " · ".join(part for part in (above, until) if part)
        yield "don-vi", unit.short, beside, unit.code, f"co-quan/{unit.code}.html"
    for level in vintage.levels:
        yield "cap", words[f"level_{level}"], "", "", f"cap/{level}.html"
    for field in every_field:
        yield "linh-vuc", field.name, words["field_kind"], field.code, f"linh-vuc/{field.address}.html"
    for address, heading in PAGES.items():
        yield "trang", words[heading], "", "", address
    for code in dict.fromkeys(code for code, _ in vintage.catalogue):
        row = next(row for (listed, _), row in vintage.catalogue.items() if listed == code)
        yield "chi-tieu", row[f"ten_{lang}"], words["col_indicator"], code, f"chi-tieu.html#{code}"
