"""The desk's pages in a real Chromium: axe-core, widths, keyboard, order without JavaScript, and what is printed."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.reports.desk.layout import PAGES, STEPS_PAGES
from pipelines.reports.desk.render import ORDERS, UNITS_PRINTED
from pipelines.reports.desk.write import write_desk, write_steps
from tests.site.desk_warehouse import morning, publish_desk
from tests.site.test_browser import ALL_RULES, COLOURS, CONTRAST, violations, with_axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow
WIDTHS = (320, 768, 1280)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a province of 200 units, with every section full; the page of steps lies beside it."""
    settings = publish_desk(tmp_path_factory.mktemp("bàn") / "kho")
    write_steps(settings)
    return write_desk(settings, morning())[0]


@pytest.fixture
def page(browser: "Browser", desk: Path) -> Iterator["Page"]:
    """Return the page as it opens where no script may run; nothing else may be asked for."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as context:
        opened = context.new_page()
        asked: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(desk.as_uri())
        yield opened
        assert asked == [desk.as_uri()]


@pytest.mark.parametrize(
    ("name", "scheme", "rules"),
    [
        ("index.html", "light", ALL_RULES),
        ("index.html", "dark", COLOURS),
        pytest.param("index.en.html", "light", ALL_RULES, marks=pytest.mark.campaign),
        pytest.param("steps.html", "light", ALL_RULES, marks=pytest.mark.campaign),
        pytest.param("steps.html", "dark", COLOURS, marks=pytest.mark.campaign),
        pytest.param("steps.en.html", "light", ALL_RULES, marks=pytest.mark.campaign),
    ],
)
def test_axe_finds_nothing(browser: "Browser", desk: Path, name: str, scheme: Any, rules: dict[str, Any]) -> None:
    found = []
    with browser.new_context(color_scheme=scheme, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto((desk.parent / name).as_uri())
        with_axe(page)
        for width in WIDTHS if rules is ALL_RULES else WIDTHS[-1:]:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{width}: {one}" for one in violations(page, rules)]
        drawn, pale = page.evaluate(CONTRAST)
        assert drawn > 20 and pale == []
    assert found == []


@pytest.mark.parametrize("name", [*PAGES.values(), *STEPS_PAGES.values()])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_and_only_tables_scroll(browser: "Browser", desk: Path, width: int, name: str) -> None:
    page = browser.new_page()
    page.goto((desk.parent / name).as_uri())
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    wide = page.evaluate("""width => [...document.querySelectorAll("main *")]
        .filter(one => !one.closest(".scroll, svg, .hidden") && one.getBoundingClientRect().right > width + 0.5)
        .map(one => one.className)""", width)  # fmt: skip
    page.close()
    assert wide == []


def seen(page: "Page") -> list[str]:
    """Return the codes of the units from top to bottom, as they are seen."""
    order = """[...document.querySelectorAll(".units tbody tr")].filter(one => one.getClientRects().length)
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map(one => one.id)"""
    return list(page.evaluate(order))


def test_units_are_sorted_without_a_script(browser: "Browser", desk: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(desk.as_uri())
        tops = {}
        for order in ORDERS:
            page.locator(f"#by-{order}").check()
            rows = page.locator(".units tbody tr").all()[:20]
            placed = [int(re.search(rf"--{order}:(\d+)", row.get_attribute("style") or "")[1]) for row in rows]  # type: ignore[index]
            tops[order] = [row.bounding_box()["y"] for row in rows]  # type: ignore[index]
            assert [at for _, at in sorted(zip(tops[order], placed, strict=True))] == sorted(placed)
        assert len({tuple(top) for top in tops.values()}) > 1


def test_the_keyboard_reaches_the_order_and_reads_units_as_they_stand(page: "Page") -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#by-worst").focus()
    for _ in range(len(ORDERS) - 1):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "by-points" and page.locator("#by-points").is_checked()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "scroll"
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.closest('tr').id")
    assert first == seen(page)[0]


def test_words_of_screen_readers_stay_a_table(page: "Page") -> None:
    tree = page.locator(".work").aria_snapshot()
    assert "- table" in tree and '- columnheader "Quá hạn"' in tree and "- rowheader" in tree


@pytest.mark.parametrize("outcome", ["published", "failed"])
@pytest.mark.parametrize("name", PAGES.values())
def test_it_prints_on_one_sheet_with_the_worst_units(
    browser: "Browser", tmp_path: Path, outcome: str, name: str
) -> None:
    settings = publish_desk(tmp_path / "kho")
    write_desk(settings, morning(outcome, is_stale=True))
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((settings.reports_dir / name).as_uri())
        page.locator("#by-points").check()  # what was chosen on the screen does not reach the paper
        printed = page.pdf(prefer_css_page_size=True, print_background=False)
        page.emulate_media(media="print")
        rows = seen(page)
    assert len(re.findall(rb"/Type\s*/Page\b", _opened(printed))) == 1
    listed = re.findall(r'id="(u-[^"]+)"', (settings.reports_dir / name).read_text(encoding="utf-8"))
    assert rows == listed[:UNITS_PRINTED]


def test_procedures_print_whole_and_waits_are_hatched(browser: "Browser", desk: Path) -> None:
    with browser.new_context(viewport={"width": 720, "height": 1000}) as context:
        page = context.new_page()
        page.goto((desk.parent / "steps.html").as_uri())
        page.emulate_media(media="print")
        torn = page.evaluate("""[...document.querySelectorAll(".procedure")]
            .filter(one => getComputedStyle(one).breakInside !== "avoid").length""")
        hatched = page.evaluate("""[...document.querySelectorAll("rect.part")].map(one =>
            [one.classList.contains("waiting"), getComputedStyle(one).fill.includes("#hatch")])""")
        drawn = page.evaluate("document.querySelector('#hatch').ownerSVGElement.getClientRects().length")
        printed = page.pdf(prefer_css_page_size=True)
    assert drawn, "a pattern that is not displayed leaves its parts empty"
    assert torn == 0 and {tuple(one) for one in hatched} == {(True, True), (False, False)}
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", _opened(printed))) <= 12


def _opened(pdf: bytes) -> bytes:
    """Return a PDF with its compressed objects beside it, where pages may be listed."""
    opened = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(opened)
