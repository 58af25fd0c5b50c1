"""A province of a few files, for tests that bring their own models.

Here: what several modules begin with. Not here: whole nights.
"""

from pathlib import Path

import pytest

from pipelines.landing import ingest
from tests.oracle.compiled import Model

from .few_files import PROCEDURES, UNITS, FewFiles, day


@pytest.fixture
def few(tmp_path: Path, models: list[Model], monkeypatch: pytest.MonkeyPatch) -> FewFiles:
    """Return a province with its lists and nothing else yet; `models`: the asking module's fixture."""
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)
    few = FewFiles(tmp_path, models)
    few.deliver(("don_vi", day(0), "u.csv", UNITS), ("thu_tuc", day(0), "p.csv", PROCEDURES))
    return few
