"""The page of editions: each at its permanent address, what was withdrawn reported as that, and a feed."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from lxml import html

from pipelines.open_data.feed import ATOM
from pipelines.registers.publication import PublicationRegister
from pipelines.site.build import write_site
from tests.site.open_data import write_small_open_data

WORDS = {"vi": ["mới nhất", "đã rút lại", "có lần sau"], "en": ["newest", "withdrawn", "a later one is out"]}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_each_edition_has_a_row_that_leads_to_its_files(small_site: Path, lang: str) -> None:
    page = small_site / lang / "lan-cong-bo.html"
    rows = html.fromstring(page.read_text(encoding="utf-8")).xpath("//main//tbody/tr")
    assert [row.get("id") for row in rows] == ["e3", "e2", "e1"]
    assert [row.xpath("td[2]")[0].text_content() for row in rows] == WORDS[lang]
    for row in rows:
        (link,) = row.xpath(".//a/@href")
        assert (page.parent / link).resolve().read_text() == f"{row.get('id')}\n"


def test_the_feed_leads_to_files_that_are_there(small_site: Path) -> None:
    folder = small_site / "du-lieu" / "editions"
    page = html.fromstring((small_site / "vi" / "lan-cong-bo.html").read_text(encoding="utf-8"))
    (address,) = page.xpath("//a[@type='application/atom+xml']/@href")
    assert (small_site / "vi" / address).resolve() == (folder / "feed.xml").resolve()
    links = ET.parse(folder / "feed.xml").getroot().findall(f"{{{ATOM}}}entry/{{{ATOM}}}link")
    assert len(links) == 3 and all((folder / link.get("href", "")).is_file() for link in links)
    assert [one["edition"] for one in json.loads((folder / "index.json").read_text())["editions"]] == ["e1", "e2", "e3"]


def test_without_editions_the_page_says_so(tmp_path: Path, register: PublicationRegister) -> None:
    open_data = write_small_open_data(tmp_path / "open-data", register)
    write_site(open_data, tmp_path / "trang", register, synthetic=True, as_of="2024-12-31", version="v")
    page = (tmp_path / "trang" / "en" / "lan-cong-bo.html").read_text(encoding="utf-8")
    assert "No edition came out before this one." in page and "atom+xml" not in page
