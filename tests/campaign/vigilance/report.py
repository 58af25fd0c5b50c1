"""What a campaign found: rates per kind and size, false alarms, and the table in docs/gate.md.

Here: counting and writing. Not here: what is tried.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from pipelines.registers.measures import load_measures
from pipelines.settings import PROJECT_DIR
from tests.campaign.vigilance.kinds import Kinds

COUNTRY = PROJECT_DIR / "registers" / "vietnam"
PAGE = PROJECT_DIR / "docs" / "gate.md"
RESULTS = PROJECT_DIR / "docs" / "gate-vigilance.json"
BEGIN, END = "<!-- vigilance: begin -->", "<!-- vigilance: end -->"
# What is asked for: this share of trials noticed with the right cause where the design promises it, and no more false
# nights than this.
NOTICED, FALSE_NIGHTS = 0.95, 1 / 250


def results(found: Iterable[dict[str, Any]], kinds: Kinds) -> dict[str, Any]:
    """Return what was found as plain data: honest nights by cadence and size, rates by kind, size and province."""
    honest: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    trials: dict[tuple[str, float, str, int], list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        if one["what"] == "Honest":
            honest[one["cadence"], one["dossiers"]].append(one)
        else:
            trials[one["kind"], one["size"], one["cadence"], one["dossiers"]].append(one)
    nights = [_honest_line(cadence, dossiers, ones) for (cadence, dossiers), ones in sorted(honest.items())]
    rates = [
        _rate(name, size.size, size.needs, cadence, dossiers, trials[name, size.size, cadence, dossiers])
        for name, kind in kinds.kinds.items()
        for size in kind.sizes
        for cadence, dossiers in sorted({key[2:] for key in trials if key[:2] == (name, size.size)})
    ]
    total, false = sum(one["nights"] for one in nights), sum(one["false_nights"] for one in nights)
    kept = [rate for rate in rates if rate["is_required"]]
    reached = false <= FALSE_NIGHTS * total and all(rate["named"] >= NOTICED * rate["trials"] for rate in kept)
    margins = _margins([one for ones in honest.values() for one in ones])
    return {"honest": nights, "nights": total, "false_nights": false, "margins": margins, "rates": rates,
            "reached": reached}  # fmt: skip


def _margins(ones: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return by family of bounds.

    How many measures were compared, how many of them the budget allows to stand out, how many did, and how far the
    furthest honest one lay.
    """
    limits, found = load_measures(COUNTRY), defaultdict(list)
    alpha = defaultdict(lambda: limits.delivery.alpha, unit=limits.unit.alpha)
    for one in ones:
        for family, margins in one["margins"].items():
            found[family].append(margins)
    return [
        {
            "family": family,
            "compared": sum(compared for compared, _, _ in margins),
            "allowed": sum(compared for compared, _, _ in margins) * alpha[family],
            "stood_out": sum(held for _, _, held in margins),
            "furthest": max(ratio for _, ratio, _ in margins),
        }
        for family, margins in sorted(found.items())
    ]


def _honest_line(cadence: str, dossiers: int, ones: list[dict[str, Any]]) -> dict[str, Any]:
    held = defaultdict(set)
    for one in ones:
        for source, day, measure, stratum, _unit, _score in one["unusual"]:
            held[f"{source}.{measure}" + (f":{stratum}" if stratum else "")].add((one["seed"], day))
    return {
        "cadence": cadence,
        "dossiers": dossiers,
        "provinces": len(ones),
        "seeds": sorted(one["seed"] for one in ones),
        "nights": sum(one["nights"] for one in ones),
        "measures": sum(one["measures"] for one in ones),
        "false_nights": sum(len({entry[1] for entry in one["unusual"]}) for one in ones),
        "spoke": {what: len(nights) for what, nights in sorted(held.items(), key=lambda item: -len(item[1]))},
    }


