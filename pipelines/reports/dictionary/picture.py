"""The lineage of an indicator as a drawing: delivered fields, published tables, cases, figure, from left to right.

Belongs here: boxes and lines, as SVG without script. Does not belong here: what the lineage is (`lineage`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from pipelines.reports.dictionary.lineage import fields_of
from pipelines.reports.dictionary.model import DescribedIndicator

LINE, PAD, GAP, LETTER = 15, 7, 12, 6.7
COLUMNS_SHOWN = 9
SPACE = 46  # between two columns of boxes


@dataclass(frozen=True)
class Box:
    """A box with a heading and lines below it, and the boxes that it is drawn to."""

    name: str
    lines: Sequence[str]
    to: Sequence[str]

    @property
    def height(self) -> float:
        """How high it is drawn."""
        return LINE * (1 + len(self.lines)) + 2 * PAD

    @property
    def width(self) -> float:
        """How wide it is drawn."""
        return max(len(text) for text in (self.name, *self.lines)) * LETTER + 2 * PAD


def lineage_picture(described: DescribedIndicator, computed: dict[str, dict[str, list[str]]]) -> Markup | None:
    """Return the drawing of an indicator's lineage; None where nothing is known of it."""
    lineage, code = described.lineage, f"{described.indicator.code} ({described.indicator.rule})"
    if not lineage.columns:
        return None
    figure = "indicator_values"
    after = lineage.view or figure
    by_source: dict[str, list[str]] = {source: [] for source in lineage.fields}
    for table, columns in lineage.columns.items():
        for place in fields_of(table, columns, computed):
            source = place.split(".")[0]
            if table not in by_source[source]:
                by_source[source].append(table)
    stages = [
        [Box(source, _some(fields), by_source[source]) for source, fields in lineage.fields.items()],
        [Box(table, _some(columns), [after]) for table, columns in lineage.columns.items()],
        *([[Box(lineage.view, [], [figure])]] if lineage.view else []),
        [Box(figure, [code], [])],
    ]
    return _drawn([stage for stage in stages if stage], code)


def _some(names: Sequence[str]) -> list[str]:
    return [*names[:COLUMNS_SHOWN], *(["…"] if len(names) > COLUMNS_SHOWN else [])]


def _drawn(stages: Sequence[Sequence[Box]], title: str) -> Markup:
    """Return the boxes, each stage a column whose middle is the drawing's, and the lines between them."""
    tall = max(sum(box.height + GAP for box in stage) - GAP for stage in stages)
    left, places, shapes = 1.0, {}, []
    for stage in stages:
        width = max(box.width for box in stage)
        top = 1 + (tall - sum(box.height + GAP for box in stage) + GAP) / 2
        for box in stage:
            places[box.name] = (left, top, width, box.height)
            shapes.append(_shape(box, left, top, width))
            top += box.height + GAP
        left += width + SPACE
    lines = [_line(places[box.name], places[to]) for stage in stages for box in stage for to in box.to]
    wide, high = left - SPACE + 1, tall + 2
    return Markup(
        '<svg class="lineage" role="img" aria-label="{0}" viewBox="0 0 {1:.0f} {2:.0f}" width="{1:.0f}"'
        ' height="{2:.0f}">{3}</svg>'
    ).format(title, wide, high, Markup("").join([*lines, *shapes]))


def _shape(box: Box, left: float, top: float, width: float) -> Markup:
    texts = Markup("").join(
        Markup('<text x="{:.1f}" y="{:.1f}"{}>{}</text>').format(
            left + PAD, top + PAD + LINE * (at + 1) - 4, Markup(' class="name"') if at == 0 else "", escape(text)
        )
        for at, text in enumerate((box.name, *box.lines))
    )
    return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="5"/>{}').format(
        left, top, width, box.height, texts
    )


def _line(begin: tuple[float, float, float, float], end: tuple[float, float, float, float]) -> Markup:
    x1, y1 = begin[0] + begin[2], begin[1] + begin[3] / 2
    x2, y2 = end[0], end[1] + end[3] / 2
    middle = (x1 + x2) / 2
    return Markup('<path d="M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}"/>').format(
        x1, y1, middle, y1, middle, y2, x2, y2
    )
