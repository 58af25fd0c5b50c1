"""Serve the current version's site on this machine only (127.0.0.1).

Belongs here: a small server for one folder, which the desk page uses too. Does not belong here: a public web server;
any can serve the folder.
"""

from collections.abc import Callable, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import BinaryIO, ClassVar

from pipelines.common.errors import TthcError
from pipelines.settings import SITE_FOLDER, Settings

HOST = "127.0.0.1"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # the night may switch to another version while the server runs
}


class SiteHandler(SimpleHTTPRequestHandler):
    """Serve the files of one folder; no listings, nothing outside it, and no log of who asks.

    Attributes:
        sent: Headers that go with every answer.
    """

    server_version, sys_version = "tthc", ""
    sent: ClassVar[Mapping[str, str]] = HEADERS

    def end_headers(self) -> None:
        for name, value in self.sent.items():
            self.send_header(name, value)
        super().end_headers()

    def list_directory(self, path: str | PathLike[str]) -> None:
        self.send_error(404)

    def send_head(self) -> BytesIO | BinaryIO | None:
        try:
            is_shown = self.shows(Path(self.translate_path(self.path)).resolve())
        except (OSError, ValueError):  # the name is too long or contains a zero byte
            is_shown = False
        if is_shown:
            return super().send_head()
        self.send_error(404)
        return None

    def shows(self, path: Path) -> bool:
        """Return True if a place, links resolved, is one that is served.

        The library removes ".."; this also stops links inside the folder that lead out of it.
        """
        return path.is_relative_to(Path(self.directory).resolve())

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
    return local_server(partial(SiteHandler, directory=str(folder)), port, "port_taken")


def local_server(handler: Callable[..., SiteHandler], port: int, taken: str) -> ThreadingHTTPServer:
    """Return a server on this machine only, not yet running.

    Args:
        handler: What answers.
        port: The port; 0 takes any free one.
        taken: Code of the error if the port is taken.

    Raises:
        TthcError: If the port is taken.
    """
    try:
        return ThreadingHTTPServer((HOST, port), handler)
    except (OSError, OverflowError):
        raise TthcError(taken, port=port) from None
