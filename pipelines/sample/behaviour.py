"""Settings of the synthetic province (`behaviour.yml`), and the shares that follow from them.

Belongs here: reading the file, random streams, shares by level and time of year. Does not belong here: any rule about
dossiers, any figure.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.common.yaml import read_yaml

SETTINGS = Path(__file__).with_name("behaviour.yml")

Behaviour = dict[str, Any]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def load_behaviour() -> Behaviour:
    """Return the settings as nested mappings, dates as `datetime.date`."""
    settings: Behaviour = read_yaml(SETTINGS.read_text(encoding="utf-8"))
    return settings


# The levels below the province, in the order of the shares in `behaviour.yml`.
LEVELS: tuple[str, ...] = tuple(load_behaviour()["volume"]["levels"])


def stream(seed: int, name: str) -> np.random.Generator:
    """Return a random generator for one topic, so that more draws for one topic never shift those of another."""
    return np.random.default_rng([seed, *name.encode()])


def by_level(shares: dict[str, float], level: Ints) -> Floats:
    """Return a share per level, for each dossier's level index."""
    return np.array([shares[name] for name in LEVELS], dtype=float)[level]


def over_year(ends: list[float], elapsed: Floats) -> Floats:
    """Return a share interpolated linearly over what is drawn; `elapsed` is the part gone by (0 to 1)."""
    return ends[0] + (ends[1] - ends[0]) * np.clip(elapsed, 0, 1)


def by_level_over_year(ends: dict[str, list[float]], level: Ints, elapsed: Floats) -> Floats:
    """Return a share per dossier, interpolated linearly over what is drawn, between its level's two ends."""
    start, finish = (np.array([ends[name][i] for name in LEVELS])[level] for i in (0, 1))
    mixed: Floats = start + (finish - start) * np.clip(elapsed, 0, 1)
    return mixed


def zipf(size: int) -> Floats:
    """Return `size` weights that sum to 1: a few large ones, many small ones (Zipf's law, exponent 1.1)."""
    weights: Floats = 1 / np.arange(1, size + 1) ** 1.1
    shares: Floats = weights / weights.sum()
    return shares
