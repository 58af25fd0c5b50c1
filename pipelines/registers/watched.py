"""The registers and contracts in one canonical table, so that the gate can compare two versions' rules cell by cell.

Belongs here: what is watched (`registers/vietnam/watched.yml`), and every watched cell as trimmed text. Does not belong
here: what is held (`expectations/holds.sql`).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import polars as pl
import yaml
from pydantic import Field, ValidationError

from pipelines.common.errors import TthcError
from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Strict
from pipelines.contracts.model import Contract
from pipelines.registers.model import Indicator, load_indicators
from pipelines.settings import Settings

NAME = "watched.yml"
# Keys that name one mapping of a list, the first that every one of them has.
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
    """All that is compared, and why the rest is not."""

    rows: dict[str, WatchedRows]
    settings: dict[str, SettingsFile]
    not_watched: dict[str, str]


def load_watched(country: Path) -> Watched:
    """Return what the gate compares. Raises TthcError where the file is not well-formed."""
    try:
        return Watched.model_validate(read_yaml((country / NAME).read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise TthcError("holds_invalid", file=NAME, why=str(error)) from None


def watched_field_table(watched: Watched) -> pl.DataFrame:
    """One row per column that is free or a day of validity; every other one is held."""
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

    `entry` is the row's key; `field` is empty in the row that says that the entry is there, and in settings; `value` is
    null for an empty cell; `watch` says when an edit is held (held, validity, setting); `row_day`: the day that the row
    is about, null where it is about none.

    Raises:
        TthcError: watched.yml names a register or column that is not there.
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
        # The row's own being there is a cell without a name and without a value.
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

    A list of mappings that have names of their own is followed by those; any other list is one value.
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
    """Return a value as one canonical text; null and empty text are null."""
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _contract_tables(contracts: Mapping[str, Contract]) -> dict[str, pl.DataFrame]:
    """Return the contracts as rows: each source, each of its fields, each of its rules.

    Of a list of codes the codes count, not their names.
    """
    told = {source: contract.model_dump(mode="json") for source, contract in sorted(contracts.items())}
    fields = [
        {"source": source, **field, "codes": sorted(field["codes"]) if field["codes"] else None}
        for source, contract in told.items()
        for field in contract["fields"]
    ]
    rules = [{"source": source, **rule} for source, contract in told.items() for rule in contract["rules"]]
    whole = [{k: v for k, v in contract.items() if k not in ("fields", "rules")} for contract in told.values()]
    return {"contract": _frame(whole), "contract_field": _frame(fields), "contract_rule": _frame(rules)}


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        [{name: _text(value) for name, value in row.items()} for row in rows], infer_schema_length=None
    )  # fmt: skip


def formula_table(indicators: Iterable[Indicator], metrics: Path) -> pl.DataFrame:
    """Return one row per indicator and rule: the hash of its computation.

    Hashed are how the register says that it is computed and the SQL of its cases and of its own model, where it has
    them, without comments and line breaks. What macros, the models that all indicators share and the tables that they
    read do is not in it.
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
