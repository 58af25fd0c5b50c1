"""What others see of the site without opening it: addresses, pictures, maps, and what pages tell machines."""

import json
import struct
import xml.etree.ElementTree as ET
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.registers.publication import PublicationRegister
from pipelines.site.build import write_site
from pipelines.site.previews import PreviewText, drawing, painter
from pipelines.site.render import SiteFacts
from pipelines.site.sharing import SITE_MAP, pictures
from pipelines.site.vintage_reader import VintageReader
from tests.open_data.conftest import HEAD, Edition, write_edition
from tests.site.conftest import AS_OF, VERSION
from tests.site.open_data import LEVELS
from tests.site.reading import pages, tree

ADDRESS = "https://thu-tuc.example/tinh/"


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory, register: PublicationRegister) -> Edition:
    return write_edition(tmp_path_factory.mktemp("ấn bản"), register)


@pytest.fixture(scope="module")
def public(edition: Edition, register: PublicationRegister, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site with a public address, of figures that are said to be real."""
    site = tmp_path_factory.mktemp("công khai") / "site"
    write_site(edition.folder, site, register, synthetic=False, as_of=AS_OF, version=VERSION, public_url=ADDRESS,
               description=edition.description)  # fmt: skip
    return site


def told_by(page: Path) -> dict[str, Any]:
    (script,) = tree(page).iterfind(".//script[@type='application/ld+json']")
    found: dict[str, Any] = json.loads(script.text)
    return found


def written(site: Path) -> list[Path]:
    return [page for page in pages(site) if page.parent != site]


def test_each_page_has_one_absolute_address_and_says_it_alike(public: Path) -> None:
    for page in written(public):
        own = ADDRESS + page.relative_to(public).as_posix().replace("-thap-truoc", "")
        (canonical,) = (link.get("href") for link in tree(page).iterfind(".//link[@rel='canonical']"))
        metas = {meta.get("property"): meta.get("content") for meta in tree(page).iterfind(".//meta[@property]")}
        assert canonical == metas["og:url"] == told_by(page)["url"] == own
        assert metas["og:image"].startswith(f"{ADDRESS}xem-truoc/")
        assert (public / metas["og:image"].removeprefix(ADDRESS)).is_file()
        others = {link.get("hreflang"): link.get("href") for link in tree(page).iterfind(".//link[@rel='alternate']")}
        assert set(others) == {"vi", "en"} and all(other.startswith(ADDRESS) for other in others.values())


def test_the_map_lists_each_page_once_and_robots_find_it(public: Path, small_site: Path) -> None:
    places = [place.text or "" for place in ET.parse(public / "sitemap.xml").iterfind(f".//{{{SITE_MAP}}}loc")]
    files = {public / place.removeprefix(ADDRESS) for place in places}
    assert len(files) == len(places) and all(file.is_file() for file in files)
    assert {page for page in written(public) if "-thap-truoc" not in page.name} == files
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (public / "robots.txt").read_text(encoding="utf-8")
    assert not (small_site / "sitemap.xml").exists() and "Sitemap" not in (small_site / "robots.txt").read_text()


def test_each_page_tells_what_it_is_in_its_own_language(public: Path, small_site: Path) -> None:
    for page in written(public):
        reported = told_by(page)
        assert reported["@type"] == "WebPage" and reported["@context"] == {"@vocab": "https://schema.org/"}
        assert reported["inLanguage"] == page.relative_to(public).parts[0]
        assert tree(page).findtext(".//title").startswith(reported["name"])
        assert reported["description"] == tree(page).find(".//meta[@name='description']").get("content")
    office = told_by(public / "vi" / "co-quan" / "H19.13.html")
    assert office["about"] == {"@type": "GovernmentOrganization", "identifier": "H19.13",
                               "name": 'Sở Văn hóa, Thể thao & Du lịch <b>"thử"</b>'}  # fmt: skip
    made_up = told_by(small_site / "vi" / "co-quan" / "H19.13.html")
    assert made_up["creativeWorkStatus"] == "Synthetic" and "about" not in made_up


def test_the_page_of_downloads_describes_the_dataset_with_addresses_that_hold(public: Path, edition: Edition) -> None:
    dataset = told_by(public / "en" / "tai-ve.html")["mainEntity"]
    assert dataset["@type"] == "Dataset" and dataset["dateModified"] == HEAD["modified"]
    files = [one["contentUrl"] for part in (dataset, *dataset["hasPart"]) for one in part["distribution"]]
    assert len(files) == 2 * len(edition.register.tables)
    for address in files:  # the description itself knows no public address here: relative to the page
        assert ((public / "en") / address).resolve().is_file()


def test_a_picture_says_whose_figure_it_is_and_of_which_period(
    small_open_data: Path, register: PublicationRegister
) -> None:
    vintage = VintageReader(small_open_data, LEVELS)
    shown = pictures(SiteFacts(vintage, register, True, AS_OF, VERSION))
    assert set(shown) == {"tinh", "cap-so", "cap-huyen", "cap-xa", *(code for code in vintage.units if code != "H19")}
    words = shown["H19.31.02"]
    assert (words.who, words.figure) == ("UBND phường Trảng Dài", "70,24%")
    assert words.what == "đúng hạn năm 2024 · on time 2024"
    assert words.notice == "Dữ liệu tổng hợp · Synthetic data"
    assert shown["H19.39.02"].figure == "90%"
    real = pictures(SiteFacts(vintage, register, False, AS_OF, VERSION))["H19.31.02"]
    assert real.notice == "" and "#a63c06" not in drawing(real)
    assert "&lt;b&gt;" in drawing(PreviewText("<b>", "1", "", "", ""))


def test_pictures_are_small(small_site: Path) -> None:
    for path in (small_site / "xem-truoc").iterdir():
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG") and struct.unpack(">II", content[16:24]) == (600, 315)
        assert len(content) < 30_000


ONE = PreviewText("Sở Tư pháp", "96,8%", "đúng hạn", "Trang", "Dữ liệu tổng hợp")


def test_a_picture_put_together_has_every_pixel_of_its_drawing(
    small_open_data: Path, register: PublicationRegister
) -> None:
    """Also where the same frame is used again, and where names and figures are as high and as long as they can be."""
    from vl_convert import svg_to_png

    shown = list(pictures(SiteFacts(VintageReader(small_open_data, LEVELS), register, True, AS_OF, VERSION)).values())
    high = replace(ONE, who="Ở ẤỂỖ Ậgy " * 8, figure="Ậ,gj")
    picture = painter()
    for words in (*shown[:6], ONE, high, replace(ONE, notice=""), replace(ONE, figure="không có hồ sơ · no dossiers")):
        made, drawn = picture(words), svg_to_png(drawing(words))
        assert (made[:33], unpacked(made)) == (drawn[:33], unpacked(drawn))
        assert len(made) < len(drawn) / 2


def unpacked(png: bytes) -> bytes:
    """Return the rows of a picture, after every checksum of it was held against its content."""
    packed, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + content),)
        packed += content if kind == b"IDAT" else b""
        at += 12 + length
    return zlib.decompress(packed)
