"""What a reason code means to the deliverer: which field, and how to mend it, in the language in force.

Row rules bring their own sentence from the contract; what is wrong with a single cell, or with a row against
other sources, is the same for every contract and stands in messages.yml (`mend_<code>`).
"""

from pipelines.contracts import Contract
from pipelines.messages import language, say


def mend(reason: str, contract: Contract) -> str:
    """One sentence for a reason such as `bad_timestamp:NgayTiepNhan` or the code of a row rule."""
    code, _, name = reason.partition(":")
    for rule in contract.rules:
        if rule.code == code:
            return getattr(rule.mend, language.get())
    known = ", ".join(contract.by_name[name].codes or ("0", "1")) if name in contract.by_name else ""
    return say(f"mend_{code}", field=name, codes=known)
