"""The map of tiles: which office stands where, and the figures that the page can be coloured by.

Belongs here: blocks of offices and the script with their figures. There are no boundaries of the new communes under a
free licence at hand, so each office is one tile of the same size, in a block for each (former) district; where a block
stands says the province's register (`tiles.csv`). Does not belong here: markup (templates/map.html.j2), colours
(assets/explore.css).
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.registers.tiles import TilePlace
from pipelines.site.offices import Answer, active_units, answer
from pipelines.site.periods import Period
from pipelines.site.vintage_reader import OfficeUnit, VintageReader

NAME = "ban-do-so-lieu.js"
# How a verdict is written in the script; a figure without a number is a point and its flag.
LETTERS = {"met": "m", "not_met": "n", "unclear": "u", "tracked": "t"}
NO_FIGURE = "."


@dataclass(frozen=True)
class Block:
    """Offices that stand together.

    Attributes:
        tiles: The offices with their leading figure.
        head: The district after which the block is named; None for a block of a level.
        level: The level of a block without a head.
        place: Row and column; None if it has no place.
    """

    tiles: list[tuple[OfficeUnit, Answer]]
    head: OfficeUnit | None = None
    level: str = ""
    place: tuple[int, int] | None = None


def blocks(vintage: VintageReader, places: Sequence[TilePlace]) -> list[Block]:
    """Return the blocks: those with a place from the top left on, then others. Only living offices have a tile."""
    own = {place.unit_code: place.part_of for place in places if place.part_of is not None}
    spots = {place.unit_code: (place.row or 0, place.column or 0) for place in places if place.part_of is None}
    living = active_units([unit for units in vintage.levels.values() for unit in units])
    heads = [code for code in spots if code in vintage.units]
    heads = sorted(heads, key=lambda code: spots[code]) + [
        unit.code for unit in living if unit.code not in {*spots, *own} and active_units(unit.children)
    ]
    found, placed = [], set()
    for code in heads:
        head = vintage.units[code]
        below = [unit for unit in living if own.get(unit.code, unit.parent) == code and unit.code not in heads]
        members = [*([] if head.has_ended else [head]), *below]
        if members:
            found.append(Block(_answered(vintage, members), head=head, place=spots.get(code)))
            placed |= {unit.code for unit in members}
    for level in vintage.living_levels:
        if rest := [unit for unit in living if unit.level == level and unit.code not in placed]:
            found.append(Block(_answered(vintage, rest), level=level))
    return found


def _answered(vintage: VintageReader, units: list[OfficeUnit]) -> list[tuple[OfficeUnit, Answer]]:
    return [(unit, answer(vintage, unit.subject)) for unit in units]


def tile_names(shown: Sequence[Block]) -> dict[str, str]:
    """Return the name of each office on the map, by code; told apart only from others that are on the map too."""
    units = [unit for block in shown for unit, _ in block.tiles]
    same = Counter(unit.bare for unit in units)
    return {unit.code: unit.bare if same[unit.bare] == 1 else unit.short for unit in units}


def mapped_indicators(vintage: VintageReader) -> list[str]:
    """Return the indicators of choice.yml that the map can show, the leading one first."""
    wanted = dict.fromkeys([vintage.choice.lead, *vintage.choice.mapped])
    return [code for code in wanted if (code, vintage.choice.rule) in vintage.catalogue]


def mapped_periods(vintage: VintageReader) -> list[Period]:
    """Return the periods that the map can show: the headline's, then months, the newest first."""
    if vintage.headline is None:
        return []
    months = [month for month in reversed(vintage.months) if month.code != vintage.headline.code]
    return [vintage.headline, *months]


def map_script(vintage: VintageReader, shown: Sequence[Block]) -> str:
    """Return the script with the figures of every tile: per indicator and period one word per office.

    A word is the CSV's number with `>` or `<` before a bound and the verdict's letter after it, or a point and the
    flag.
    """
    units = [unit for block in shown for unit, _ in block.tiles]
    values = {
        code: {
            period.code: " ".join(_word(vintage, unit, code, period) for unit in units)
            for period in mapped_periods(vintage)
        }
        for code in mapped_indicators(vintage)
    }
    facts = {"units": [unit.code for unit in units], "values": values}
    return f"globalThis.tthcMap = {json.dumps(facts, ensure_ascii=False, separators=(',', ':'))};\n"


def _word(vintage: VintageReader, unit: OfficeUnit, code: str, period: Period) -> str:
    found = Answer(vintage.sheet(unit.subject).indicator(code, vintage.choice.rule, period.code))
    if found.rate is None or not found.rate.text:
        return NO_FIGURE + (found.rate.flag if found.rate else "")
    return f"{found.rate.bound[:1]}{found.rate.text}{LETTERS[found.verdict]}"
