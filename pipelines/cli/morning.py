"""The command `tthc morning`: the summary of the last night, shown or sent.

Does not belong here: what it says and how it is sent (`reports.morning`).
"""

import enum
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.app import app, console, settings_with
from pipelines.common.errors import EXIT_FAULT, TthcError
from pipelines.common.i18n import say


class SummaryFormat(enum.StrEnum):
    """Formats of the summary."""

    txt = "txt"
    md = "md"
    html = "html"


@app.command()
def morning(
    form: Annotated[
        SummaryFormat, typer.Option("--format", help="Dạng in ra / format of what is printed")
    ] = SummaryFormat.txt,
    notify: Annotated[
        bool,
        typer.Option(
            "--notify",
            help="Gửi cho những nơi cần báo lúc này (TTHC_NOTICES_FILE), cả khi số liệu đã cũ / send it to whoever"
            " wants to know now, also that the figures are stale",
        ),
    ] = False,
    test: Annotated[
        bool, typer.Option("--test", help="Gửi thử cho mọi nơi / send it to everybody, to try the addresses")
    ] = False,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:
    """Tóm tắt đêm vừa qua: đã nhận gì, thiếu gì, giữ gì, công bố gì, phải làm gì. / The night, summed up.

    Ví dụ / examples: tthc morning · tthc morning --format html > dem.html · tthc morning --notify (mỗi sáng từ cron, để
    biết cả khi đêm không chạy / each morning from cron, so that a night that never ran is noticed).

    Mã thoát / exit: 0 · 1 chưa có lần chạy nào, hoặc không gửi được (no run yet, or a notice was not sent).
    """
    from pipelines.landing.discover import today_at_home
    from pipelines.reports.morning.facts import read_morning
    from pipelines.reports.morning.notices import load_notices, send, send_morning
    from pipelines.reports.morning.render import render, title

    settings = settings_with(warehouse_dir=warehouse)
    found = read_morning(settings, today_at_home())
    if found is None:
        raise TthcError("morning_none")
    if not (notify or test):
        sys.stdout.write(render(found, form.value))
        return
    if test:
        notices = load_notices(settings)
        everything = {when for notice in notices.notices for when in notice.when}
        failed = send(notices, everything, title(found), render(found, "md"))
    else:
        failed = send_morning(settings, found)
    for service in failed:
        console.print(say("notice_failed", service=service), style="bold red", markup=False, soft_wrap=True)
    if failed:
        raise typer.Exit(EXIT_FAULT)
    console.print(say("notices_sent"))
