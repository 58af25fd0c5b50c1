"""The open data of the country: CSV and Parquet of its tables, the method note, and their audit against the provinces'.

Belongs here: writing the files from the tables, and computing their figures once more from the provinces' CSV files.
Does not belong here: building the tables (`rollup`), publishing them (`rollup_version`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from pipelines.common.errors import TthcError
from pipelines.common.i18n import LANGUAGES, catalogue, read_catalogue
from pipelines.common.sql import quote_identifier, quote_text, read_sql
from pipelines.contracts.fields import Sentence
from pipelines.country.rollup import create_scope_macros
from pipelines.country.rollup_rules import FIGURES, FORM, RollupRules
from pipelines.country.sources import Source, added
from pipelines.open_data.files import write_checksums
from pipelines.open_data.texts import mark_title, text_of
from pipelines.open_data.vintage import SYNTHETIC_NOTICE
from pipelines.open_data.vintage_store import METHOD_FILES

TEXTS = Path(__file__).parent / "texts.yml"
FILES = ("chi-tieu-toan-quoc", "tinh-hinh-giai-quyet-toan-quoc", "cac-tinh", "khong-cong")


def write_rollup_files(
    connection: duckdb.DuckDBPyConnection, folder: Path, rules: RollupRules, sources: Sequence[Source]
) -> dict[str, int]:  # fmt: skip
    """Write the tables as CSV and Parquet with notice, method note and checksums.

    Args:
        connection: The file with the tables (`rollup.build_rollup`).
        folder: A new folder.
        rules: What is added up, for the note.
        sources: Every province of the installation.

    Returns:
        Rows per CSV file.

    Raises:
        TthcError: If a figure written is not the sum of what the provinces' files say.
    """
    folder.mkdir(parents=True)
    synthetic = all(source.synthetic for source in added(sources))
    kind = quote_text("tong-hop-synthetic" if synthetic else "that")
    connection.execute(read_sql("pipelines.open_data", "sql/exact_rate_macros"))
    columns = rules.table(FORM).counts.items()
    counts = {"counts": ", ".join(f"{quote_identifier(own)} as {quote_identifier(name)}" for name, own in columns)}
    rows = {}
    for name in FILES:
        query = read_sql(__package__, f"sql/files/{name}", **(counts if name == FILES[1] else {}))
        table = f"select *, {kind} as du_lieu from ({query})"  # noqa: S608 - ours
        csv, parquet = (quote_text(str(folder / f"{name}.{ending}")) for ending in ("csv", "parquet"))
        connection.execute(f"copy ({table}) to {csv} (header, delimiter ',', dateformat '%Y-%m-%d')")
        connection.execute(f"copy ({table}) to {parquet} (format parquet, compression zstd)")
        counted = connection.execute(f"select count(*) from ({table})").fetchone()  # noqa: S608 - ours
        rows[f"{name}.csv"] = counted[0] if counted else 0
    connection.execute("drop macro exact_rate; drop macro is_faithful")  # of no use to whoever reads the file
    _audit(folder, sources)
    if synthetic:
        notice = text_of("synthetic")
        (folder / SYNTHETIC_NOTICE).write_text(f"{notice.vi}.\n{notice.en}.\n", encoding="utf-8")
    for lang, name in METHOD_FILES.items():
        (folder / name).write_text(method_note(lang, rules, sources, synthetic=synthetic), encoding="utf-8")
    write_checksums(folder)
    return rows


def _audit(folder: Path, sources: Sequence[Source]) -> None:
    """Raise TthcError if a figure of the country is not what its row says it is, by the CSV files alone."""
    read = "ma_chi_tieu, cach_tinh, ky, pham_vi, cap, tu_so::bigint as tu_so, mau_so::bigint as mau_so"
    own = " union all ".join(
        f"select {quote_text(source.code)} as province_code, {read} from {_csv(source.folder, FIGURES)}"  # noqa: S608 - ours
        for source in added(sources)
    )
    with duckdb.connect() as connection:
        create_scope_macros(connection)
        connection.execute(f"create view published_figure as {own}")
        connection.execute(
            f"create view country_figure as select {read}, so_tinh::integer as so_tinh, tinh_thieu"  # noqa: S608 - ours
            f" from {_csv(folder, FILES[0])}"
        )
        wrong = connection.execute(read_sql(__package__, "sql/audit_figures")).fetchall()
    if wrong:
        raise TthcError("rollup_audit", count=len(wrong), first=" ".join(map(str, wrong[0])))


def _csv(folder: Path | None, table: str) -> str:
    place = quote_text(str((folder or Path()) / f"{table}.csv"))
    return f"read_csv({place}, header = true, delim = ',', quote = '\"', escape = '\"', all_varchar = true)"


def method_note(lang: str, rules: RollupRules, sources: Sequence[Source], *, synthetic: bool) -> str:
    """Return what the figures are and are not, which provinces are in them, and why they give nothing away."""
    texts = read_catalogue(TEXTS)
    title = mark_title(Sentence.model_validate(texts["title"]), synthetic=synthetic)
    lines = [f"# {getattr(title, lang)}", ""]
    lines += [f"**{getattr(text_of('synthetic'), lang)}.**", ""] if synthetic else []
    lines += [
        texts[code][lang].rstrip() + "\n" for code in ("about", "tables", "procedures", "no_targets", "provinces")
    ]
    newest = max(source.closed_until or "" for source in added(sources))
    lines += [f"- {_province(texts, lang, source, newest)}." for source in sources]
    lines += ["", texts["not_added"][lang], ""]
    for one in rules.not_added:
        lines.append(f"- {', '.join(f'`{table}`' for table in one.tables)}: {getattr(one.why, lang)}.")
    lines += [f"- `{one.code}` ({one.rule}): {getattr(one.why, lang)}." for one in rules.left_out]
    lines += ["", texts["disclosure"][lang]]
    return "\n".join(lines)


def _province(texts: Mapping[str, Mapping[str, str]], lang: str, source: Source, newest: str) -> str:
    name = source.name or source.code
    if source.why_not is not None:
        why = reason(lang, source.why_not)
        return texts["province_left"][lang].format(name=name, code=source.code, why=why)
    older = texts["older"][lang] if (source.closed_until or "") < newest else ""
    return texts["province_added"][lang].format(
        name=name, code=source.code, until=source.closed_until, vintage=source.vintage, older=older
    )


def reason(lang: str, code: str) -> str:
    """Return why a province or a figure is not added, in one language."""
    assert lang in LANGUAGES
    return catalogue()[f"rollup_not_{code}"][lang]
