"""What is held back, in words, with the line that would let it by.

For the run's last page, `tthc status` and the quality page.

Belongs here: sentences of one held thing of a verdict, and the line for overrides.csv. Does not belong here: what is
held (`expectations/holds.sql`), nor where the sentence stands on a page.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.common.i18n import language, say
from pipelines.registers.holds import LEVELLED, SUBJECTS, Override
from pipelines.registers.measures import load_measures

Thing = Mapping[str, Any]
NOTHING = "–"


def held_sentence(thing: Thing, country: Path) -> str | None:
    """Return the sentence on a thing that is held: what it is, what was usual, what came, and what to do.

    Null for an edit of a register, which a verdict lists with its effects.
    """
    if thing["hold"] == "register":
        return None
    # Verdicts of earlier code hold the subject alone.
    told = {
        "source": thing["source"], "day": thing["business_day"], "unit": thing.get("unit_code"),
        "indicator": thing["indicator_code"], "rule": thing["rule"], "period": thing["period_code"],
        "usual": thing.get("usual") or NOTHING, "came": thing.get("came") or NOTHING, "files": thing.get("files"),
    }  # fmt: skip
    if thing["hold"] not in LEVELLED:
        scope = say(f"level_{thing['unit_level'] or 'province'}")
        unit = say("level_province") if told["unit"] == "*" else told["unit"]
        return say(f"held_{thing['hold']}", **told | {"unit": unit}, scope=scope)
    register = load_measures(country)
    listed = register.units if thing["hold"] == "unit" else register.measures
    known = listed.get(thing.get("measure") or "rows")
    title, hint = (getattr(text, language.get()) for text in (known.title, known.hint)) if known else ("?", "")
    return say("held_delivery", **told, title=title, stratum=thing.get("stratum"), hint=hint)


def override_line(thing: Thing, until: str | None) -> str:
    """Return the row of overrides.csv that lets the thing pass.

    `until`: the last business day (ISO), the thing's own if null. Who approves it, when and why stands there as a
    question.
    """
    subject = {name: thing.get(name) or "" for name in SUBJECTS[thing["hold"]]}
    names = [thing["hold"], thing["source"], thing.get("measure"), thing.get("unit_code"), thing.get("indicator_code"),
             thing.get("register"), thing.get("value_hash")]  # fmt: skip
    day = thing["business_day"] or until or ""
    row = dict.fromkeys(Override.model_fields, "") | subject
    row |= {
        "override_code": "-".join(str(name) for name in (day, *names) if name and name != "*"), "hold": thing["hold"],
        "effect": "once" if thing["hold"] in LEVELLED else "", "approved_by": say("override_by"),
        "approved_on": say("override_on"), "valid_until": until or day, "reason": say("override_why"),
    }  # fmt: skip
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(row.values())
    return line.getvalue()


def approvals_needed(verdict: Mapping[str, Any]) -> list[Thing]:
    """Return what nobody has approved yet."""
    return [thing for thing in verdict.get("held", ()) if thing["override_code"] is None]


def publishable_rest(verdict: Mapping[str, Any]) -> str | None:
    """Return the sentence on the night's other sources, which nothing holds.

    Null if all are held, or something else than a delivery is.
    """
    things = approvals_needed(verdict)
    if not things or any(thing["source"] is None for thing in things):
        return None
    held: Sequence[str] = sorted({thing["source"] for thing in things})
    free = [source for source in verdict.get("new_sources", ()) if source not in held]
    return say("held_rest", held=", ".join(held), free=", ".join(free)) if free else None
