"""Serve the current version's site on this machine only (127.0.0.1).

Belongs here: a small server for one folder. Does not belong here: a public web server; any can serve the folder.
"""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from pipelines.common.errors import TthcError
from pipelines.settings import SITE_FOLDER, Settings

HOST = "127.0.0.1"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # the night may switch to another version while the server runs
}


class SiteHandler(SimpleHTTPRequestHandler):
    """Serve the files of one folder; no listings, nothing outside it, and no log of who asks."""

    server_version, sys_version = "tthc", ""

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def list_directory(self, path: str | PathLike[str]) -> None:
        self.send_error(404)

    def send_head(self) -> BytesIO | BinaryIO | None:
        # The library removes ".."; this check also stops links inside the folder that lead out of it.
        root = Path(self.directory).resolve()
        try:
            inside = Path(self.translate_path(self.path)).resolve().is_relative_to(root)
        except (OSError, ValueError):  # the name is too long or contains a zero byte
            inside = False
        if inside:
            return super().send_head()
        self.send_error(404)
        return None

    def log_message(self, *_: object) -> None:
        """Log nothing, to protect readers' privacy."""


def site_server(settings: Settings, port: int) -> ThreadingHTTPServer:
    """Return a server of the current version's site, not yet running; it follows `current` when that is switched.

    Args:
        settings: The installation.
        port: The port; 0 takes any free one.

    Raises:
        TthcError: If there is no site, or the port is taken.
    """
    folder = settings.current_link / SITE_FOLDER
    if not (folder / "index.html").is_file():
        raise TthcError("no_site", folder=folder)
    try:
        return ThreadingHTTPServer((HOST, port), partial(SiteHandler, directory=str(folder)))
    except (OSError, OverflowError):
        raise TthcError("port_taken", port=port) from None
