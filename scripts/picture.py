"""The pictures in README and docs: a citizen's page of one office, and the desk's pages (`make readme` calls this).

Belongs here: a photograph of a page in the Chromium that the tests use. Where there is none, that is said
and the picture stays as it is.
"""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from pipelines.settings import PROJECT_DIR
from tests.site.chromium import ARGUMENTS, find_chromium

PICTURE = PROJECT_DIR / "docs" / "images" / "site.png"
DESK = PROJECT_DIR / "docs" / "images" / "desk.png"
STEPS = PROJECT_DIR / "docs" / "images" / "steps.png"
# The commune that kept its word least in the synthetic province; docs/explain.md asks about it too.
UNIT = "H19.39.02"
WIDTH, HEIGHT = 1200, 900
DESK_WIDTH = 1280


def take(warehouse: Path, picture: Path = PICTURE, desk: Path = DESK, steps: Path = STEPS) -> bool:
    """Photograph the office's page down to where its months begin, the desk page, and the head of the page of steps.

    Returns whether there was a browser to do it.
    """
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=ARGUMENTS)
        except (Error, pytest.fail.Exception) as fault:  # the second is what `find_chromium` raises
            print(f"the pictures stay as they were: {fault}", file=sys.stderr)
            return False
        office = warehouse / "current" / "site" / "vi" / "co-quan" / f"{UNIT}.html"
        _photograph(browser, office.as_uri(), picture)
        take_desk(browser, warehouse, desk)
        take_steps(browser, warehouse, steps)
        browser.close()
    return True


def take_desk(browser: Browser, warehouse: Path, picture: Path = DESK) -> None:
    """Photograph the whole desk page of a warehouse."""
    page = browser.new_page(viewport={"width": DESK_WIDTH, "height": HEIGHT}, color_scheme="light")
    page.goto((warehouse / "reports" / "index.html").as_uri())
    page.screenshot(path=picture, full_page=True)


def take_steps(browser: Browser, warehouse: Path, picture: Path = STEPS, procedures: int = 2) -> None:
    """Photograph the page of steps of a warehouse down to the last of so many procedures."""
    page = browser.new_page(viewport={"width": DESK_WIDTH, "height": HEIGHT}, color_scheme="light")
    page.goto((warehouse / "reports" / "steps.html").as_uri())
    last = page.locator(".procedure").nth(procedures - 1).bounding_box()
    assert last is not None
    page.screenshot(
        path=picture,
        full_page=True,
        clip={"x": 0, "y": 0, "width": DESK_WIDTH, "height": last["y"] + last["height"] + 12},
    )


def _photograph(browser: Browser, address: str, picture: Path) -> None:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce")
    page.goto(address)
    top = page.locator("main > .hero").bounding_box()
    assert top is not None
    picture.parent.mkdir(exist_ok=True)
    page.screenshot(
        path=picture, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": top["y"] + top["height"]}
    )
