"""The commands `tthc sql` and `tthc explain`, which query the published version.

Does not belong here: querying and printing (`reports`).
"""

import enum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.app import Format, app, console, settings_with
from pipelines.common.errors import UsageFault
from pipelines.settings import Settings


class Rule(enum.StrEnum):
    """Ways of computing an indicator."""

    plan = "plan"
    decision_766 = "766"


@app.command()
def sql(
    query: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUERY | VERSION",
            help="Câu SQL hoặc lệnh như .tables; bỏ trống để vào dấu nhắc. Với --compare: hai phiên bản / a query or a "
            "command such as .tables; without one a prompt. With --compare: two versions",
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="Cách in / how to print")] = Format.table,
    file: Annotated[
        Path | None, typer.Option("-f", "--file", help="Tệp câu SQL, dừng ở lỗi đầu tiên / run a file of statements")
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Ghi ra tệp .csv, .json, .parquet, .xlsx, đủ mọi dòng / write all rows to a file"
        ),
    ] = None,
    rows: Annotated[
        int | None, typer.Option(min=0, help="Số dòng hiện của một bảng; 0 là tất cả / rows of a table shown; 0: all")
    ] = None,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="So hai phiên bản; không nêu thì phiên bản trước và bản đang công bố / what changed between two "
            "versions; by default the one before and the current",
        ),
    ] = False,
    table: Annotated[
        str | None, typer.Option(help="Với --compare: những dòng khác nhau của bảng này / which rows of one table")
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(help="Phiên bản khác trong versions/, như bản tính bên cạnh / another version, as one beside"),
    ] = None,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:
    """Hỏi phiên bản đang công bố bằng SQL, chỉ đọc. / Read-only SQL on the published version.

    Ví dụ / examples:

      tthc sql

      tthc sql "from plan_scorecard limit 10"

      tthc sql .tables

      tthc sql "from worklist" -o viec.xlsx

      tthc sql -f cau-hoi.sql --format csv

      tthc sql --compare

      tthc sql --compare 2024-12-30-0123456789ab 2024-12-31-0123456789ab --table plan_scorecard

    Trong dấu nhắc, gõ help để xem các lệnh; Tab gợi ý bảng và cột: docs/analysts.vi.md.

    At the prompt, help lists the commands; Tab completes tables and columns: docs/analysts.md.

    Mã thoát / exit: 0 · 1 câu SQL sai, bị dừng (a query failed, was stopped) · 2 sai cú pháp (usage).
    """
    from pipelines.reports.sql_shell.run import Wanted, run_sql

    settings = settings_with(warehouse_dir=warehouse)
    given = query or []
    if compare:
        from pipelines.reports.sql_shell.compare_run import run_comparison

        run_comparison(settings, console, given, table, output.value, target, rows)
        return
    if len(given) > 1 or (given and file is not None):
        raise UsageFault("sql_one_query")
    if table is not None:
        raise UsageFault("sql_table_without_compare")
    run_sql(settings, console, Wanted(given[0] if given else None, file, target, output.value, rows, version))


@app.command()
def explain(
    indicator: Annotated[
        str | None,
        typer.Argument(help="Mã chỉ tiêu, ví dụ on_time_rate; với --gain: số thành phần, ví dụ 4.1 / indicator code"),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(help="Mã đơn vị, hoặc cấp tinh, so, huyen, xa; mặc định toàn tỉnh / unit code or level"),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(help="Mã kỳ, ví dụ 2024-06, 2024-Q2, 2024-BC-6T; mặc định tháng mới nhất / period code"),
    ] = None,
    rule: Annotated[Rule, typer.Option(help="Cách tính / rule: plan, 766")] = Rule.plan,
    output: Annotated[
        Format, typer.Option("--format", help="Cách in; csv chỉ in các mã / how to print")
    ] = Format.table,
    everything: Annotated[bool, typer.Option("--all", help="In mọi mã, không chỉ 40 mã đầu / all codes")] = False,
    gain: Annotated[
        bool,
        typer.Option(
            "--gain",
            help="Điểm Quyết định 766 đang mất từ đầu năm, xếp theo điểm lấy lại được; thêm số thành phần để xem hồ sơ"
            " / points of Decision 766 that are lost, in order of gain; of one component its cases too",
        ),
    ] = False,
    cases: Annotated[
        int | None, typer.Option(min=1, help="Với --gain: thêm bấy nhiêu hồ sơ đạt thì được mấy điểm / what if")
    ] = None,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:
    """Vì sao con số là như vậy: định nghĩa, tử số, mẫu số, tệp nguồn, hồ sơ làm giảm. / Where a figure comes from.

    Ví dụ / examples: tthc explain on_time_rate --unit H19.31 --period 2024-Q2;
    tthc explain --gain --unit H19.31; tthc explain 4.1 --gain --cases 14
    """
    if gain:
        _explain_gain(settings_with(warehouse_dir=warehouse), unit, indicator, cases, output, everything=everything)
        return
    if indicator is None:
        raise UsageFault("explain_what")
    from pipelines.reports.explain import explain as look_up
    from pipelines.reports.explain_view import show_explanation
    from pipelines.reports.sql_shell import read_only_connection

    with read_only_connection(settings_with(warehouse_dir=warehouse)) as connection:
        found = look_up(connection, indicator, rule.value, unit, period)
    show_explanation(console, found, output.value, everything=everything)


def _explain_gain(
    settings: Settings, unit: str | None, component: str | None, cases: int | None, output: Format, *, everything: bool
) -> None:  # fmt: skip
    from pipelines.reports.gains import read_gains
    from pipelines.reports.gains_view import show_gains
    from pipelines.reports.sql_shell import read_only_connection

    with read_only_connection(settings) as connection:
        found = read_gains(connection, unit, component, cases)
    show_gains(console, found, output.value, everything=everything)
