"""What each delivery is compared with, in plain Python: the formulas of docs/gate.md, nothing shared with the models.

Here: forecasts, wobbles and bounds of drawn histories. Not here: what is counted of a delivery.
"""

import datetime as dt
import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy import stats

ALPHA, TAU0, RARE_BELOW = 1.2e-5, {"count": 0.15, "share": 0.05, "rare": 0.02, "ratio": 0.06, "mean": 0.06}, 0.451
WEIGHTS = (0.4, 0.3, 0.2, 0.1)


@dataclass(frozen=True)
class Value:
    """One measured value; `g` null if nothing could be measured."""

    series: str
    day: dt.date
    kind: str
    family: str
    g: float | None
    v: float
    stood_out: bool = False


@dataclass(frozen=True)
class Judged:
    """What a value was compared with and how it stands."""

    compared: int
    expected: float | None
    bound: float | None
    standing: str


def judge(values: Sequence[Value]) -> dict[tuple[str, dt.date], Judged]:
    """Judge every value by earlier ones of its series and kind.

    What stood out in one of three looks is weighed in no later one.
    """
    for _ in range(3):
        seen = _pass(values)
        values = [replace(one, stood_out=seen[one.series, one.day].standing == "unusual") for one in values]
    return _pass(values)


def _pass(values: Sequence[Value]) -> dict[tuple[str, dt.date], Judged]:
    forecasts, pools = {}, defaultdict(list)
    series = defaultdict(list)
    for one in sorted(values, key=lambda value: value.day):
        series[one.series, one.kind].append(one)
    for (_, kind), own in series.items():
        span = 12 if kind == "" else 30
        past: list[tuple[float, float]] = []
        wobbles: list[float] = []
        for one in own:
            recent = past[-span:][::-1]
            weight = sum(WEIGHTS[: len(recent)])
            expected = noise = None
            if recent:
                expected = sum(w * g for w, (g, _) in zip(WEIGHTS, recent, strict=False)) / weight
                if len(recent) >= 8:
                    newer, older = ([g for g, _ in recent[a:b]] for a, b in ((0, 4), (4, 8)))
                    expected += (statistics.median(newer) - statistics.median(older)) / 4
                noise = one.v + sum(w * w * v for w, (_, v) in zip(WEIGHTS, recent, strict=False)) / weight**2
            family = "rare" if one.family == "share" and expected is not None and expected < RARE_BELOW else one.family
            lately = wobbles[-span:]
            forecasts[one.series, one.day] = (one, len(recent), expected, noise, family, lately)
            if lately:
                pools[one.day, family].append(lately)
            if one.g is not None and not one.stood_out:
                past.append((one.g, one.v))
                if expected is not None and noise is not None:
                    off = (one.g - expected) ** 2
                    wobbles.append(min(off, 16 * (noise + TAU0[family] ** 2)) - noise)
    return {key: _judged(*forecast, pools[forecast[0].day, forecast[4]]) for key, forecast in forecasts.items()}


def _judged(
    one: Value, compared: int, expected: float | None, noise: float | None, family: str, wobbles: list[float],
    pool: list[list[float]],
) -> Judged:  # fmt: skip
    if expected is None or noise is None:
        return Judged(compared, None, None, "not_compared")
    tau, count = TAU0[family] ** 2, len(wobbles)
    together = sum(len(lately) for lately in pool)
    middle = statistics.median(statistics.fmean(lately) for lately in pool) if pool else 0
    shared = max((20 * 2 * tau + together * 2 * middle) / (20 + together), tau / 2)
    own = max(statistics.fmean(wobbles), 0) if wobbles else 0
    wobble = max((20 * shared + count * own) / (20 + count), shared / 2)
    bound = stats.t.isf(ALPHA / 2, 20 + count) * math.sqrt(noise + 1.3 * wobble)
    if one.g is None or compared < 4:
        return Judged(compared, expected, bound, "not_compared")
    return Judged(compared, expected, bound, "unusual" if abs(one.g - expected) > bound else "usual")
