"""One small site per session, and a browser to look at it with."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.registers.publication import PublicationRegister, load_register
from pipelines.registers.tiles import TilePlace
from pipelines.settings import PROJECT_DIR
from pipelines.site.build import write_site
from tests.site.open_data import lay_small_editions, write_small_open_data
from tests.site.serving import quiet_page, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AS_OF, VERSION = "2024-12-31", "2024-12-31"
# One district has a place on the map of tiles; a commune of another stands with it; the other district has none.
PLACES = (
    TilePlace(unit_code="H19.31", part_of=None, row=1, column=2),
    TilePlace(unit_code="H19.99", part_of="H19.31", row=None, column=None),
)


@pytest.fixture(scope="session")
def register() -> PublicationRegister:
    return load_register(PROJECT_DIR / "registers" / "vietnam")


@pytest.fixture(scope="session")
def small_open_data(tmp_path_factory: pytest.TempPathFactory, register: PublicationRegister) -> Path:
    folder = write_small_open_data(tmp_path_factory.mktemp("mở") / "open-data", register)
    lay_small_editions(folder)
    return folder


@pytest.fixture(scope="session")
def small_site(small_open_data: Path, register: PublicationRegister) -> Path:
    site = small_open_data.parent / "trang"
    write_site(small_open_data, site, register, synthetic=True, as_of=AS_OF, version=VERSION, places=PLACES)
    return site


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium without a window; found on this machine or installed (tests/site/chromium.py)."""
    from playwright.sync_api import sync_playwright

    from tests.site.chromium import ARGUMENTS, find_chromium

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_chromium(playwright), args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def root(small_site: Path) -> Iterator[str]:
    """Return the address of the small site, served as `tthc serve` does."""
    with served(small_site) as address:
        yield address


@pytest.fixture(scope="module")
def page(browser: "Browser", root: str) -> Iterator["Page"]:
    """One page for all: it must not complain until the last test of a file."""
    with quiet_page(browser, root) as quiet:
        yield quiet
