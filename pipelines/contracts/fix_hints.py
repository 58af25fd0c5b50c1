"""Sentences for the deliverer of a rejected row: which field is wrong and how to correct it, in the current language.

The sentence of a row rule is in its contract; those of wrong cells, and of rows that contradict other sources, are the
same for every contract and in `messages.yml` (`fix_<code>`). Does not belong here: deciding what is wrong.
"""

import itertools
from collections.abc import Sequence
from typing import get_args

from pipelines.common.i18n import language, say
from pipelines.contracts.batch import Family
from pipelines.contracts.column_types import pattern_of
from pipelines.contracts.fields import MOMENTS, ContractField
from pipelines.contracts.model import Contract
from pipelines.contracts.moments import years_of
from pipelines.contracts.places import RowPlace

# strptime directives as people write them.
SPELLED = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%H": "HH", "%M": "mm", "%S": "ss"}


def _format(field: ContractField, contract: Contract) -> str:
    """Return the pattern of a moment as people write it, that for Excel and HTML in brackets if it differs."""
    if field.type not in MOMENTS:
        return ""
    patterns = [pattern_of(field, contract.formats, family) for family in get_args(Family)]
    spelled = list(dict.fromkeys(patterns))
    for directive, written in SPELLED.items():
        spelled = [pattern.replace(directive, written) for pattern in spelled]
    return spelled[0] if len(spelled) == 1 else f"{spelled[0]} (Excel, HTML: {spelled[1]})"


def fix_hint(reason: str, contract: Contract) -> str:
    """Return one sentence on how to correct a reason such as `bad_timestamp:NgayTiepNhan` or a row rule's code."""
    code, _, name = reason.partition(":")
    for rule in contract.rules:
        if rule.code == code:
            return str(getattr(rule.fix_hint, language.get()))
    field = contract.by_name.get(name)
    if field is None:
        return say(f"fix_{code}", field=name, codes="", format="", newness=contract.newness)
    first, last = years_of(field)
    more = [say("sign_blank") if sign == " " else sign for sign in field.also or ""]
    return say(
        f"fix_{code}", field=name, codes=", ".join(field.codes or ("0", "1")), format=_format(field, contract),
        signs=" ".join([".", "-", "_", "/", *more]),
        first=first, last=last, maximum=field.maximum,
    )  # fmt: skip


def describe_places(places: Sequence[RowPlace]) -> str:
    """Return places as people write them; those that differ only in `at` are grouped: `line 3, 8, column Cap`."""
    alike = itertools.groupby(places, key=lambda place: (place.kind, place.column))
    return "; ".join(
        say(f"place_{kind}", at=", ".join(place.at for place in same), column=column) for (kind, column), same in alike
    )
