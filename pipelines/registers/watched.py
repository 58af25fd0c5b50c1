"""Registers and contracts as one table of cells, so that the gate can compare the rules of two versions.

Belongs here: which registers are compared (`registers/vietnam/watched.yml`), and every compared cell as trimmed text.
Does not belong here: what is held (`expectations/holds.sql`).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import Field

from pipelines.common.errors import TthcError
from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Strict
from pipelines.contracts.model import Contract
from pipelines.registers.model import Indicator, load_indicators
from pipelines.registers.yaml_register import read_register
from pipelines.settings import Settings

NAME = "watched.yml"
# Keys that identify the mappings of a list: the first of them that all mappings have.
NAMED_BY = ("code", "name", "source", "suffix")
PARTS = "|"
ENTRY = {
    "register": pl.String, "entry": pl.String, "field": pl.String, "value": pl.String, "watch": pl.String,
    "row_day": pl.Date, "moves": pl.String,
}  # fmt: skip
FIELD = {"register": pl.String, "field": pl.String, "watch": pl.String, "moves": pl.String}
# A hash with digits can look like a phone number, which no published table may hold.
LETTERS = str.maketrans("0123456789", "ghijklmnop")
COMMENTS = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)


class WatchedRows(Strict):
    """How the rows of one register are compared; see the comments of `watched.yml`."""

    key: tuple[str, ...] = Field(min_length=1)
    free: tuple[str, ...] = ()
    validity: tuple[str, ...] = ()
    day: str | None = None
    moves: Literal["indicator", "source", "all", "none"] = "none"


class SettingsFile(Strict):
    """A YAML file below `registers/`, of the country or the province, that is compared value by value."""

    of: Literal["country", "province"]
    free: tuple[str, ...] = ()


class Watched(Strict):
    """All registers that are compared, and why the others are not."""

    rows: dict[str, WatchedRows]
    settings: dict[str, SettingsFile]
    not_watched: dict[str, str]


def load_watched(country: Path) -> Watched:
    """Return the registers that the gate compares.

    Raises:
        TthcError: If the file is not well-formed.
    """
    return read_register(country / NAME, Watched)


def watched_field_table(watched: Watched) -> pl.DataFrame:
    """Return one row per column that is part of the key, free, or a day of validity; edits of others are held."""
    rows = [
        (register, field, watch, rule.moves)
        for register, rule in watched.rows.items()
        for watch, fields in (("key", rule.key), ("free", rule.free), ("validity", rule.validity))
        for field in fields
    ]
    return pl.DataFrame(rows, schema=FIELD, orient="row")


def entry_table(
    settings: Settings, watched: Watched, tables: Mapping[str, pl.DataFrame], contracts: Mapping[str, Contract]
) -> pl.DataFrame:
    """Return one row per watched cell, sorted.

    `entry` is the row's key; `field` is '' in the row that stands for the entry itself, and in settings; `value` is
    null for an empty cell; `watch` says when an edit is held (held, validity, setting); `row_day` is the day of the
    row, null if it has none.

    Args:
        settings: The installation.
        watched: Which registers are compared.
        tables: Registers as tables, by name.
        contracts: All contracts, by source.

    Raises:
        TthcError: If watched.yml names an unknown register or column.
    """
    metrics = settings.dbt_project_dir / "models" / "metrics"
    formulas = formula_table(load_indicators(settings.country_dir), metrics)
    known = {**tables, **_contract_tables(contracts), "formula": formulas}
    parts = [
        _cells(register, rule, known[register]) for register, rule in watched.rows.items() if register in known
    ]  # fmt: skip
    for name, file in watched.settings.items():
        folder = settings.province_dir if file.of == "province" else settings.country_dir
        path = folder / f"{name}.yml"
        content = read_yaml(path.read_text(encoding="utf-8"))
        cells = [(name, PARTS.join(at), "", value) for at, value in _leaves(content, (), frozenset(file.free))]
        schema = {column: ENTRY[column] for column in ("register", "entry", "field", "value")}
        frame = pl.DataFrame(cells, schema=schema, orient="row")
        parts.append(frame.with_columns(watch=pl.lit("setting"), row_day=None, moves=pl.lit("none")))
    columns = [pl.col(column).cast(kind) for column, kind in ENTRY.items()]
    return pl.concat([part.select(columns) for part in parts]).sort("register", "entry", "field")


def _cells(register: str, rule: WatchedRows, frame: pl.DataFrame) -> pl.DataFrame:
    named = {*rule.key, *rule.free, *rule.validity, *([rule.day] if rule.day else [])}
    if unknown := sorted(named - set(frame.columns)):
        raise TthcError("holds_invalid", file=NAME, why=f"{register}: {', '.join(unknown)}")
    text = frame.with_columns(pl.col(name).cast(pl.String).str.strip_chars() for name in frame.columns)
    keyed = text.select(
        pl.lit(register).alias("register"),
        pl.concat_str([pl.col(name).fill_null("") for name in rule.key], separator=PARTS).alias("entry"),
        (pl.col(rule.day) if rule.day else pl.lit(None, pl.String)).str.to_date().alias("row_day"),
        pl.lit(rule.moves).alias("moves"),
        # The existence of the row is a cell without name and value.
        pl.lit(None, pl.String).alias(""),
        *(pl.col(name) for name in frame.columns if name not in (*rule.key, *rule.free)),
    )
    cells = keyed.unpivot(index=["register", "entry", "row_day", "moves"], variable_name="field", value_name="value")
    return cells.with_columns(
        value=pl.when(pl.col("value") != "").then("value"),
        watch=pl.when(pl.col("field").is_in(rule.validity)).then(pl.lit("validity")).otherwise(pl.lit("held")),
    )


def _leaves(node: Any, path: tuple[str, ...], free: frozenset[str]) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Yield every value of a YAML file with its path.

    Mappings in a list are addressed by their names if they have unique ones; any other list is one value.
    """
    if isinstance(node, Mapping):
        for key, below in node.items():
            if key not in free:
                yield from _leaves(below, (*path, str(key)), free)
    elif isinstance(node, list) and (name := _name_of_each(node)):
        for below in node:
            yield from _leaves(below, (*path, str(below[name])), free)
    else:
        yield path, _text(node)


