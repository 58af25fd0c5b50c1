"""The command `tthc serve`: the citizens' site of the published version, on this machine.

Does not belong here: the server (`site.serve`).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.app import app, console, settings_with
from pipelines.common.i18n import say

if TYPE_CHECKING:
    from http.server import ThreadingHTTPServer

PORT = 8000


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Cổng; 0 là cổng bất kỳ còn trống / port; 0: any")] = PORT,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:
    """Mở trang cho người dân của phiên bản đang công bố, chỉ trên máy này. / The citizens' site, on 127.0.0.1 only.

    Ví dụ / example: tthc serve --port 8080. Dừng bằng / stop with Ctrl+C.
    """
    from pipelines.site.serve import site_server

    with site_server(settings_with(warehouse_dir=warehouse), port) as server:
        serve_until_stopped(server, "serving")


def serve_until_stopped(server: "ThreadingHTTPServer", message: str) -> None:
    """Say where a server answers (`message` of messages.yml, with `{address}`), and let it answer until Ctrl+C."""
    address = f"http://{server.server_address[0]!s}:{server.server_port}/"
    console.print(say(message, address=address), highlight=False, soft_wrap=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        console.print(say("serving_ended"))
