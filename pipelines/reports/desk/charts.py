"""Charts of the desk page as SVG of any width, drawn with the pieces of the site's charts.

Belongs here: the line of points, the bar of one group, the bar of a procedure's steps. Colours come from the page's
style. Does not belong here: which figures are drawn (`render`, `steps_render`).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from pipelines.site.charts import per_cent, svg

LEFT, RIGHT = 10.0, 95.0
TOP, PLOT, FOOT = 20, 88, 20
EVERY = 3  # so many days stand under the line, counted from the newest
LEAST_SPAN = 2.0  # points: what moved by a tenth must not look like a cliff
BAR = 10
STACK_TOP, STACK = 15, 22
# A part that is wide enough is named above its start: by its number, and by its share as well.
NUMBERED, WRITTEN = 4.0, 15.0  # per cent of the width


@dataclass(frozen=True)
class Point:
    """Points on a day; `joins` tells whether they may be compared with those of the point before."""

    label: str
    value: float
    text: str
    joins: bool


@dataclass(frozen=True)
class Part:
    """A part of a bar: its length in per cent of the whole, its number or sign, its share as printed, its CSS class."""

    share: float
    number: str
    text: str
    kind: str


def line(points: Sequence[Point], ident: str, title: str, about: str, scale: Callable[[float], str]) -> Markup:
    """Return the line of points, with the first, the newest and every third day named.

    Args:
        points: Oldest first, at least one.
        ident: Prefix of element ids, unique on the page.
        title: Accessible title.
        about: Accessible description.
        scale: How a number beside a grid line is written.
    """
    low, high, step = _axis([point.value for point in points])

    def across(at: int) -> str:
        return per_cent(LEFT + (RIGHT - LEFT) * (at / max(1, len(points) - 1)))

    def down(value: float) -> str:
        return f"{TOP + PLOT * (high - value) / (high - low):.1f}"

    parts = []
    for number in range(round((high - low) / step) + 1):
        value = low + number * step
        parts.append(f'<line class="grid" x1="0" x2="100%" y1="{down(value)}" y2="{down(value)}"/>')
        parts.append(f'<text class="scale" x="0" y="{float(down(value)) - 3:.1f}">{escape(scale(value))}</text>')
    for at, (before, after) in enumerate(pairwise(points)):
        if after.joins:
            ends = f'y1="{down(before.value)}" x2="{across(at + 1)}" y2="{down(after.value)}"'
            parts.append(f'<line class="run" x1="{across(at)}" {ends}/>')
    newest = len(points) - 1
    for at, point in enumerate(points):
        kind = "dot newest" if at == newest else "dot"
        parts.append(
            f'<circle class="{kind}" cx="{across(at)}" cy="{down(point.value)}" r="{5 if at == newest else 3}"/>'
        )
        if at in (0, newest):
            parts.append(
                f'<text class="value" x="{across(at)}" y="{float(down(point.value)) - 9:.1f}">{point.text}</text>'
            )
        if (newest - at) % EVERY == 0:
            parts.append(f'<text class="tick" x="{across(at)}" y="{TOP + PLOT + 16}">{escape(point.label)}</text>')
    return svg("trend", ident, title, about, TOP + PLOT + FOOT, parts)


def bar(reached: float, known: float, most: float) -> Markup:
    """Return a bar of all points of a group: those known, and of these those reached; the numbers stand beside it."""
    parts = [
        f'<rect class="{kind}" width="{per_cent(100 * value / most)}" height="{BAR}" rx="2"/>'
        for kind, value in (("track", most), ("known", known), ("bar", reached))
    ]
    head = f'<svg class="chart group" aria-hidden="true" focusable="false" width="100%" height="{BAR}">'
    return Markup(f"{head}{''.join(parts)}</svg>")  # noqa: S704 - numbers only


def stack(parts: Sequence[Part], ident: str, title: str, about: str) -> Markup:
    """Return one bar that is made of parts, in their order; a table beside it has their names and numbers.

    Args:
        parts: Their shares add up to 100 per cent.
        ident: Prefix of element ids, unique on the page.
        title: Accessible title.
        about: Accessible description.
    """
    drawn, at = [], 0.0
    for part in parts:
        drawn.append(
            f'<rect class="part {part.kind}" x="{per_cent(at)}" y="{STACK_TOP}" width="{per_cent(part.share)}"'
            f' height="{STACK}"/>'
        )
        if part.share >= NUMBERED:
            written = f" {escape(part.text)}" if part.share >= WRITTEN else ""
            number = f'<tspan class="nth">{escape(part.number)}</tspan>'
            drawn.append(f'<text class="tick" x="{per_cent(at)}" y="{STACK_TOP - 4}">{number}{written}</text>')
        at += part.share
    return svg("stack", ident, title, about, STACK_TOP + STACK + 1, drawn)


def _axis(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the ends of the axis and the step of its grid: two to five steps, at least LEAST_SPAN apart."""
    low, high = min(values), max(values)
    if high - low < LEAST_SPAN:
        middle = (low + high) / 2
        low, high = max(0.0, middle - LEAST_SPAN / 2), max(LEAST_SPAN, middle + LEAST_SPAN / 2)
    step = next(step for step in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0) if (high - low) / step <= 3)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step