def _name_of_each(nodes: list[Any]) -> str | None:
    if not nodes or not all(isinstance(node, Mapping) for node in nodes):
        return None
    names = (name for name in NAMED_BY if all(name in node for node in nodes))
    return next((name for name in names if len({str(node[name]) for node in nodes}) == len(nodes)), None)


def _text(value: Any) -> str | None:
    """Return a value as canonical text; None for null and empty text."""
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _contract_tables(contracts: Mapping[str, Contract]) -> dict[str, pl.DataFrame]:
    """Return the contracts as tables of sources, fields and rules; of code lists only the codes, not their names."""
    dumped = {source: contract.model_dump(mode="json") for source, contract in sorted(contracts.items())}
    fields = [
        {"source": source, **field, "codes": sorted(field["codes"]) if field["codes"] else None}
        for source, contract in dumped.items()
        for field in contract["fields"]
    ]
    rules = [{"source": source, **rule} for source, contract in dumped.items() for rule in contract["rules"]]
    whole = [{k: v for k, v in contract.items() if k not in ("fields", "rules")} for contract in dumped.values()]
    return {"contract": _frame(whole), "contract_field": _frame(fields), "contract_rule": _frame(rules)}


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        [{name: _text(value) for name, value in row.items()} for row in rows], infer_schema_length=None
    )  # fmt: skip


def formula_table(indicators: Iterable[Indicator], metrics: Path) -> pl.DataFrame:
    """Return one row per indicator and rule with the hash of its computation.

    The hash covers `computed` and `case_of` of the register and the SQL of the indicator's own models, without comments
    and line breaks; macros, shared models and the tables that they read are not covered.
    """
    rows: dict[tuple[str, str], str] = {}
    for indicator in indicators:
        name = f"{indicator.code}__{indicator.rule}"
        paths = (metrics / "indicators" / f"ind_{name}.sql", metrics / "cases" / f"case_{name}.sql")
        sql = [path.read_text(encoding="utf-8") for path in paths if path.is_file()]
        plain = " ".join(COMMENTS.sub(" ", "\n".join([indicator.computed, indicator.case_of, *sql])).split())
        rows[indicator.code, indicator.rule] = hashlib.sha256(plain.encode()).hexdigest()[:16].translate(LETTERS)
    cells = [(*key, computation) for key, computation in sorted(rows.items())]
    return pl.DataFrame(
        cells, schema=dict.fromkeys(("indicator_code", "rule", "computation"), pl.String), orient="row"
    )  # fmt: skip
