"""Offices that have ended, offices of one name, and each office's own files."""

import csv
import shutil
from pathlib import Path

import pytest

from pipelines.registers.publication import PublicationRegister
from pipelines.site.build import write_site
from pipelines.site.vintage_reader import VintageReader
from tests.site.conftest import AS_OF, VERSION
from tests.site.open_data import LEVELS
from tests.site.reading import table, tree

# As after 1 July 2024: the town is gone, one ward goes on under the same name and another code.
CHANGED = {"H19.31": ("", "2024-06-30"), "H19.31.01": ("", "2024-06-30"), "H19.31.02": ("", "2024-06-30"),
           "H19.31.03": ("", "2023-12-31")}  # fmt: skip


@pytest.fixture(scope="module")
def later(small_open_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(small_open_data, tmp_path_factory.mktemp("sau") / "open-data"))
    units = table(small_open_data, "don-vi")
    for unit in units:
        unit["hieu_luc_tu"], unit["hieu_luc_den"] = CHANGED.get(unit["ma_don_vi"], ("", ""))
    ward = next(unit for unit in units if unit["ma_don_vi"] == "H19.31.02")
    units.append(
        ward | {"ma_don_vi": "H19.101", "ma_don_vi_cha": "H19", "hieu_luc_tu": "2024-07-01", "hieu_luc_den": ""}
    )
    for code, above in (("H19.201", "H19.31"), ("H19.202", "H19.39"), ("H19.203", "H19.39"), ("H19.204", "H19.39")):
        name = "UBND xã Hai Nơi" if code < "H19.203" else "UBND xã Một Nơi"
        units.append(
            dict.fromkeys(ward, "") | {"ma_don_vi": code, "ten_don_vi": name, "cap": "xa", "ma_don_vi_cha": above}
        )
    with (folder / "don-vi.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ward.keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(units)
    return folder


@pytest.fixture(scope="module")
def later_site(later: Path, register: PublicationRegister) -> Path:
    site = later.parent / "site"
    write_site(later, site, register, synthetic=True, as_of=AS_OF, version=VERSION)
    return site


def names(page: Path, ident: str) -> list[str]:
    (shown,) = (one for one in tree(page).iterfind(".//table") if one.find("caption").get("id") == ident)
    return [head.text_content() for head in shown.iterfind("./tbody/tr/th")]


def test_living_offices_stand_first_and_the_others_under_their_year(later_site: Path) -> None:
    groups = [(one.text_content(), [link.text_content() for link in one.getparent().iterfind(".//li/a")])
              for one in tree(later_site / "vi" / "index.html").iterfind(".//h3")
              if one.get("id", "").startswith("nhom-")]  # fmt: skip
    titles = [title for title, _ in groups]
    assert titles[-2:] == ["Đã kết thúc năm 2024", "Đã kết thúc năm 2023"]
    assert "Thành phố Biên Hòa và các xã" not in titles
    assert dict(groups)["Đã kết thúc năm 2024"] == ["Thành phố Biên Hòa", "Phường An Bình", "Phường Trảng Dài (–2024)"]
    assert "Phường Trảng Dài (2024–)" in dict(groups)["Cấp xã"]
    for order in ("", "-thap-truoc"):
        page = later_site / "vi" / "cap" / f"xa{order}.html"
        assert "Phường An Bình" not in names(page, "bang-co-quan")
        assert set(names(page, "bang-co-quan-2024")) == {"Phường An Bình", "Phường Trảng Dài (–2024)"}
        assert names(page, "bang-co-quan-2023") == ["Xã Long Hưng"]


def test_an_office_that_has_ended_keeps_its_page_with_those_that_ended_with_it(later_site: Path) -> None:
    page = later_site / "vi" / "co-quan" / "H19.31.html"
    assert "đến ngày 30/06/2024" in tree(page).text_content()
    assert {"Phường An Bình", "Phường Trảng Dài (–2024)"} <= set(names(page, "bang-co-quan"))


def test_names_that_stand_twice_are_told_apart(later: Path, later_site: Path) -> None:
    """By years; where these do not, by the office above; else by the code."""
    units = VintageReader(later, LEVELS).units
    assert {units[code].short for code in ("H19.31.02", "H19.101")} == {
        "Phường Trảng Dài (–2024)",
        "Phường Trảng Dài (2024–)",
    }
    assert [units[code].short for code in ("H19.201", "H19.202")] == [
        "Xã Hai Nơi (Thành phố Biên Hòa)", "Xã Hai Nơi (Huyện Long Thành)"
    ]  # fmt: skip
    assert [units[code].short for code in ("H19.203", "H19.204")] == ["Xã Một Nơi (H19.203)", "Xã Một Nơi (H19.204)"]
    assert len({unit.short for unit in units.values()}) == len(units)
    titles = [tree(page).findtext(".//title") for page in (later_site / "vi" / "co-quan").iterdir()]
    assert len(set(titles)) == len(titles)


def test_on_the_last_day_of_an_office_it_is_not_over(small_open_data: Path) -> None:
    vintage = VintageReader(small_open_data, LEVELS)
    assert vintage.day == "2024-12-31"
    assert not vintage.units["H19.31"].has_ended  # until 30 June 2025


def test_each_office_has_its_own_rows_as_small_files(small_site: Path, small_open_data: Path) -> None:
    for name in ("chi-tieu", "tinh-hinh-giai-quyet"):
        whole = [row for row in table(small_open_data, name) if row["pham_vi"] == "don-vi"]
        parts = []
        for path in sorted((small_site / "du-lieu" / "co-quan").glob(f"{name}-*.csv")):
            own = table(path.parent, path.stem)
            assert {row["ma_don_vi"] for row in own} == {path.stem.removeprefix(f"{name}-")}
            parts += own
        assert sorted(map(str, parts)) == sorted(map(str, whole)) and len(parts) > 100
    page = small_site / "vi" / "co-quan" / "H19.31.02.html"
    links = [link for link in tree(page).iterfind(".//a[@download]") if "co-quan" in link.get("href")]
    sizes = {(page.parent / link.get("href")).resolve().stat().st_size for link in links}
    assert {int(link.find(".//*[@data-bytes]").get("data-bytes")) for link in links} == sizes and len(links) == 2


def test_the_page_of_downloads_says_how_to_keep_codes_whole(small_site: Path) -> None:
    said = tree(small_site / "vi" / "tai-ve.html").text_content()
    assert "hãy lấy bản .xlsx" in said and "Mã là chữ, không phải số" in said and "sha256sum -c SHA256SUMS" in said
