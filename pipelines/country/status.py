"""How all provinces of an installation stand, one line each.

Belongs here: reading them one after the other, so that a province that cannot be read is a line that says so. Does not
belong here: the status of one province (`reports.status`), printing (`cli.country`).
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pipelines.common.errors import TthcError
from pipelines.country.provinces import Installation, province_of
from pipelines.reports.status import read_status

KEPT = ("version", "as_of", "synthetic", "age_working_days", "is_stale", "ending")


def read_statuses(installation: Installation, codes: Sequence[str], today: dt.date) -> list[dict[str, Any]]:
    """Return one entry per province.

    Each has `code`, `name` (by language, None if its registers cannot be read), `error` (None if it could be read),
    `open_data` (the state of its open data, None if unknown), and of `reports.status` version, as-of day, age, whether
    it is stale or synthetic, and how its newest run ended.
    """
    return [_status(installation, code, today) for code in codes]


def _status(installation: Installation, code: str, today: dt.date) -> dict[str, Any]:
    row: dict[str, Any] = {"code": code, "name": None, "error": None, "open_data": None, **dict.fromkeys(KEPT)}
    try:
        row["name"] = province_of(installation, code).name.model_dump()
        found = read_status(installation.settings_of(code), today)
    except TthcError as error:
        return {**row, "error": str(error)}
    except Exception as error:
        # Whatever is wrong with one province, the others are still to be seen.
        return {**row, "error": str(TthcError("status_broke", kind=type(error).__name__))}
    return {**row, **{name: found[name] for name in KEPT}, "open_data": (found["open_data"] or {}).get("state")}
