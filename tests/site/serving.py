"""A site behind the server and the headers of `tthc serve`, and a page that reports whatever it complains about."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.site.serve import SiteHandler, local_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site; yields its address, ending in /."""
    with local_server(partial(SiteHandler, directory=str(site)), 0, "port_taken") as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def quiet_page(browser: "Browser", root: str, **looks: Any) -> Iterator["Page"]:
    """Yield a page in a context of its own.

    Raises:
        AssertionError: At the end, if the page said anything in the console, failed, or asked anybody but the server.
    """
    troubles: list[str] = []
    with browser.new_context(viewport={"width": 1280, "height": 900}, **looks) as context:
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: troubles.append(request.url)
                if not request.url.startswith((root, "data:", "blob:")) else None)  # fmt: skip
        yield page
    assert troubles == []
