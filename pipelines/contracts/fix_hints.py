"""What a reason code means to the deliverer: which field, and how to correct it, in the current language.

Row rules bring their own sentence from the contract; what is wrong with a single cell, or with a row against other
sources, is the same for every contract and stands in messages.yml (`mend_<code>`).
"""

import itertools
from collections.abc import Sequence

from pipelines.common.i18n import language, say
from pipelines.contracts.fields import ContractField
from pipelines.contracts.model import Contract
from pipelines.contracts.moments import years_of
from pipelines.contracts.places import RowPlace

# strptime's letters as people write them.
SPELLED = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%H": "HH", "%M": "mm", "%S": "ss"}


def _format(field: ContractField, contract: Contract) -> str:
    """Return the patterns of a moment, with the one for lists in brackets if it differs."""
    if field.type not in ("timestamp", "date", "time"):
        return ""
    own = (
        [field.format] if field.format else [getattr(contract.formats, f"{field.type}_{f}") for f in ("text", "sheet")]
    )
    spelled = list(dict.fromkeys(own))
    for letters, written in SPELLED.items():
        spelled = [pattern.replace(letters, written) for pattern in spelled]
    return spelled[0] if len(spelled) == 1 else f"{spelled[0]} (Excel, HTML: {spelled[1]})"


def fix_hint(reason: str, contract: Contract) -> str:
    """Return one sentence on how to correct a reason such as `bad_timestamp:NgayTiepNhan` or a row rule's code."""
    code, _, name = reason.partition(":")
    for rule in contract.rules:
        if rule.code == code:
            return str(getattr(rule.fix_hint, language.get()))
    field = contract.by_name.get(name)
    if field is None:
        return say(f"mend_{code}", field=name, codes="", format="", newness=contract.newness)
    first, last = years_of(field)
    more = [say("sign_blank") if sign == " " else sign for sign in field.also or ""]
    return say(
        f"mend_{code}", field=name, codes=", ".join(field.codes or ("0", "1")), format=_format(field, contract),
        signs=" ".join([".", "-", "_", "/", *more]),
        first=first, last=last, maximum=field.maximum,
    )  # fmt: skip


def describe_places(places: Sequence[RowPlace]) -> str:
    """Return places as people write them, grouped if only `at` differs: `line 3, 8, column Cap`, `cell E8, E9`."""
    alike = itertools.groupby(places, key=lambda place: (place.kind, place.column))
    return "; ".join(
        say(f"place_{kind}", at=", ".join(place.at for place in same), column=column) for (kind, column), same in alike
    )
