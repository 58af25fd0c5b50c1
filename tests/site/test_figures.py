"""Every number on every page is the CSV's, stands beside the right words, and is written as people write it."""

import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from lxml import html

from pipelines.registers.publication import PublicationRegister
from pipelines.site.build import write_site
from pipelines.site.numbers import number
from pipelines.site.render import texts
from tests.site.reading import HIDDEN_WORDS, NOTES, Shown, figures, number_of, pages, table, tree


def wrong_figures(site: Path, open_data: Path) -> tuple[int, list[str]]:
    """Return how many figures were compared, and what is wrong with which."""
    wrong, count = [], 0
    for shown in figures(site, open_data):
        count += 1
        in_chart = shown.element.tag == "text"
        raw, text = shown.row[shown.column], shown.text
        note = NOTES[shown.lang].get(shown.flag, "") if raw and shown.element.tag == "td" else ""
        if note:
            text = text.removesuffix(note).strip() if text.endswith(note) else f"without {note}: {text}"
        if not raw:
            right = text == HIDDEN_WORDS[shown.lang].get(shown.flag, "?")
        else:
            sign = {"": "", ">=": "≥", "<=": "≤"}[shown.bound]
            unit = "" if in_chart and "bars" not in shown.element.getparent().get("class") else "%"
            share = shown.column.startswith(("ty_le", "muc_tieu"))
            right = (
                number_of(text, shown.lang) == Decimal(raw)
                and re.sub(r"[\d.,% ]", "", text) == sign
                and text.endswith(unit if share else text[-1])
            )
        if not right:
            wrong.append(f"{shown.page.name} {shown.element.get('data-at')}: {text!r} for {raw!r} {shown.flag!r}")
    return count, wrong


def out_of_place(site: Path, open_data: Path) -> list[str]:
    """Return figures that stand in a row, column or page of something else than their CSV row speaks of."""
    return [trouble for shown in figures(site, open_data) if (trouble := _out_of_place(shown))]


def _out_of_place(shown: Shown) -> str:
    row, element = shown.row, shown.element
    where = f"{shown.page.name} {element.get('data-at')}"
    if shown.page.parent.name == "co-quan" and row.get("pham_vi") == "don-vi":
        code = shown.page.stem
        listed = any(one.get("aria-labelledby") == "cac-xa" for one in element.iterancestors("section"))
        if row["ma_don_vi"] != code and not listed:
            return f"{where}: a figure of {row['ma_don_vi']}"
    if element.tag != "td":
        return ""
    head = element.getparent().find("th")
    place = _ancestor_table(element)
    if place == "bang-thang" or (place.startswith("bang-") and shown.page.parent.name == "linh-vuc" and "ky" in row):
        return "" if _month(head.text_content(), shown.lang) == row["ky"] else f"{where}: beside {head.text_content()}"
    if place in ("bang-chi-tieu", "bang-766"):
        anchor = head.find("a").get("href").partition("#")[2]
        return "" if anchor == f"{row['ma_chi_tieu']}-{row['cach_tinh']}" else f"{where}: beside {anchor}"
    if place == "bang-bieu-mau":
        label = " ".join(head.text_content().split())
        return "" if label == texts()[f"count_{shown.column}"][shown.lang] else f"{where}: beside {label}"
    if place.startswith("bang-co-quan"):
        return "" if head.find("a").get("href").endswith(f"{row['ma_don_vi']}.html") else f"{where}: another office"
    return ""


def _ancestor_table(element: html.HtmlElement) -> str:
    table = next(element.iterancestors("table"), None)
    return "" if table is None else table.find("caption").get("id", "")


def _month(text: str, lang: str) -> str:
    if lang == "vi":
        month, year = text.split("/")
        return f"{year}-{int(month):02}"
    name, year = text.split()
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{year}-{names.index(name) + 1:02}"


def unaddressed(site: Path) -> Iterator[str]:
    """Yield digits in a cell, an answer or a list of offices that name no cell of a CSV."""
    for page in pages(site):
        places = tree(page).xpath("//td[not(contains(@class, 'place'))] | //*[contains(@class, 'small')]")
        for place in places:
            reported = [one for one in place.iter() if one.get("data-at") or one.get("data-bytes")]
            covered = place.get("data-at") or place.get("data-bytes") or reported
            if re.search(r"\d", place.text_content()) and not covered:
                yield f"{page.name}: {place.text_content()}"
        for answer in tree(page).find_class("huge"):
            if answer.find("data") is None:
                yield f"{page.name}: an answer without an address"


def test_every_number_is_the_csv_s(small_site: Path, small_open_data: Path) -> None:
    count, wrong = wrong_figures(small_site, small_open_data)
    assert wrong == []
    assert count > 5_000


def test_every_number_stands_beside_the_right_words(small_site: Path, small_open_data: Path) -> None:
    assert out_of_place(small_site, small_open_data) == []


def test_no_number_in_a_table_is_without_its_address(small_site: Path) -> None:
    assert list(unaddressed(small_site)) == []


def test_all_flags_and_bounds_were_among_them(small_site: Path, small_open_data: Path) -> None:
    """Otherwise the tests above would say little."""
    shown = list(figures(small_site, small_open_data))
    assert {one.flag for one in shown} >= {"", "c", "s", "m", "o", "x", "r"}
    assert {one.bound for one in shown} >= {"", ">="}
    assert {one.row.get("pham_vi") for one in shown} >= {"don-vi", "cap", "tinh"}


