"""Texts of the XLSX edition's first sheet and of its list of columns.

Belongs here: lines of text from the register and `texts.yml`, each in both languages. Does not belong here: cells and
formats (`workbook`).
"""

from pipelines.contracts.fields import Sentence
from pipelines.open_data.metadata.model import DescribedColumn, DescribedTable, Description
from pipelines.open_data.texts import join_sentences, text_of

HEADINGS = ("column_table", "column_name", "column_title_vi", "column_title_en", "column_type", "column_unit",
            "column_key", "column_required", "column_codes")  # fmt: skip
YES = "✓"


def readme_lines(description: Description, sheets: dict[str, list[str]]) -> list[list[str]]:
    """Return the lines of the first sheet: label, Vietnamese, English; a table has one line per sheet.

    Args:
        description: The description of the vintage.
        sheets: Names of the sheets of each table.
    """
    dataset, vintage, publisher = description.dataset, description.vintage, description.publisher
    lines = [_line("", description.title)]
    lines += [_line("", text_of("synthetic"))] if vintage.synthetic else []
    lines += [
        _line("", dataset.description),
        _line("place", description.place),
        _line("vintage", _same(vintage.name)),
        _line("until", _same(vintage.last_day or "–")),
        _line("publisher", join_sentences(publisher.name, publisher.note)),
        _line("licence", join_sentences(description.licence.text, description.licence.note)),
        *(_line("sources", source) for source in dataset.sources),
        _line("frequency", dataset.frequency),
        _line("tables", text_of("sheets_note")),
    ]
    for table in description.tables:
        counted = join_sentences(table.title, _same(str(table.rows)))
        lines += [[f"internal:'{name}'!A1", f"{counted.vi} {text_of('rows').vi}", f"{counted.en} {text_of('rows').en}"]
                  for name in sheets[table.name]]  # fmt: skip
    lines.append(_line("", text_of("flags_note")))
    flags = next(code_list for code_list in dataset.code_lists if code_list.name == "co")
    return [*lines, *([code.code, code.name.vi, code.name.en] for code in flags.codes)]


def column_lines(description: Description) -> list[list[str]]:
    """Return the lines of the list of columns: a heading, then every column of every table."""
    headings = [f"{text_of(code).vi}\n{text_of(code).en}" for code in HEADINGS]
    return [headings, *(_of(table, column) for table in description.tables for column in table.columns)]


def _of(table: DescribedTable, column: DescribedColumn) -> list[str]:
    codes = "; ".join(f"{code.code} = {code.name.vi} / {code.name.en}" for code in column.codes)
    unit = f"{column.unit.vi} / {column.unit.en}" if column.unit else ""
    return [table.name, column.name, column.title.vi, column.title.en, column.type, unit,
            YES if column.name in table.key else "", YES if column.required else "", codes]  # fmt: skip


def _line(label: str, sentence: Sentence) -> list[str]:
    return [f"{text_of(label).vi}\n{text_of(label).en}" if label else "", sentence.vi, sentence.en]


def _same(text: str) -> Sentence:
    return Sentence(vi=text, en=text)
