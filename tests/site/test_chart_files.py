"""Every chart gives its numbers as CSV, word for word the open data's, and its picture."""

import base64
import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.site.chart_files import COLUMNS
from tests.site.reading import pages, table, tree
from tests.site.serving import quiet_page, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_every_chart_gives_its_numbers_as_the_open_data_have_them(small_site: Path, small_open_data: Path) -> None:
    charts = 0
    for page in pages(small_site):
        drawn = tree(page).xpath("//*[local-name()='svg' and contains(@class, 'chart')]")
        links = tree(page).xpath("//p[@class='chart-take']/a")
        assert len(drawn) == len(links), page
        assert len({link.get("download") for link in links}) == len(links), page
        for chart, link in zip(drawn, links, strict=True):
            charts += 1
            assert chart.getparent() is link.getparent().getparent()
            content = base64.b64decode(link.get("href").removeprefix("data:text/csv;charset=utf-8;base64,")).decode()
            rows = list(csv.DictReader(io.StringIO(content)))
            assert tuple(rows[0]) == COLUMNS and {row["du_lieu"] for row in rows} == {"tong-hop-synthetic"}
            named = {row["nguon"] for row in rows if row["gia_tri"]}
            assert {one.get("data-at") for one in chart.iter() if one.get("data-at")} <= named
            for row in rows:
                if row["nguon"]:
                    name, number, column = row["nguon"].split(":")
                    cells = table(small_open_data, name)[int(number) - 1]
                    flag = cells["co"]
                    assert (row["gia_tri"], row["co"], row["dau"]) == (cells[column], flag, cells.get("dau", "")), row
                    if "trend" in chart.get("class"):
                        assert row["nhan"] == cells["ky"]
    assert charts > 50


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["dark", pytest.param("light", marks=pytest.mark.campaign)])
def test_each_kind_of_chart_is_taken_as_a_picture_that_is_not_empty(
    browser: "Browser", small_site: Path, scheme: str
) -> None:
    """As the page draws it: in its colours, with text; the corner is the background's colour, and much else is not."""
    count = """async (name) => {
      const image = new Image();
      image.src = `data:image/png;base64,${name}`;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
      const pen = canvas.getContext("2d");
      pen.drawImage(image, 0, 0);
      const dots = pen.getImageData(0, 0, image.width, image.height).data, seen = new Set();
      for (let at = 0; at < dots.length; at += 4) seen.add((dots[at] << 16) | (dots[at + 1] << 8) | dots[at + 2]);
      return [image.width, image.height, seen.size, [...dots.slice(0, 3)]];
    }"""
    with served(small_site) as root, quiet_page(browser, root, color_scheme=scheme) as page:
        for kind in ("cap/xa", "linh-vuc/ho-tich"):
            page.goto(f"{root}vi/{kind}.html")
            for button in page.locator(".chart-take button").all()[:2]:  # bars and dots; a line
                with page.expect_download() as download:
                    button.click()
                content = Path(download.value.path()).read_bytes()
                width, height, colours, corner = page.evaluate(count, base64.b64encode(content).decode())
                assert width > 400 and height > 200 and colours > 20
                assert corner == ([255, 255, 255] if scheme == "light" else [24, 34, 38])
                assert download.value.suggested_filename.endswith("-2024-12-31.png")


@pytest.mark.slow
def test_without_a_script_the_numbers_are_still_there(browser: "Browser", small_site: Path) -> None:
    with served(small_site) as root, browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{root}vi/co-quan/H19.39.html")
        with page.expect_download() as download:
            page.locator(".chart-take a").first.click()
        assert Path(download.value.path()).read_text(encoding="utf-8").startswith("nhan,gia_tri,")
        assert page.locator(".chart-take button").count() == 0
