"""The command `tthc dagster`: Dagster's page with its daemon, on this warehouse.

Does not belong here: what Dagster runs (`nightly`).
"""

import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.app import app, console, settings_with
from pipelines.common.errors import TthcError
from pipelines.common.i18n import say
from pipelines.settings import Settings

PORT, HOST = 3000, "127.0.0.1"


@app.command()
def dagster(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Cổng / port")] = PORT,
    host: Annotated[
        str, typer.Option(help="Địa chỉ; trang không có đăng nhập, nên chỉ mở ra ngoài sau một máy chủ có đăng nhập / "
                               "address; the page has no login, so open it to others only behind a server that has")
    ] = HOST,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:  # fmt: skip
    """Mở trang của Dagster và trình nền chạy việc hằng đêm. / Dagster's page, and the daemon that runs the night.

    Trình nền chạy theo TTHC_SCHEDULE (mặc định 01:30 giờ Việt Nam), và nếu TTHC_WATCH_LANDING khác 0 thì khi có tệp
    mới. Các lần `tthc run` cũng hiện ở trang này. / The daemon starts the night at TTHC_SCHEDULE (01:30 in Việt Nam
    unless set), and with TTHC_WATCH_LANDING also once something was delivered. Runs of `tthc run` show there too.

    Ví dụ / example: tthc dagster --port 3001. Dừng bằng / stop with Ctrl+C.
    """
    from pipelines.nightly.dagster_home import DEFINITIONS, prepare_home

    settings = settings_with(warehouse_dir=warehouse)
    open_page(settings, host, port, DEFINITIONS, lambda: prepare_home(settings))


def open_page(
    settings: Settings, host: str, port: int, module: str, prepare: Callable[[], object], **environment: str
) -> None:  # fmt: skip
    """Show Dagster's page until it is stopped.

    Args:
        settings: Those whose Dagster home is used.
        host: Address of the page.
        port: Its port.
        module: The definitions that it loads.
        prepare: Creates the home.
        environment: Variables of the page's process beside those of this one.

    Raises:
        TthcError: If the port is taken, or a page runs in that home already.
        typer.Exit: With Dagster's exit code.
    """
    from pipelines.nightly.dagster_home import page_command, page_lock

    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            free.bind((host, port))
        except OSError:
            raise TthcError("port_taken", port=port) from None
    prepare()
    try:
        # Held as long as the page runs: nobody replaces its home meanwhile.
        with page_lock(settings.dagster_home):
            console.print(say("serving_dagster", address=f"http://{host}:{port}/", schedule=settings.schedule),
                          highlight=False, soft_wrap=True)  # fmt: skip
            command, own = page_command(settings, host, port, module)
            code = _run(command, {**own, **environment})
    except TimeoutError:
        raise TthcError("dagster_runs_already", warehouse=settings.warehouse_dir) from None
    raise typer.Exit(code)


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Run Dagster until it ends or is stopped, and return its exit code. Ctrl-C reaches it as well as us."""
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603 - our own executable
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