def _rate(
    kind: str, size: float, needs: int | None, cadence: str, dossiers: int, ones: list[dict[str, Any]]
) -> dict[str, Any]:  # fmt: skip
    spoke: dict[str, int] = defaultdict(int)
    for one in ones:
        for what in one["spoke"][:1] or ([f"refused: {one['refused']}"] if one["refused"] else []):
            spoke[what] += 1
    rows = sorted(one["rows"] for one in ones)
    return {
        "kind": kind,
        "size": size,
        "cadence": cadence,
        "dossiers": dossiers,
        "rows": rows[len(rows) // 2] if rows else 0,
        "trials": len(ones),
        "noticed": sum(one["noticed"] for one in ones),
        "named": sum(one["named"] for one in ones),
        "first_spoke": dict(sorted(spoke.items(), key=lambda item: -item[1])[:2]),
        "is_required": bool(rows) and needs is not None and rows[0] >= needs,
    }


def as_text(found: dict[str, Any]) -> str:
    """Return the results for a terminal."""
    lines = [f"{_honest_words(one)}: {one['false_nights']} of {one['nights']} nights held" for one in found["honest"]]
    lines += [
        f"{one['kind']} {one['size']:g}, {one['dossiers']} {one['cadence']}: noticed {one['noticed']}, named"
        f" {one['named']} of {one['trials']}{'' if one['is_required'] else ' (not required)'}"
        for one in found["rates"]
    ]
    return "\n".join(lines)


def _honest_words(one: dict[str, Any]) -> str:
    return f"{one['cadence']}, {one['dossiers']:,} dossiers a year, {one['provinces']} provinces"


def markdown(found: dict[str, Any], kinds: Kinds) -> str:
    """Return the part of docs/gate.md between the markers."""
    sizes = sorted({(one["cadence"], one["dossiers"]) for one in found["rates"]})
    head = "".join(f" {dossiers:,} ({cadence}) |" for cadence, dossiers in sizes)
    lines = [
        f"**Honest nights**: {found['false_nights']} of {found['nights']:,} held.", "",
        "| deliveries | nights judged | measures compared | nights held | what spoke |", "|---|---|---|---|---|",
        *(f"| {_honest_words(one)} | {one['nights']:,} | {one['measures']:,} | {one['false_nights']} |"
          f" {', '.join(f'`{what}` {count}' for what, count in one['spoke'].items()) or '–'} |"
          for one in found["honest"]),
        "",
        "**What each bound costs**: how many honest measures were compared, how many of them its `alpha` lets stand out"
        " by chance, how many did, and how far the furthest lay (1 is the bound).", "",
        "| bound | compared | let by `alpha` | stood out | furthest |", "|---|---|---|---|---|",
        *(f"| `{one['family']}` | {one['compared']:,} | {one['allowed']:.2f} | {one['stood_out']} |"
          f" {one['furthest']:.2f} |" for one in found["margins"]),
        "",
        "**Falsified deliveries**: of the trials with so many dossiers a year, noticed / with the right cause named by"
        " one of the holds; in brackets the hold that was furthest off most often. Bold is required (the rows that the"
        " kind needs came) and must reach 95 %.", "",
        f"| what is false | size |{head}", f"|---|---|{'---|' * len(sizes)}",
    ]  # fmt: skip
    cells = {(one["kind"], one["size"], one["cadence"], one["dossiers"]): _cell(one) for one in found["rates"]}
    for name, kind in kinds.kinds.items():
        for size in kind.sizes:
            row = [cells.get((name, size.size, *where), "–") for where in sizes]
            lines.append(f"| {kind.sentence.en} (`{name}`) | {size.size:g} | {' | '.join(row)} |")
    lines += ["", "**Measured elsewhere**, since it takes many nights or a register:", ""]
    lines += [f"- {one.sentence.en} (`{name}`): `{one.test}`" for name, one in kinds.elsewhere.items()]
    lines += ["", "**Not to be noticed from the data alone**:", ""]
    lines += [f"- {one.en} / {one.vi}" for one in kinds.unnoticeable]
    return "\n".join(lines)


def _cell(one: dict[str, Any]) -> str:
    if not one["trials"]:
        return "–"
    text = f"{one['noticed']}/{one['named']} of {one['trials']}"
    if one["is_required"]:
        text = f"**{text}**"
    first = next(iter(one["first_spoke"]), None)
    return f"{text} (`{first}`)" if first else text


def write(found: dict[str, Any], kinds: Kinds) -> None:
    """Put the table into docs/gate.md and the numbers beside it.

    Raise ValueError if the page lost its markers.
    """
    page = PAGE.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} has no markers for the table")
    PAGE.write_text(f"{before}{BEGIN}\n\n{markdown(found, kinds)}\n\n{END}{after}", encoding="utf-8")
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
