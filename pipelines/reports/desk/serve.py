"""Serve the desk page with the reports, quality pages and dictionary it links to, on this machine only (127.0.0.1).

Belongs here: which folders of the warehouse are served, and to whom. Does not belong here: the server (`site.serve`).
Who may use this machine may read what is served while it runs.
"""

from functools import partial
from http.server import ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pipelines.common.errors import TthcError
from pipelines.reports.desk.layout import PAGES
from pipelines.settings import DICTIONARY_FOLDER, Settings
from pipelines.site.serve import HEADERS, HOST, SiteHandler, local_server

NAMES = (HOST, "localhost")


class DeskHandler(SiteHandler):
    """Serve reports, quality pages and the dictionary below the warehouse's folder; nothing else, no hidden file."""

    # The pages hold their style and no script.
    sent = HEADERS | {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    }

    def __init__(self, *args: object, folders: tuple[Path, ...], directory: str) -> None:
        self.folders = folders
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def send_head(self) -> BytesIO | BinaryIO | None:
        # A page of another site that was given this machine's address by a name of its own must read nothing.
        if (self.headers.get("Host") or "").rpartition(":")[0] not in NAMES:
            self.send_error(404)
            return None
        if self.path in ("/", "/index.html"):
            self.send_response(302)
            self.send_header("Location", f"/{self.folders[0].name}/{PAGES['vi']}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        return super().send_head()

    def shows(self, path: Path) -> bool:
        """Return True for places in the folders that are served; names with a dot in front are unfinished work."""
        for folder in self.folders:
            root = folder.resolve()
            if path.is_relative_to(root):
                return not any(part.startswith(".") for part in path.relative_to(root).parts)
        return False


def desk_server(settings: Settings, port: int) -> ThreadingHTTPServer:
    """Return a server of the desk page, not yet running; a page that a night writes anew is served at once.

    Args:
        settings: The installation.
        port: The port; 0 takes any free one.

    Raises:
        TthcError: If there is no page, or the port is taken.
    """
    if not (settings.reports_dir / PAGES["vi"]).is_file():
        raise TthcError("no_desk", folder=settings.reports_dir)
    folders = (settings.reports_dir, settings.quality_dir, settings.current_link / DICTIONARY_FOLDER)
    handler = partial(DeskHandler, folders=folders, directory=str(settings.warehouse_dir))
    return local_server(handler, port, "desk_port_taken")
