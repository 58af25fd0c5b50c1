"""How long the citizens' site takes: its charts against a charting library, and the whole site as published.

Belongs here: the measurements. The peer draws the same twelve months with Altair and turns them into SVG with
vl-convert, without a browser, as a site made with that library would.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from pipelines.registers.publication import load_register
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.site.build import write_site
from pipelines.site.charts import Mark, trend
from pipelines.site.figures import Figure

CHARTS = 20


def charts() -> tuple[Callable[[], object], Callable[[], object]]:
    """Return ours and the peer: each draws a year by month CHARTS times."""
    import altair as alt
    import vl_convert

    values = [94.6, 96.4, 99.0, 97.7, 96.3, 97.7, 97.9, 97.4, 99.2, 96.5, 99.1, 95.7]
    marks = [
        Mark(str(at), Figure(f"chi-tieu:{at}:ty_le", str(value)), str(value)) for at, value in enumerate(values, 1)
    ]
    target = Mark("", Figure("chi-tieu:1:muc_tieu", "97.0"), "97")
    rows = [{"month": at, "value": value} for at, value in enumerate(values, 1)]

    def peer() -> None:
        data: Callable[..., alt.Data] = alt.Data  # its constructor has no annotations
        line = alt.Chart(data(values=rows)).mark_line(point=True).encode(x="month:O", y="value:Q")
        rule = alt.Chart(data(values=[{"value": 97}])).mark_rule().encode(y="value:Q")
        for _ in range(CHARTS):
            vl_convert.vegalite_to_svg((line + rule).properties(width=550, height=190).to_json())

    return lambda: [trend(marks, target, "x", "", "") for _ in range(CHARTS)], peer


def whole_site(settings: Settings) -> tuple[int, int, Callable[[], object]] | None:
    """Return pages, bytes of the largest, and what writes the site of the published version again; None if none is."""
    open_data, register = settings.current_link / "open-data", load_register(PROJECT_DIR / "registers" / "vietnam")
    if not open_data.is_dir():
        return None
    pages = [path.stat().st_size for path in (settings.current_link / "site").rglob("*.html")]

    def write() -> None:
        with tempfile.TemporaryDirectory() as folder:
            write_site(open_data, Path(folder) / "site", register, synthetic=True, as_of="2024-12-31", version="bench")

    return len(pages), max(pages), write
