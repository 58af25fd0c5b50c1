"""Sentences on items that the gate holds back, with the row of overrides.csv that would approve each.

Belongs here: wording of one held item of a verdict, for the run summary, `tthc status` and the quality page. Does not
belong here: what is held (`expectations/holds.sql`), layout of pages.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.common.i18n import language, say
from pipelines.registers.holds import LEVELLED, SUBJECTS, Override
from pipelines.registers.measures import load_measures

HeldItem = Mapping[str, Any]
NOTHING = "–"


def held_sentence(item: HeldItem, country: Path) -> str | None:
    """Return the sentence on a held item: what it is, what was usual, what came, and what to do.

    Args:
        item: An entry of `held` in a verdict.
        country: Folder of the country's registers.

    Returns:
        None for an edit of a register, which a verdict lists with its effects.
    """
    if item["hold"] == "register":
        return None
    # Verdicts of earlier code have only the subject of a held item.
    values = {
        "source": item["source"], "day": item["business_day"], "unit": item.get("unit_code"),
        "indicator": item["indicator_code"], "rule": item["rule"], "period": item["period_code"],
        "usual": item.get("usual") or NOTHING, "came": item.get("came") or NOTHING, "files": item.get("files"),
    }  # fmt: skip
    if item["hold"] not in LEVELLED:
        scope = say(f"level_{item['unit_level'] or 'province'}")
        unit = say("level_province") if values["unit"] == "*" else values["unit"]
        return say(f"held_{item['hold']}", **values | {"unit": unit}, scope=scope)
    register = load_measures(country)
    listed = register.units if item["hold"] == "unit" else register.measures
    known = listed.get(item.get("measure") or "rows")
    title, hint = (getattr(text, language.get()) for text in (known.title, known.hint)) if known else ("?", "")
    return say("held_delivery", **values, title=title, stratum=item.get("stratum"), hint=hint)


def override_line(item: HeldItem, until: str | None) -> str:
    """Return the row of overrides.csv that approves a held item; approver, date and reason are placeholders.

    Args:
        item: An entry of `held` in a verdict.
        until: Last business day (ISO) of the approval; None is the item's own day.
    """
    subject = {name: item.get(name) or "" for name in SUBJECTS[item["hold"]]}
    # Two things that are held have two codes: entries that come to the same value, a figure of two levels.
    entry = hashlib.sha256(subject["entry"].encode()).hexdigest()[:6] if "entry" in subject else None
    names = [item["hold"], item["source"], item.get("measure"), item.get("unit_code"), item.get("indicator_code"),
             *(subject.get(name) for name in ("rule", "scope", "unit_level")), item.get("register"), entry,
             item.get("value_hash")]  # fmt: skip
    day = item["business_day"] or until or ""
    row = dict.fromkeys(Override.model_fields, "") | subject
    row |= {
        "override_code": "-".join(str(name) for name in (day, *names) if name and name != "*"), "hold": item["hold"],
        "effect": "once" if item["hold"] in LEVELLED else "", "approved_by": say("override_by"),
        "approved_on": say("override_on"), "valid_until": until or day, "reason": say("override_why"),
    }  # fmt: skip
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(row.values())
    return line.getvalue()


def proposed_lines(items: Iterable[HeldItem], until: str | None) -> Iterator[tuple[HeldItem, str | None]]:
    """Yield each held item with the line that would approve it.

    None where the item is approved, or the same line was given before: one line may approve a thing in several periods.
    """
    given: set[str] = set()
    for item in items:
        line = override_line(item, until) if item["override_code"] is None else None
        yield item, None if line in given else line
        given |= {line} if line else set()


def approvals_needed(verdict: Mapping[str, Any]) -> list[HeldItem]:
    """Return the held items of a verdict that nobody has approved."""
    return [item for item in verdict.get("held", ()) if item["override_code"] is None]


def publishable_rest(verdict: Mapping[str, Any]) -> str | None:
    """Return the sentence on new deliveries of sources that nothing holds.

    Returns:
        None if every new source is held, or something other than a delivery is.
    """
    items = approvals_needed(verdict)
    if not items or any(item["source"] is None for item in items):
        return None
    held: Sequence[str] = sorted({item["source"] for item in items})
    free = [source for source in verdict.get("new_sources", ()) if source not in held]
    return say("held_rest", held=", ".join(held), free=", ".join(free)) if free else None
