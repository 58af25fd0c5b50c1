"""Charts as SVG of any width: horizontal positions are percentages, so text keeps its size on a phone.

Belongs here: drawing lines, bars and dots. Colours come from the style sheet (light and dark); each chart has a title
and a description, and the table of its numbers is on the same page. No library is used, since pages need text of fixed
size in both colour schemes and a thousand charts per second (measured in docs/site.md). Does not belong here: which
figures are drawn (`render`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from pipelines.site.figures import Figure

LEFT, RIGHT = 12.0, 94.0
TOP, PLOT, FOOT = 26, 190, 30
BAR = 50
WIDEST_GAP, STACK, FLOOR = 8.0, 210.0, 26
SPAN_GAP = 6


@dataclass(frozen=True)
class Mark:
    """A labelled figure of a chart.

    Attributes:
        label: Its label.
        figure: The figure; None if there is none.
        text: The figure as printed.
        kind: CSS class, such as own, met, not_met.
        name: Its label in the chart's CSV, where the drawn one is short; '' if it is the same.
    """

    label: str
    figure: Figure | None
    text: str
    kind: str = ""
    name: str = ""

    @property
    def value(self) -> float | None:
        return self.figure.value if self.figure else None

    @property
    def span(self) -> tuple[float, float] | None:
        """The range of the true share of a figure given as "at least" or "at most"; None for an exact one."""
        if self.value is None or self.figure is None or not self.figure.bound:
            return None
        return (self.value, 100.0) if self.figure.bound == ">=" else (0.0, self.value)


def bounds(values: list[float]) -> tuple[float, float]:
    """Return the ends of an axis in per cent: multiples of ten within 0 and 100, at least 30 apart, with a margin."""
    low, high = min(values, default=0.0), max(values, default=100.0)
    upper = 100.0 if high > 70 else max(30.0, math.ceil((high + 8) / 10) * 10)
    lower = max(0.0, math.floor((low - 4) / 10) * 10)
    return max(0.0, min(lower, upper - 30)), upper


def trend(marks: list[Mark], target: Mark | None, ident: str, title: str, about: str, *, small: bool = False) -> Markup:
    """Return a line chart by month with the target.

    A month without a number shows its flag at the bottom and interrupts the line.

    Args:
        marks: One mark per month.
        target: The target; None if there is none.
        ident: Prefix of element ids, unique on the page.
        title: Accessible title.
        about: Accessible description.
        small: True for half the height.
    """
    shown = [mark.value for mark in [*marks, *([target] if target else [])] if mark.value is not None]
    low, high = bounds(shown)
    plot = PLOT // 2 if small else PLOT

    def across(at: int) -> str:
        return per_cent(LEFT + (RIGHT - LEFT) * (at / max(1, len(marks) - 1)))

    def down(value: float) -> str:
        return f"{TOP + plot * (high - value) / (high - low):.1f}"

    parts = [_grid(low, high, down)]
    if target and target.value is not None:
        height = down(target.value)
        parts.append(f'<line class="goal" x1="0" x2="100%" y1="{height}" y2="{height}"/>')
    for (at, mark), (_, other) in pairwise(enumerate(marks)):
        if mark.value is not None and other.value is not None:
            parts.append(
                f'<line class="run" x1="{across(at)}" y1="{down(mark.value)}" x2="{across(at + 1)}"'
                f' y2="{down(other.value)}"/>'
            )
    for at, mark in enumerate(marks):
        x, odd = across(at), " odd" if (len(marks) - 1 - at) % 2 else ""
        if mark.value is None or mark.figure is None:
            parts.append(f'<text class="gone" x="{x}" y="{TOP + plot - 4}">{escape(mark.text)}</text>')
        else:
            y = TOP + plot * (high - mark.value) / (high - low)
            if mark.span:
                ends = " ".join(
                    f'y{at}="{down(min(high, max(low, end)))}"' for at, end in enumerate(mark.span, start=1)
                )
                parts.append(f'<line class="span" x1="{x}" x2="{x}" {ends}/>')
            edge = " bound" if mark.figure.bound else ""
            parts.append(f'<circle class="dot{edge}" cx="{x}" cy="{y:.1f}" r="4"/>')
            parts.append(
                f'<text class="value{odd}" x="{x}" y="{y - 10:.1f}" data-at="{mark.figure.address}">{mark.text}</text>'
            )
        parts.append(f'<text class="tick{odd}" x="{x}" y="{TOP + plot + 20}">{escape(mark.label)}</text>')
    return svg("trend", ident, title, about, TOP + plot + FOOT, parts)


def bars(marks: list[Mark], target: Mark | None, ident: str, title: str, about: str) -> Markup:
    """Return horizontal bars from 0 to 100 per cent with the target; the first bar is the page's own subject.

    For the arguments see `trend`.
    """
    height = len(marks) * BAR + 8
    parts = []
    for at, mark in enumerate(marks):
        y = at * BAR
        address = f' data-at="{mark.figure.address}"' if mark.value is not None and mark.figure else ""
        parts.append(f'<text class="name" x="0" y="{y + 18}">{escape(mark.label)}</text>')
        parts.append(f'<text class="amount" x="100%" y="{y + 18}"{address}>{escape(mark.text)}</text>')
        parts.append(f'<rect class="track" x="0" y="{y + 26}" width="100%" height="12" rx="3"/>')
        if mark.span:
            start, end = mark.span
            parts.append(
                f'<rect class="span" x="{per_cent(start)}" y="{y + 26}" width="{per_cent(end - start)}" height="12"/>'
            )
        if mark.value is not None and mark.span != (0.0, mark.value):
            width = per_cent(mark.value)
            parts.append(f'<rect class="bar {mark.kind}" x="0" y="{y + 26}" width="{width}" height="12" rx="3"/>')
    if target and target.value is not None:
        x = per_cent(target.value)
        parts += [
            f'<line class="goal" x1="{x}" x2="{x}" y1="{at * BAR + 22}" y2="{at * BAR + 42}"/>'
            for at in range(len(marks))
        ]
    return svg("bars", ident, title, about, height, parts)


def dots(marks: list[Mark], target: Mark | None, ident: str, title: str, about: str) -> Markup:
    """Return one dot per office above its figure; offices of the same whole per cent are stacked.

    An office whose figure is only "at least" or "at most" is drawn as a line over its possible range, above the dots.
    For the arguments see `trend`.
    """
    shown = [mark for mark in marks if mark.value is not None]
    spans = [mark.span for mark in shown if mark.span]
    values = [mark.value for mark in [*shown, *([target] if target else [])] if mark.value is not None]
    low, high = bounds([*values, *(end for span in spans for end in span)])
    stacks: dict[int, int] = {}
    placed = []
    for mark in (mark for mark in shown if not mark.span):
        bin_ = math.floor(mark.value or 0)
        stacks[bin_] = stacks.get(bin_, 0) + 1
        placed.append((bin_, stacks[bin_], mark))
    highest = max(3, *stacks.values(), 0)
    gap = min(WIDEST_GAP, STACK / highest)
    above = len(spans) * SPAN_GAP
    height = highest * gap + 12 + above

    def across(value: float) -> str:
        return per_cent(3 + 94 * (value - low) / (high - low))

    steps = range(int(low), int(high) + 1, 10)
    parts = [f'<line class="axis" x1="0" x2="100%" y1="{height + 4:.0f}" y2="{height + 4:.0f}"/>']
    parts += [f'<text class="tick" x="{across(step)}" y="{height + 20:.0f}">{step}%</text>' for step in steps]
    if target and target.value is not None:
        x = across(target.value)
        parts.append(f'<line class="goal" x1="{x}" x2="{x}" y1="0" y2="{height + 4:.0f}"/>')
    size = f"{gap * 0.44:.1f}"
    parts += [
        f'<line class="span" x1="{across(start)}" x2="{across(end)}" y1="{y}" y2="{y}"/>'
        for (start, end), y in zip(spans, range(SPAN_GAP, above + 1, SPAN_GAP), strict=True)
    ]
    parts += [
        f'<circle class="office {mark.kind}" cx="{across(bin_)}" cy="{height - (at - 0.5) * gap:.1f}" r="{size}"/>'
        for bin_, at, mark in placed
    ]
    return svg("dots", ident, title, about, height + FLOOR, parts)


def _grid(low: float, high: float, down: Callable[[float], str]) -> str:
    step = 10 if high - low <= 50 else 25
    values = [value for value in range(int(low), int(high) + 1) if value % step == 0]
    return "".join(
        f'<line class="grid" x1="0" x2="100%" y1="{down(value)}" y2="{down(value)}"/>'
        f'<text class="scale" x="0" y="{float(down(value)) - 4:.1f}">{value}%</text>'
        for value in values
    )


def per_cent(value: float) -> str:
    """Return a position or length of an SVG as a share of its width."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def svg(kind: str, ident: str, title: str, about: str, height: float, parts: list[str]) -> Markup:
    """Return a chart as wide as its place, with title and description for whoever does not see it.

    Args:
        kind: CSS class.
        ident: Prefix of element ids, unique on the page.
        title: Accessible title.
        about: Accessible description.
        height: Height in pixels.
        parts: Its elements; every text in them is escaped already.
    """
    head = (
        f'<svg class="chart {kind}" role="img" aria-labelledby="{ident}-t {ident}-d" width="100%" '
        f'height="{height:.0f}" focusable="false"><title id="{ident}-t">{escape(title)}</title>'
        f'<desc id="{ident}-d">{escape(about)}</desc>'
    )
    return Markup(f"{head}{''.join(parts)}</svg>")  # noqa: S704 - every text in it is escaped above
