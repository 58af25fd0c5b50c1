"""The map of tiles: each living office once, where the register puts it, coloured by what the CSV says."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.common.errors import TthcError
from pipelines.registers.tiles import load_tiles
from pipelines.settings import PROJECT_DIR
from pipelines.site.numbers import percent
from pipelines.site.tile_map import blocks
from pipelines.site.vintage_reader import VintageReader
from tests.sampling import sampled
from tests.site.conftest import PLACES
from tests.site.open_data import LEVELS, UNITS
from tests.site.reading import HIDDEN_WORDS, table, tree
from tests.site.serving import quiet_page
from tests.site.test_browser import ALL_RULES, COLOURS, violations, with_axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

slow = pytest.mark.slow
MARKS = {"1": "met", "0": "not_met"}


def figures_of(open_data: Path, code: str, period: str) -> dict[str, dict[str, str]]:
    """Return the rows of single offices under the plan's rule, by office."""
    wanted = (code, "plan", period, "don-vi")
    return {
        row["ma_don_vi"]: row
        for row in table(open_data, "chi-tieu")
        if (row["ma_chi_tieu"], row["cach_tinh"], row["ky"], row["pham_vi"]) == wanted
    }


def written(folder: Path, *rows: str) -> Path:
    (folder / "tiles.csv").write_text("\n".join(["unit_code,part_of,row,column", *rows, ""]), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (("H19.31,,1,2", "H19.32,,1,2"), "stands there twice"),
        (("H19.31,,1,2", "H19.31,,1,3"), "stands there twice"),
        (("H19.101,H19.31,,",), "has no place"),
        (("H19.31,,1,",), "either row and column, or part_of"),
        (("H19.31,,1,9",), "less than or equal to 6"),
    ],
)
def test_a_row_that_cannot_be_is_named(tmp_path: Path, rows: tuple[str, ...], says: str) -> None:
    with pytest.raises(TthcError, match=says) as refused:
        load_tiles(written(tmp_path, *rows))
    assert f"{len(rows) + 1}" in str(refused.value)


def test_a_province_without_the_file_has_no_places(tmp_path: Path) -> None:
    assert load_tiles(tmp_path) == ()


@pytest.mark.parametrize("province", ["dong-nai", "dong-nai-2026"])
def test_places_are_of_units_of_the_province(province: str) -> None:
    """Every commune of the day stands in a block, by its own row or by the unit above it."""
    import polars as pl

    folder = PROJECT_DIR / "registers" / province
    units = pl.read_csv(folder / "units.csv", infer_schema=False)
    places = load_tiles(folder)
    assert {place.unit_code for place in places} <= {*units["MaDonVi"]}
    heads = {place.unit_code for place in places if place.part_of is None}
    own = {place.unit_code for place in places if place.part_of is not None}
    communes = units.filter((pl.col("Cap") == "xa") & pl.col("HieuLucDen").is_null())
    assert communes.height > 90
    left = [
        code
        for code, above in communes.select("MaDonVi", "MaDonViCha").iter_rows()
        if code not in own and above not in heads
    ]
    assert left == []


def test_each_living_office_has_one_tile_in_its_block(small_open_data: Path) -> None:
    vintage = VintageReader(small_open_data, LEVELS)
    found = blocks(vintage, PLACES)
    codes = [unit.code for block in found for unit, _ in block.tiles]
    living = {code for code, _, level, *_ in UNITS if level != "tinh"}
    assert len(codes) == len(living) and {*codes} == living
    where = {block.head.code if block.head else block.level: block for block in found}
    assert where["H19.31"].place == (1, 2) and where["H19.39"].place is None
    assert where["H19.31"].tiles[0][0].code == "H19.31"
    assert "H19.99" in [unit.code for unit, _ in where["H19.31"].tiles]
    alone = {block.head.code if block.head else block.level for block in blocks(vintage, ())}
    assert alone == {"H19.31", "H19.39", "so", "xa"}  # without a register: by the office above, others by level


def test_the_page_shows_the_leading_indicator_without_a_script(small_site: Path, small_open_data: Path) -> None:
    rows = figures_of(small_open_data, "on_time_rate", "2024")
    page = tree(small_site / "vi" / "ban-do.html")
    tiles = page.xpath("//a[contains(@class, 'tile')]")
    assert len(tiles) == len(UNITS) - 1
    for tile in tiles:
        row = rows.get(tile.get("data-unit"))
        if row and row["dat"]:
            assert tile.get("class") == f"tile {MARKS[row['dat']]}"
            assert tile.find_class("what")[0].text_content() == percent(row["ty_le"], "vi")
        assert tile.get("href") == f"co-quan/{tile.get('data-unit')}.html"
    assert "ranh giới" in page.text_content()


