"""The commands `tthc report` and `tthc compare-report`: officers' reports of a period.

Does not belong here: writing, locking and comparing them (`reports.officers`).
"""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.app import app, console, settings_with
from pipelines.common.errors import EXIT_ROWS_REJECTED, UsageFault
from pipelines.common.i18n import say

if TYPE_CHECKING:
    from pipelines.reports.officers.write import WrittenReport

CHANGES_SHOWN = 20


@app.command()
def report(
    period: Annotated[str | None, typer.Option(help="Mã kỳ, ví dụ 2024-BC-6T, 2024-Q2, 2024-06 / period code")] = None,
    lock: Annotated[
        bool,
        typer.Option("--lock", help="Khóa bản đã nộp: giữ tệp cùng phiên bản và mã băm / keep what was handed in"),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Với --lock: nộp lại, giữ cả bản trước / with --lock: a further hand-in")
    ] = False,
    who: Annotated[
        str | None, typer.Option("--by", help="Với --lock: ai nộp; mặc định tên đăng nhập / who hands it in")
    ] = None,
    findings: Annotated[
        bool,
        typer.Option("--findings", help="Tệp dòng cần sửa của từng đơn vị / the workbook of findings of each unit"),
    ] = False,
    worklist: Annotated[
        bool,
        typer.Option(
            "--worklist",
            help="Danh sách việc (Excel) và phiếu đôn đốc (Word) của từng đơn vị / each unit's worklist and its "
            "reminder letter",
        ),
    ] = False,
    desk: Annotated[
        bool, typer.Option("--desk", help="Trang bàn làm việc buổi sáng, cho tthc desk / the desk page, for tthc desk")
    ] = False,
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="Không làm PDF / no PDF")] = False,
    version: Annotated[str | None, typer.Option(help="Phiên bản khác trong versions/ / another version")] = None,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:
    """Báo cáo của cán bộ: biểu II.06a, mục tiêu, nhiệm vụ, hồ sơ trễ (Excel, Word, PDF). / Officers' reports.

    Ghi vào reports/<kỳ>/ của kho; mỗi đêm tự ghi cho các kỳ báo cáo đã kết thúc. / Written to reports/<period>/ of
    the warehouse; each night does so for report periods that have ended.

    Ví dụ / examples:

      tthc report --period 2024-BC-6T

      tthc report --period 2024-BC-6T --lock --by "Văn phòng Sở"

      tthc report --findings

      tthc report --worklist

      tthc report --desk
    """
    settings = settings_with(warehouse_dir=warehouse)
    if period is None and not (findings or worklist or desk):
        raise UsageFault("report_period_missing")
    if findings:
        from pipelines.reports.officers.findings import write_findings

        workbooks = write_findings(settings)
        _say("findings_written", count=len(workbooks), folder=settings.reports_dir / "findings")
    if worklist:
        from pipelines.reports.officers.worklist import write_worklist

        files = write_worklist(settings)
        lists = sum(path.suffix == ".xlsx" for path in files)
        folder = settings.reports_dir / "worklist"
        _say("worklist_written", lists=lists, letters=len(files) - lists, folder=folder)
    if desk:
        from pipelines.reports.desk.write import write_desk, write_steps

        write_steps(settings)
        _say("desk_written", file=write_desk(settings)[0])
    if period is None:
        return
    if lock:
        from pipelines.reports.officers.lock import lock_report

        _say("report_locked", file=lock_report(settings, period, who or getpass.getuser(), replace=again))
        return
    from pipelines.reports.officers.write import write_report

    written = write_report(settings, period, version=version, pdf=not no_pdf)
    _show_written(written, period, wants_pdf=not no_pdf)


@app.command(name="compare-report")
def compare_report(
    file: Annotated[Path, typer.Argument(help="Biểu II.06a của đơn vị, .xlsx hoặc .xls / an officer's own workbook")],
    period: Annotated[str, typer.Option(help="Mã kỳ, ví dụ 2024-BC-6T / period code")],
    out: Annotated[
        Path | None, typer.Option(help="Ghi mọi ô khác nhau và hồ sơ ra tệp Excel này / write all to a workbook")
    ] = None,
    version: Annotated[str | None, typer.Option(help="Phiên bản khác trong versions/ / another version")] = None,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:
    """So biểu II.06a của đơn vị với kho: từng ô khác nhau, hồ sơ đằng sau. / An officer's form II.06a against ours.

    Cột được tìm theo hàng (1) đến (13), dòng theo mã hoặc tên đơn vị. / Columns are found by the row (1) to (13), rows
    by code or name of the unit.

    Ví dụ / example: tthc compare-report bieu-06a.xlsx --period 2024-BC-6T --out khac.xlsx

    Mã thoát / exit: 0 giống nhau (same) · 5 có ô khác (cells differ) · 6 không đọc được tệp (file refused).
    """
    from pipelines.reports.officers.compare import compare_form
    from pipelines.reports.officers.compare_view import show_comparison, write_comparison
    from pipelines.reports.officers.officer_form import read_form
    from pipelines.reports.sql_shell import read_only_connection

    settings = settings_with(warehouse_dir=warehouse)
    if not file.is_file():
        raise UsageFault("compare_no_file", file=file)
    theirs = read_form(file, settings)
    with read_only_connection(settings, version) as connection:
        found = compare_form(connection, period, theirs)
    show_comparison(console, found)
    if out is not None:
        write_comparison(found, out)
        _say("compare_written", file=out)
    if not found.agrees:
        raise typer.Exit(EXIT_ROWS_REJECTED)


def _show_written(written: "WrittenReport", period: str, *, wants_pdf: bool) -> None:
    """Print what was written, and where it differs from what was handed in."""
    _say("report_written", period=period, version=written.version, folder=written.folder)
    for path in (*written.files, *written.pdfs):
        console.print(f"  {path.name}", highlight=False, markup=False)
    if not written.pdfs and wants_pdf:
        _say("report_no_pdf")
    if written.locked:
        _say("report_changes", count=len(written.changes))
    for change in written.changes[:CHANGES_SHOWN]:
        sheet, row, column, then, now, difference = change.cells
        console.print(f"  {sheet} · {row} · {column}: {then} → {now} {difference and f'({difference})'}",
                      highlight=False, markup=False, soft_wrap=True)  # fmt: skip
    if len(written.changes) > CHANGES_SHOWN:
        console.print("  …")


def _say(code: str, **values: object) -> None:
    console.print(say(code, **values), highlight=False, markup=False, soft_wrap=True)