def test_a_wrong_number_would_be_found(small_site: Path, small_open_data: Path, tmp_path: Path) -> None:
    """The comparison itself: one digit changed on one page, one row moved to another month."""
    page = small_site / "vi" / "co-quan" / "H19.03.html"
    text = page.read_text(encoding="utf-8")
    changed = re.sub(r'(data-at="chi-tieu:\d+:mau_so">)\d', r"\g<1>7", text, count=1)
    moved = text.replace('<th scope="row">3/2024</th>', '<th scope="row">5/2024</th>', 1)
    assert text not in (changed, moved)
    for at, (content, check) in enumerate(((changed, "number"), (moved, "place"))):
        site = tmp_path / str(at)
        (site / "vi" / "co-quan").mkdir(parents=True)
        (site / "vi" / "co-quan" / page.name).write_text(content, encoding="utf-8")
        found = wrong_figures(site, small_open_data)[1] if check == "number" else out_of_place(site, small_open_data)
        assert found, check


@pytest.mark.parametrize(
    ("office", "says"),
    [
        ("H19.31.01", "Đạt mục tiêu 97%"),
        ("H19.31.02", "Chưa đạt mục tiêu 97%"),
        ("H19.31.03", "Đạt mục tiêu 97%"),
        ("H19.39.02", "Chưa đạt mục tiêu 97%"),
        ("H19.39.03", "Không có hồ sơ nào để tính"),
        ("H19.16", "Chưa có số liệu"),
    ],
)
def test_each_office_page_gives_one_answer(small_site: Path, office: str, says: str) -> None:
    page = tree(small_site / "vi" / "co-quan" / f"{office}.html")
    assert [" ".join(one.text_content().split())[2:] for one in page.find_class("pill")] == [says]
    assert len(page.findall(".//h1")) == 1


def test_an_answer_says_how_long_dossiers_took_where_there_were_ten(small_site: Path, small_open_data: Path) -> None:
    row = next(row for row in table(small_open_data, "thoi-gian-giai-quyet")
               if (row["ma_don_vi"], row["ky"]) == ("H19.31.02", "2024"))  # fmt: skip
    reported = tree(small_site / "vi" / "co-quan" / "H19.31.02.html").find_class("answer")[0].text_content()
    assert f"xong trong {row['trung_vi']} ngày làm việc" in reported
    assert f"trong {number(row['phan_vi_90'], 'vi')} ngày làm việc" in reported
    without = tree(small_site / "vi" / "co-quan" / "H19.39.03.html").find_class("answer")[0].text_content()
    assert "ngày làm việc" not in without


def test_what_a_line_means_is_said_where_one_is_drawn(
    small_open_data: Path, register: PublicationRegister, tmp_path: Path
) -> None:
    """Of a leading figure that is protected (`choice.yml`), some office's share may be known as a bound only."""
    folder = Path(shutil.copytree(small_open_data, tmp_path / "open-data"))
    values = pl.read_csv(folder / "chi-tieu.csv", infer_schema=False)
    is_one = (pl.col("ma_don_vi") == "H19.31.02") & (pl.col("ma_chi_tieu") == "on_time_rate")
    values.with_columns(dau=pl.when(is_one).then(pl.lit(">=")).otherwise("dau")).write_csv(folder / "chi-tieu.csv")
    write_site(folder, tmp_path / "trang", register, synthetic=True, as_of="2024-12-31", version="v")
    drawn = {level: tree(tmp_path / "trang" / "vi" / "cap" / f"{level}.html") for level in ("so", "huyen", "xa")}
    for level, page in drawn.items():
        lines = page.xpath("//*[local-name()='svg' and contains(@class, 'dots')]/*[@class='span']")
        assert bool(lines) == ("Vạch ngang" in page.text_content()) == (level == "xa"), level
    assert drawn["xa"].text_content().count("Vạch ngang") == 1


def test_a_page_without_a_share_says_why_in_the_words_of_its_flag(
    small_site: Path, register: PublicationRegister
) -> None:
    answer = tree(small_site / "vi" / "co-quan" / "H19.39.03.html").find_class("answer")[0]
    assert not re.search(r"\d+ ?%", answer.text_content())
    assert register.code_list("co").names["o"].vi in answer.text_content()


def test_each_figure_that_is_not_shown_has_its_own_reason(small_site: Path) -> None:
    """Of an office with 12,400 dossiers nothing is hidden; of others an opinion is, for what it is itself."""
    rows = {}
    for office in ("H19.03", "H19.39", "H19.39.02"):
        page = tree(small_site / "vi" / "co-quan" / f"{office}.html")
        (row,) = [one for one in page.iter("tr") if "satisfaction_rate" in str(one.xpath("string(th/a/@href)"))]
        rows[office] = [" ".join(cell.text_content().split()) for cell in row.findall("td")]
    assert rows["H19.03"][2] == "? Chưa rõ" and "kín" not in rows["H19.03"]
    assert rows["H19.39"] == ["kín", "94%", "• Giữ kín", "kín", "2.600"]
    assert rows["H19.39.02"] == ["ít", "94%", "– Quá ít", "15", "20"]


def test_the_preview_of_a_page_tells_its_answer(small_site: Path) -> None:
    page = tree(small_site / "vi" / "co-quan" / "H19.31.02.html")
    reported = {meta.get("property") or meta.get("name"): meta.get("content") for meta in page.iterfind(".//meta")}
    mark = "[Dữ liệu tổng hợp]"
    said = f"{mark} Đúng hạn 70,24% năm 2024 — chưa đạt mục tiêu 97%."
    assert reported["description"] == reported["og:description"] == said
    assert reported["og:title"] == reported["og:image:alt"] == f"{mark} UBND phường Trảng Dài"
    assert "og:url" not in reported  # no address is known
    assert (small_site / "vi" / "co-quan" / reported["og:image"]).resolve().is_file()