@slow
@pytest.mark.parametrize(
    ("lang", "code", "period"),
    sampled(
        [("en", "satisfaction_rate", "2024"), ("vi", "digitised_share", "2024"), ("vi", "online_share", "2024-03")],
        one_in=2,
    ),
)
def test_a_link_colours_the_map_as_the_csv_has_it(
    page: "Page", root: str, small_open_data: Path, lang: str, code: str, period: str
) -> None:
    page.goto("about:blank")
    page.goto(f"{root}{lang}/ban-do.html#chi-tieu={code}&ky={period}&mau=ket-qua")
    rows = figures_of(small_open_data, code, period)
    page.locator("details summary").click()
    for unit, *_ in UNITS[1:]:
        row, tile, line = (
            rows.get(unit),
            page.locator(f"a.tile[data-unit='{unit}']"),
            page.locator(f"tr[data-unit='{unit}']"),
        )
        if row is None:
            text = HIDDEN_WORDS[lang][""]
        elif row["ty_le"]:
            text = percent(row["ty_le"], lang, row["dau"])
        else:
            text = HIDDEN_WORDS[lang][row["co"]]
        assert tile.locator(".what").inner_text() == line.locator("td").first.inner_text() == text, unit
        verdict = (tile.get_attribute("class") or "").split()[1]
        if row and row["dat"]:
            assert verdict == MARKS[row["dat"]], unit
        elif row and row["ty_le"]:
            assert verdict == "unclear", unit
        else:
            assert verdict in ("hidden", "few", "nothing", "absent"), unit
    assert page.locator("#lien-ket").input_value() == page.url


@slow
def test_choosing_changes_the_link_and_the_steps_order_the_figures(
    page: "Page", root: str, small_open_data: Path
) -> None:
    page.goto("about:blank")
    page.goto(f"{root}vi/ban-do.html")
    page.locator("#chi-tieu").select_option("online_share")
    page.locator("#mau").select_option("thang")
    page.locator("#ky").select_option("2024-05")
    assert page.url.endswith("#chi-tieu=online_share&ky=2024-05&mau=thang")
    shown = page.evaluate(
        "[...document.querySelectorAll('a.tile')].map(one => [one.className, one.querySelector('.what').textContent])"
        ".filter(([looks]) => looks.includes(' q')).map(([looks, text]) =>"
        " [Number(looks.slice(-1)), Number(text.replace(',', '.').replace('%', ''))]).sort((a, b) => a[1] - b[1])"
    )
    steps = [step for step, _ in shown]
    assert steps == sorted(steps) and steps[0] == 1 and steps[-1] == 5 and len(shown) == 9
    page.reload()
    assert page.locator("#mau").input_value() == "thang" and page.locator("#ky").input_value() == "2024-05"


@slow
@pytest.mark.parametrize("hash_", sampled(["chi-tieu=none&ky=1999&mau=x", "%%", "ky=2024-03"], one_in=3))
def test_a_link_that_makes_no_sense_shows_the_first_choice(page: "Page", root: str, hash_: str) -> None:
    page.goto("about:blank")
    page.goto(f"{root}en/ban-do.html#{hash_}")
    assert page.locator("#chi-tieu").input_value() == "on_time_rate"
    assert page.locator("a.tile.met").count() > 0


@slow
@pytest.mark.parametrize(
    ("lang", "scheme", "rules"),
    [
        ("vi", "light", ALL_RULES),
        pytest.param("en", "dark", COLOURS, marks=pytest.mark.campaign),
        pytest.param("en", "light", ALL_RULES, marks=pytest.mark.campaign),
    ],
)
def test_axe_finds_nothing_in_either_colouring(
    browser: "Browser", root: str, lang: str, scheme: Any, rules: dict[str, Any]
) -> None:
    found = []
    with quiet_page(browser, root, color_scheme=scheme, reduced_motion="reduce") as page:
        for by in ("ket-qua", "thang"):
            page.goto("about:blank")
            page.goto(f"{root}{lang}/ban-do.html#chi-tieu=online_share&ky=2024&mau={by}")
            with_axe(page)
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                found += [f"{by} at {width}: {one}" for one in violations(page, rules)]
                assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found == []
