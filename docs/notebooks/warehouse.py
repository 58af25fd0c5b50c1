"""Các hình chính của kho, bằng marimo: `marimo edit docs/notebooks/warehouse.py`.

The warehouse's main pictures. It opens the published version in the folder that `--warehouse` or TTHC_WAREHOUSE_DIR
names (default data/warehouse), read only. Belongs here: pictures. Does not belong here: queries; each picture is the
answer to a question of the cookbook (docs/cookbook/).
"""
# ruff: noqa: ANN001, ANN202, N803

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Kho hồ sơ TTHC")


@app.cell
def _():
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo
    import polars.selectors as columns

    return Path, alt, columns, duckdb, mo, os


@app.cell
def _(Path, columns, duckdb, mo, os):
    docs = Path(mo.notebook_dir()).parent
    folder = (
        mo.cli_args().get("warehouse") or os.environ.get("TTHC_WAREHOUSE_DIR") or docs.parent / "data" / "warehouse"
    )
    warehouse = duckdb.connect(str(Path(folder) / "current" / "tthc.duckdb"), read_only=True)
    warehouse.execute("set schema = 'marts'")

    def ask(question):
        """Return the answer to a question of the cookbook, as a table."""
        query = (docs / "cookbook" / f"{question}.sql").read_text(encoding="utf-8")
        # Sums come with 128 bits, which charts do not take.
        return warehouse.execute(query).pl().with_columns(columns.decimal().cast(int))

    return (ask,)


@app.cell
def _(ask, mo):
    version = ask("which-version-is-this").row(0, named=True)
    invented = (
        "**Số liệu tổng hợp, không có thật. / Synthetic figures, none is real.** " if version["is_synthetic"] else ""
    )
    mo.md(
        f"""
        # Kho hồ sơ thủ tục hành chính / The warehouse of dossiers

        {invented}Số liệu đến ngày / as of **{version["as_of"]}**, phiên bản / version `{version["version"]}`.

        Mỗi hình là một câu hỏi của sổ tay (docs/cookbook.vi.md); đổi đơn vị, năm, thủ tục trong tệp `.sql` của nó.
        Each picture is a question of the cookbook (docs/cookbook.md); change unit, year, procedure in its `.sql`.
        """
    )
    return (version,)


@app.cell
def _(alt, ask, mo):
    months = ask("on-time-by-month")
    month = alt.Chart(months).encode(x=alt.X("period_code:O", title=None))
    on_time = month.mark_line(point=True).encode(
        y=alt.Y("percent:Q", title="% đúng hạn / on time", scale=alt.Scale(zero=False)),
        color=alt.Color("level:N", title=None),
        tooltip=["level", "period_code", "percent", "resolved", "is_closed"],
    )
    target = month.mark_rule(strokeDash=[4, 3]).encode(y="max(target):Q", x=alt.value(0), x2=alt.value("width"))
    on_time_chart = (on_time + target).properties(width=640, height=260)
    mo.vstack([
        mo.md("## Tỷ lệ đúng hạn từng tháng, so với mục tiêu / On time by month, against the target"), on_time_chart,
    ])  # fmt: skip
    return (on_time_chart,)


@app.cell
def _(alt, ask, mo):
    # Points, not bars: a bar would have to begin at 0, where nothing could be told apart.
    ranked = alt.Chart(ask("units-ranked")).encode(
        x=alt.X("percent:Q", title="% đúng hạn / on time", scale=alt.Scale(zero=False)),
        y=alt.Y("unit_name:N", sort="-x", title=None, axis=alt.Axis(labelLimit=280, grid=True)),
        tooltip=["unit_name", "level", "percent", "target", "resolved"],
    )
    reached = alt.Color("met:N", title="đạt / met", scale=alt.Scale(domain=[True, False], range=["#4c78a8", "#f58518"]))
    goal = ranked.mark_rule(strokeDash=[4, 3]).encode(x="max(target):Q", y=alt.value(0), y2=alt.value("height"))
    units_chart = (ranked.mark_circle(size=90).encode(color=reached) + goal).properties(width=480)
    mo.vstack([mo.md("## Sở và huyện / Departments and districts"), units_chart])
    return (units_chart,)


@app.cell
def _(alt, ask, mo):
    steps_chart = (
        alt.Chart(ask("days-by-step-and-level"))
        .mark_bar()
        .encode(
            x=alt.X("sum(days_per_dossier):Q", title="ngày làm việc một hồ sơ / working days per dossier"),
            y=alt.Y("level:N", title=None),
            color=alt.Color("step:N", title=None),
            tooltip=["level", "step", "phase", "days_per_dossier"],
        )
        .properties(width=480)
    )
    mo.vstack([mo.md("## Ngày mất ở bước nào / Which step eats the days"), steps_chart])
    return (steps_chart,)


@app.cell
def _(alt, ask, mo):
    waits = ["0", "1–2", "3–5", "6–10", "11–20", "> 20"]
    waits_chart = (
        alt.Chart(ask("waiting-distribution"))
        .mark_bar()
        .encode(
            x=alt.X("working_days:O", sort=waits, title="ngày làm việc / working days"),
            y=alt.Y("percent:Q", title="% hồ sơ / of dossiers"),
            column=alt.Column("level:N", title=None),
            tooltip=["level", "working_days", "percent", "dossiers"],
        )
        .properties(width=180, height=200)
    )
    mo.vstack([mo.md("## Người dân chờ bao lâu / How long people wait"), waits_chart])
    return (waits_chart,)


@app.cell
def _(alt, ask, mo):
    score_chart = (
        alt.Chart(ask("score-line"))
        .mark_line(point=True)
        .encode(
            x=alt.X("cut_date:T", title=None),
            y=alt.Y("percent:Q", title="% điểm đạt được / of points", scale=alt.Scale(zero=False)),
            tooltip=["cut_date", "points", "known_max", "percent", "points_change"],
        )
        .properties(width=640, height=220)
    )
    mo.vstack([mo.md("## Điểm Quyết định 766 / The score of Decision 766"), score_chart])
    return (score_chart,)


@app.cell
def _(alt, ask, mo):
    worklist_chart = (
        alt.Chart(ask("worklist-by-category"))
        .mark_bar()
        .encode(
            x=alt.X("dossiers:Q", title="hồ sơ / dossiers"),
            y=alt.Y("category:N", sort=None, title=None, axis=alt.Axis(labelLimit=240)),
            tooltip=["category", "dossiers", "expected_late", "first_action"],
        )
        .properties(width=480)
    )
    mo.vstack([mo.md("## Hồ sơ đang mở / Open dossiers"), worklist_chart])
    return (worklist_chart,)


if __name__ == "__main__":
    app.run()
