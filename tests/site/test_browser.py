"""The site in a real Chromium: axe-core, keyboard, reflow at 400 %, without JavaScript, without a network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sampling import sampled

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

# One page of each kind; an office with figures and one whose figure is hidden.
KINDS = ("index", "cap/xa", "cap/xa-thap-truoc", "co-quan/H19.39", "co-quan/H19.39.02", "linh-vuc/index",
         "linh-vuc/ho-tich", "ke-hoach", "chi-tieu", "thanh-toan", "ban-do", "tai-ve",
         "cach-tinh", "thay-doi")  # fmt: skip
LANGUAGES, WIDTHS, SCHEMES = ("vi", "en"), (320, 768, 1280), ("light", "dark")
# Every rule that axe has by default (best practices too), and the size of targets, which WCAG 2.2 added. Between light
# and dark only colours differ (site.css says so, and names no other property in its dark part).
ALL_RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
# Text in a drawing and single signs are what axe's contrast rule leaves to others: text against what lies behind it
# (4.5 to 1), lines and dots (3 to 1).
CONTRAST = """() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).map(Number).slice(0, 3).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const behind = (one) => {
    for (let place = one; place; place = place.parentElement) {
      const colour = getComputedStyle(place).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
  };
  const ratio = (one, colour) => {
    const [low, high] = [light(colour), light(behind(one))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const look = (names, property, least) =>
    [...document.querySelectorAll(names)].map((one) => [one, getComputedStyle(one)[property], least]);
  const texts = look("svg.chart text", "fill", 4.5);
  const lines = look(".goal, .run, .dot.bound", "stroke", 3);
  const fills = look(".bar.own, .dot:not(.bound)", "fill", 3);
  const signs = look(".sign", "color", 4.5);
  const all = [...texts, ...lines, ...fills, ...signs];
  return [all.length, all.filter(([one, colour, least]) => ratio(one, colour) < least)
    .map(([one, colour]) => `${one.getAttribute("class")} ${colour} on ${behind(one)}`)];
}"""


def address(site: Path, page: str, lang: str = "vi") -> str:
    return (site / lang / f"{page}.html").as_uri()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def violations(page: "Page", rules: dict[str, Any]) -> list[str]:
    """Return what axe finds on the page as it is now; axe has been put into it by `with_axe`."""
    found = page.evaluate(f"axe.run({json.dumps(rules)})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']} ({len(one['nodes'])})" for one in found]


def with_axe(page: "Page") -> None:
    """Put axe-core into the page, once, and unfolds what is folded: it is part of the page too."""
    from axe_playwright_python.base import AXE_SCRIPT

    page.evaluate(AXE_SCRIPT)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.mark.parametrize(
    ("lang", "scheme", "rules", "widths"),
    [
        pytest.param("vi", "light", ALL_RULES, (WIDTHS[0], WIDTHS[-1]), id="vi-light"),
        pytest.param("vi", "light", ALL_RULES, WIDTHS[1:-1], id="vi-light-middle", marks=pytest.mark.campaign),
        pytest.param("vi", "dark", COLOURS, WIDTHS[-1:], id="vi-dark-wide", marks=pytest.mark.campaign),
        pytest.param("en", "light", ALL_RULES, WIDTHS, id="en-light", marks=pytest.mark.campaign),
        *(pytest.param(lang, "dark", COLOURS, WIDTHS, id=f"{lang}-dark", marks=pytest.mark.campaign)
          for lang in LANGUAGES),
    ],
)  # fmt: skip
def test_axe_finds_nothing(
    browser: "Browser", small_site: Path, lang: str, scheme: Any, rules: dict[str, Any], widths: tuple[int, ...]
) -> None:
    found = []
    with browser.new_context(color_scheme=scheme, reduced_motion="reduce") as context:
        page = context.new_page()
        for kind in KINDS:
            page.goto(address(small_site, kind, lang))
            with_axe(page)
            for width in widths:
                page.set_viewport_size({"width": width, "height": 900})
                found += [f"{kind} at {width}: {one}" for one in violations(page, rules)]
    assert found == []


def test_axe_would_find_something(page: "Page", small_site: Path) -> None:
    page.goto(address(small_site, "co-quan/H19.39"))
    with_axe(page)
    page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    page.evaluate("document.querySelector('svg.chart').removeAttribute('aria-labelledby')")
    page.evaluate("document.querySelector('svg.chart title').remove()")
    found = {one.partition(":")[0] for one in violations(page, ALL_RULES)}
    assert {"color-contrast", "svg-img-alt"} <= found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_charts_and_signs_stand_out(browser: "Browser", small_site: Path, scheme: Any) -> None:
    with browser.new_context(color_scheme=scheme) as context:
        page = context.new_page()
        for kind in ("index", "co-quan/H19.39", "cap/xa", "linh-vuc/ho-tich"):
            page.goto(address(small_site, kind))
            looked_at, faint = page.evaluate(CONTRAST)
            assert looked_at > 20
            assert faint == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_at_320_pixels_the_page_reads_without_scrolling_sideways(
    browser: "Browser", small_site: Path, lang: str
) -> None:
    """1280 pixels magnified to 400 % are 320 CSS pixels (WCAG 1.4.10).

    Tables may scroll within themselves.
    """
    wide = []
    with browser.new_context(viewport={"width": 320, "height": 256}) as context:
        page = context.new_page()
        for kind in KINDS:
            page.goto(address(small_site, kind, lang))
            if page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append(kind)
            # What scrolls by itself can be reached with the keyboard and has a name.
            wide += page.evaluate(
                "[...document.querySelectorAll('main *')].filter(one => one.scrollWidth > one.clientWidth + 1"
                " && getComputedStyle(one).overflowX === 'auto' && !(one.tabIndex === 0"
                " && document.getElementById(one.getAttribute('aria-labelledby')))).map(one => one.outerHTML)"
            )
    assert wide == []


def test_text_spacing_of_wcag_cuts_nothing_off(page: "Page", small_site: Path) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(address(small_site, "co-quan/H19.39"))
    page.add_style_tag(content="* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
                       " word-spacing: 0.16em !important } p { margin-bottom: 2em !important }")  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("kind", ["index", "co-quan/H19.39"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: "Page", small_site: Path, kind: str) -> None:
    page.goto(address(small_site, kind))
    expected = page.evaluate(
        "[...document.querySelectorAll('a[href], input, button, summary, [tabindex=\"0\"]')].filter("
        "one => one.checkVisibility() && !(one.closest('details:not([open])') && one.tagName !== 'SUMMARY')).length"
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator(".skip").bounding_box()
    assert box and box["y"] >= 0
    reached, unseen = 1, []
    for _ in range(expected + 5):
        page.keyboard.press("Tab")
        reported = page.evaluate(
            "(() => { const one = document.activeElement, {outlineStyle, outlineWidth} = getComputedStyle(one);"
            " return [one.tagName, outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2, one.outerHTML]; })()"
        )
        if reported[0] == "BODY":
            break
        reached += 1
        unseen += [] if reported[1] else [reported[2]]
    assert (reached, unseen) == (expected, [])


def test_the_skip_link_skips(page: "Page", small_site: Path) -> None:
    page.goto(address(small_site, "co-quan/H19.39"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(
    ("typed", "first"),
    sampled([("dong nai", "Xã Đồng Nai Thượng"), ("ĐỒNG NAI", "Xã Đồng Nai Thượng"), ("trang dai", "Phường Trảng Dài"),
     ("an phuoc long thanh", "Xã An Phước"), ("so tu phap", "Sở Tư pháp"), ("du lich", "Sở Văn hóa"),
     ("UBND huyen long thanh", "Huyện Long Thành"), ("Ủy ban nhân dân xã An Phước", "Xã An Phước"),
     ("tp bien hoa", "Thành phố Biên Hòa"), ("TP.Biên Hòa", "Thành phố Biên Hòa"),
     ("h. long thanh", "Huyện Long Thành"),
     ("p. trang dai", "Phường Trảng Dài"), ("p trang", "Phường Trảng Dài"), ("H19.39.02", "Xã An Phước"),
     ("h19.31", "Thành phố Biên Hòa"), ("bien hao", "Thành phố Biên Hòa"), ("trang daj", "Phường Trảng Dài"),
     ("long thnh", "Huyện Long Thành"), ("dong naii", "Xã Đồng Nai Thượng"), ("dat dai", "Đất đai"),
     ("hộ tịch", "Hộ tịch"), ("cai cach hanh chinh", "Kế hoạch cải cách hành chính"), ("tai du lieu", "Tải dữ liệu"),
     ("stp", "Sở Tư pháp")], one_in=4),
)  # fmt: skip
def test_a_page_is_found_by_what_people_type(page: "Page", small_site: Path, typed: str, first: str) -> None:
    page.goto(address(small_site, "index"))
    page.locator("#tim").press_sequentially(typed)
    assert page.locator(".hits a").first.inner_text().startswith(first)
    assert page.locator(".found").inner_text().endswith("kết quả")
    with page.expect_navigation():  # pressing a key does not wait: the load state asked for would be the old page's
        page.keyboard.press("Enter")
    assert first.split()[-1] in page.locator("h1").inner_text()


@pytest.mark.parametrize("kind", ["index", "co-quan/H19.39", "linh-vuc/ho-tich", "ke-hoach", "tai-ve", "cach-tinh"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_is_found_by_its_own_heading(page: "Page", small_site: Path, kind: str, lang: str) -> None:
    page.goto(address(small_site, kind, lang))
    heading = page.locator("h1").inner_text()
    page.goto(address(small_site, "index", lang))
    page.locator("#tim").fill(heading)
    found = [link.get_attribute("href") for link in page.locator(".hits a").all()]
    assert f"{kind}.html" in found or kind == "index"


def test_the_search_of_fields_finds_fields_first_and_offices_too(page: "Page", small_site: Path) -> None:
    page.goto(address(small_site, "linh-vuc/index"))
    page.locator("#tim").fill("tu phap")
    names = [name.partition("\n")[0] for name in page.locator(".hits a").all_inner_texts()]
    assert names[0].startswith("Lý lịch tư pháp") and any(name.startswith("Sở Tư pháp") for name in names)
    page.locator("#tim").fill("long hung")
    page.keyboard.press("Enter")
    page.wait_for_url("**/co-quan/H19.31.03.html")


def column(page: "Page", table: str, at: int) -> list[str]:
    return page.locator(f"table:has(#{table}) tbody tr > :nth-child({at})").all_inner_texts()


def test_the_table_of_a_level_is_sorted_by_its_heads(page: "Page", small_site: Path) -> None:
    page.goto(address(small_site, "cap/xa"))
    best = column(page, "bang-co-quan", 2)
    head = page.locator("table:has(#bang-co-quan) thead th").nth(1)
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    worst = column(page, "bang-co-quan", 2)
    shown = [value for value in best if any(sign.isdigit() for sign in value)]
    assert len(shown) > 2 and [value for value in worst if value in shown] == shown[::-1]
    assert all(value in shown for value in worst[: len(shown)])  # what is hidden stays last
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending" and column(page, "bang-co-quan", 2) == best
    page.locator("table:has(#bang-co-quan) thead th").first.get_by_role("button").click()
    names = column(page, "bang-co-quan", 1)
    # In the order of the Vietnamese alphabet: đ is a letter between d and e.
    assert names == ["Phường An Bình", "Phường Trảng Dài", "Xã An Phước", "Xã Chưa Rõ", "Xã Đồng Nai Thượng",
                     "Xã Long Hưng"]  # fmt: skip


def test_worst_first_needs_no_script(browser: "Browser", small_site: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address(small_site, "cap/xa"))
        best = column(page, "bang-co-quan", 2)
        page.get_by_role("link", name="Xếp từ thấp đến cao").click()
        page.wait_for_url("**/cap/xa-thap-truoc.html*")
        worst = column(page, "bang-co-quan", 2)
        hidden = [value for value in best if not any(sign.isdigit() for sign in value)]
        assert worst == best[: len(best) - len(hidden)][::-1] + hidden
        assert page.locator("button").count() == 0


@pytest.mark.parametrize("width", [320, 360])
def test_the_plan_is_whole_on_a_telephone(browser: "Browser", small_site: Path, width: int) -> None:
    with browser.new_context(viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        page.goto(address(small_site, "ke-hoach"))
        cut = page.evaluate(
            "[...document.querySelectorAll('.goals tbody :is(th, td, small, span)')]"
            ".filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect())"
            ".filter(box => box.right > innerWidth || box.left < 0).length"
        )
        assert cut == 0
        assert page.locator(".goals td", has_text="96,6%").is_visible()
        assert (
            page.evaluate("getComputedStyle(document.querySelector('.goals td[data-label]'), '::before').content") != ""
        )
        assert page.get_by_role("rowheader", name="Tỷ lệ đúng hạn").count() == 1


def test_a_name_that_is_not_there_says_so(page: "Page", small_site: Path) -> None:
    page.goto(address(small_site, "index", "en"))
    page.locator("#tim").fill("hà nội")
    assert page.locator(".hits a").count() == 0
    assert "Nothing found" in page.locator(".found").inner_text()


def test_without_javascript_everything_is_there(browser: "Browser", small_site: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((small_site / "index.html").as_uri())
        page.wait_for_url("**/vi/index.html")
        assert page.locator("form.search").is_hidden()
        page.locator(".jump a", has_text="Huyện Long Thành").click()
        page.wait_for_url("**#nhom-H19.39")
        with page.expect_navigation():
            page.locator(".group a", has_text="Xã An Phước").click()
        assert page.locator("h1").inner_text() == "UBND xã An Phước"
        assert page.locator(".answer").is_visible()
        page.goto(address(small_site, "co-quan/H19.31"))
        assert page.locator("svg.trend").first.is_visible()
        assert page.locator("#bang-thang").is_visible()
        page.locator("summary").click()
        assert page.locator("#bang-766").is_visible()


def test_no_request_leaves_the_site(browser: "Browser", small_site: Path) -> None:
    asked: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        for kind in KINDS:
            page.goto(address(small_site, kind))
    root = small_site.as_uri()
    assert len(asked) > 2 * len(KINDS)
    assert [url for url in asked if not url.startswith((root, "data:"))] == []


def test_served_with_its_strict_headers_the_site_works_and_sets_nothing(browser: "Browser", small_site: Path,
                                                                        tmp_path: Path) -> None:  # fmt: skip
    import threading

    from pipelines.settings import Settings
    from pipelines.site.serve import site_server

    (tmp_path / "current").mkdir()
    (tmp_path / "current" / "site").symlink_to(small_site)
    troubles: list[str] = []
    with site_server(Settings(warehouse_dir=tmp_path), 0) as server, browser.new_context() as context:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_url("**/vi/index.html")
        page.locator("#tim").fill("bien hoa")
        assert page.locator(".hits a").count() > 1
        assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius") == "16px"
        assert context.cookies() == []
        server.shutdown()
    assert troubles == []


def test_print_leaves_out_what_paper_cannot_do(page: "Page", small_site: Path) -> None:
    page.goto(address(small_site, "co-quan/H19.39"))
    page.emulate_media(media="print")
    assert page.locator("header nav").is_hidden()
    assert page.locator("#bang-chi-tieu").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
