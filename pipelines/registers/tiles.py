"""Where offices stand on the site's map of tiles (`tiles.csv` of a province).

Belongs here: the rows and their checks. Does not belong here: drawing the map (`site.tile_map`). The file may be
missing: then offices stand below the office above them, without a place.
"""

from pathlib import Path

from pydantic import Field, model_validator

from pipelines.common.errors import TthcError
from pipelines.registers.csv_rows import RegisterRow, read_rows

FILE = "tiles.csv"


class TilePlace(RegisterRow):
    """One office: either the head of a block, with its place on the map, or a member of the block of another.

    Offices right below a head, by the list of units, are its members without a row. A head may have ended: its name
    then stands above the offices that took over, and it has no tile.
    """

    unit_code: str
    part_of: str | None
    row: int | None = Field(ge=1, le=9)
    column: int | None = Field(ge=1, le=6)

    @model_validator(mode="after")
    def _head_or_member(self) -> "TilePlace":
        if (self.part_of is None) != (self.row is not None) or (self.row is None) != (self.column is None):
            raise ValueError("a row has either row and column, or part_of")
        return self


def load_tiles(folder: Path) -> tuple[TilePlace, ...]:
    """Return the places of a province's offices; empty if it has no such file.

    Raises:
        TthcError: If a row is not well-formed, an office stands there twice, two blocks have one place, or a block that
            is named has none.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    places = read_rows(path, TilePlace)
    heads = {place.unit_code for place in places if place.part_of is None}
    spots, codes = set(), set()
    for number, place in enumerate(places, start=2):
        spot = (place.row, place.column)
        if place.part_of is not None and place.part_of not in heads:
            raise TthcError("register_row", file=FILE, row=number, why="part_of: this office has no place")
        if place.unit_code in codes or (place.part_of is None and spot in spots):
            raise TthcError("register_row", file=FILE, row=number, why="the office or the place stands there twice")
        codes.add(place.unit_code)
        spots.add(spot)
    return tuple(places)
