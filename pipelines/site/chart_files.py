"""The numbers of a chart as a CSV that is part of the page: a link that needs neither a script nor another file.

Belongs here: the columns of these CSVs and the links. A cell is the text of the open data and names where it stands
there. Does not belong here: drawing (`charts`), the picture of a chart (assets/chart.js).
"""

import csv
import io
from base64 import b64encode

from markupsafe import Markup, escape

from pipelines.site.charts import Mark

REAL, SYNTHETIC = "that", "tong-hop-synthetic"  # codes of `du_lieu`
COLUMNS = ("nhan", "gia_tri", "dau", "co", "muc_tieu", "nguon", "du_lieu")


def chart_csv(marks: list[Mark], target: Mark | None, kind: str) -> str:
    """Return the marks of a chart as CSV, one row per mark.

    Columns: label, figure, sign of a bound, flag, target, the open data's cell as `table:row:column`, and whether the
    figures are real (`kind`, a code of `du_lieu`). Empty where there is none.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    goal = target.figure.text if target and target.figure else ""
    for mark in marks:
        figure = mark.figure
        cells = (figure.text, figure.bound, figure.flag) if figure else ("", "", "")
        writer.writerow([mark.name or mark.label, *cells, goal, figure.address if figure else "", kind])
    return text.getvalue()


def take_links(content: str, name: str, title: str, note: str, of: str) -> Markup:
    """Return the line below a chart: its CSV, and what assets/chart.js needs to offer a PNG.

    Args:
        content: The CSV.
        name: Name of the files, without an ending.
        title: Title of the chart.
        note: What stands below the picture: whose and which figures, and that they are synthetic if they are.
        of: Whom or what the page is about.
    """
    data = b64encode(content.encode()).decode()
    return Markup(  # noqa: S704 - escaped here; base64 has no markup
        f'<p class="chart-take" data-name="{escape(name)}" data-title="{escape(title)}" data-note="{escape(note)}"'
        f' data-of="{escape(of)}"><a href="data:text/csv;charset=utf-8;base64,{data}" download="{escape(name)}.csv"'
        f' aria-label="CSV: {escape(title)}">CSV</a></p>'
    )
