"""What the models know of contracts, indicators and levels of offices: macros that `make docs` writes.

dbt cannot read any of them while it parses. Belongs here: what has to stand in the macros, and refusing to compute
where they say something else, since a lookup that only the contract has would let rows count that should not. Does not
belong here: their text (`scripts.dbt_sources`, `scripts.dbt_indicators`, `scripts.dbt_levels`).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.common.errors import TthcError
from pipelines.contracts.model import Contract, untold_fields
from pipelines.registers.levels import Levels
from pipelines.registers.model import Indicator
from pipelines.settings import Settings
from pipelines.transform.dbt_macros import render_sql

# Where `dossier_row` puts the unit that a row names.
UNIT_BY_NAME = "unit_by_name"
WAYS = ("by_day", "by_period", "model")


def contract_terms(contracts: Mapping[str, Contract]) -> dict[str, dict[str, Any]]:
    """Return by source what decides which of its rows count (dbt_project/macros/contract_terms.sql)."""
    untold = untold_fields(contracts)
    return {
        source: {
            name: value
            for name, value in (
                ("key", list(contract.key)),
                ("newness", contract.newness),
                ("tombstone", contract.tombstone),
                ("lookups", [
                    {"field": one.field, "relation": one.relation, "column": one.column, "reason": one.reason}
                    for one in contract.lookups
                ]),
                ("subject", _subject(contract)),
                ("untold", untold.get(source)),
            )
            if value
        }
        for source, contract in contracts.items()
    }  # fmt: skip


def _subject(contract: Contract) -> dict[str, Any] | None:
    if contract.subject is None:
        return None
    named = {name for name, field in contract.by_name.items() if field.unit_name}
    unit = [UNIT_BY_NAME if name in named else name for name in contract.subject.unit]
    return {name: value for name, value in (("unit", unit), ("dossier", contract.subject.dossier)) if value}


def computed_indicators(indicators: Iterable[Indicator]) -> dict[str, list[dict[str, str | bool]]]:
    """Return by way of computing the indicators that the models loop over (macros/indicators_computed.sql)."""
    listed = list(indicators)
    # Definitions of one indicator that follow each other are computed in one way; where one of them matures, all may.
    maturing = {(i.code, i.rule) for i in listed if i.matures}
    ways: dict[str, dict[tuple[str, str], dict[str, str | bool]]] = {way: {} for way in WAYS}
    for i in listed:
        if i.computed in ways:
            key = (i.code, i.rule)
            ways[i.computed][key] = {
                "code": i.code, "rule": i.rule, "case_of": i.case_of, "matures": key in maturing,
            }  # fmt: skip
    return {way: list(of_way.values()) for way, of_way in ways.items()}


def level_terms(levels: Levels) -> dict[str, list[dict[str, str]]]:
    """Return the levels of offices, the highest first (dbt_project/macros/levels.sql)."""
    return {"levels": [{"code": code} for code in levels.codes]}


def require_current(
    settings: Settings, contracts: Mapping[str, Contract], indicators: Iterable[Indicator], levels: Levels
) -> None:
    """Check that the macros say what contracts and registers say.

    Raises:
        TthcError: If they do not: `make docs` was not run after an edit.
    """
    wanted: dict[str, tuple[str, Mapping[str, Any]]] = {
        "contracts": ("contract_terms()", contract_terms(contracts)),
        "indicators": (f"dict({', '.join(f'{way}=indicators_computed({way!r})' for way in WAYS)})",
                       computed_indicators(indicators)),
        "levels": ("dict(levels=levels())", level_terms(levels)),
    }  # fmt: skip
    for what, (call, expected) in wanted.items():
        found = json.loads(render_sql(settings.dbt_project_dir, f"{{{{ {call} | tojson }}}}"))
        if found != json.loads(json.dumps(expected)):
            names = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
            raise TthcError("macros_outdated", what=what, names=", ".join(names))
