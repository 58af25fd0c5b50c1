"""Numbers, names, periods and charts by themselves."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.open_data.metadata.write import DOCUMENTS
from pipelines.site.charts import Mark, bars, bounds, dots, trend
from pipelines.site.downloads import by_table, link_downloads
from pipelines.site.figures import Figure
from pipelines.site.numbers import date, folded, number, percent, size, slug
from pipelines.site.periods import Period, headline, recent_months
from tests.site.reading import number_of


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("5", "5", "5"), ("1234", "1.234", "1,234"), ("97650", "97.650", "97,650"),
        ("1234567", "1.234.567", "1,234,567"),
        ("96.6", "96,6", "96.6"), ("97.0", "97", "97"), ("1000.50", "1.000,5", "1,000.5"), ("-12.5", "−12,5", "−12.5"),
    ],
)  # fmt: skip
def test_numbers_read_as_people_write_them(text: str, vi: str, en: str) -> None:
    assert (number(text, "vi"), number(text, "en")) == (vi, en)


@given(st.decimals(min_value=0, max_value=10**9, places=1), st.sampled_from(["vi", "en"]))
def test_a_number_is_read_back_as_itself(value: object, lang: str) -> None:
    assert number_of(number(str(value), lang), lang) == value


def test_bounds_days_and_sizes() -> None:
    assert percent("95", "vi", ">=") == "≥ 95%"
    assert percent("5", "en", "<=") == "≤ 5%"
    assert (date("2024-03-05", "vi"), date("2024-03-05", "en")) == ("05/03/2024", "5 March 2024")
    assert [size(count, "vi") for count in (802, 9_167, 417_117, 8_378_459)] == ["802 B", "9,2 kB", "417 kB", "8,4 MB"]


def test_names_are_found_without_diacritics() -> None:
    assert folded("Đồng Nai") == folded("ĐỒNG  NAI") == folded("Đồng Nai") == "dong nai"
    assert folded("Phường Trảng Dài") == "phuong trang dai"
    assert slug("Thành lập và hoạt động của tổ hợp tác, hợp tác xã") == (
        "thanh-lap-va-hoat-dong-cua-to-hop-tac-hop-tac-xa"
    )


def test_periods_have_names() -> None:
    names = {code: (Period(code, "2024-01-01", "2024-11-07").name("vi"), Period(code, "", "2024-11-07").name("en"))
             for code in ("2024", "2024-Q4", "2024-03", "2024-BC-NAM")}  # fmt: skip
    assert names == {
        "2024": ("năm 2024", "2024"),
        "2024-Q4": ("quý IV/2024", "Q4 2024"),
        "2024-03": ("tháng 3/2024", "March 2024"),
        "2024-BC-NAM": ("từ đầu năm đến 07/11/2024", "1 January to 7 November 2024"),
    }


def months(*codes: str) -> list[Period]:
    return [Period(code, f"{code}-01", f"{code}-28") for code in codes]


def test_the_headline_is_the_newest_year_or_quarter_else_a_month() -> None:
    year = Period("2024", "2024-01-01", "2024-12-31")
    last = Period("2024-Q4", "2024-10-01", "2024-12-31")
    later = Period("2025-Q1", "2025-01-01", "2025-03-31")
    assert headline([*months("2024-12"), last, year]) == year
    assert headline([year, last, later, *months("2025-04")]) == later
    assert headline(months("2024-01", "2024-02")) == months("2024-02")[0]
    assert headline([]) is None


def test_months_are_the_newest_twelve_without_a_gap() -> None:
    every = months(*(f"2023-{month:02}" for month in range(1, 13)), "2024-01", "2024-02")
    assert [period.code for period in recent_months(every)][::11] == ["2023-03", "2024-02"]
    assert [period.code for period in recent_months(months("2023-10", "2023-12", "2024-01"))] == ["2023-12", "2024-01"]


def mark(value: str, flag: str = "", bound: str = "") -> Mark:
    figure = Figure("chi-tieu:1:ty_le", value, flag, bound)
    return Mark("1", figure, value or flag)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12))
def test_an_axis_holds_every_value_within_0_and_100(values: list[float]) -> None:
    low, high = bounds(values)
    assert 0 <= low <= min(values) and max(values) <= high <= 100
    assert high - low >= 30


def test_a_line_goes_through_the_months_that_have_a_number_and_higher_is_higher() -> None:
    drawn = trend([mark("80"), mark("90"), mark("", "c"), mark("95", bound=">=")], mark("97.0"), "x", "Tên", "Mô tả")
    heights = [float(y) for y in re.findall(r'class="dot[^"]*" cx="[^"]*" cy="([\d.]+)"', drawn)]
    assert heights == sorted(heights, reverse=True) and len(heights) == 3
    assert drawn.count('class="run"') == 1
    assert drawn.count('class="gone"') == 1
    goal = float(re.findall(r'class="goal"[^>]*y1="([\d.]+)"', drawn)[0])
    assert goal < min(heights)


def test_a_bar_is_as_long_as_its_share() -> None:
    drawn = bars([mark("96.6"), mark("", "c")], mark("97.0"), "x", "Tên <b>", "Mô tả")
    assert re.findall(r'class="bar [^"]*" x="0" y="26" width="([^"]+)"', drawn) == ["96.6%"]
    assert drawn.count('class="track"') == 2
    assert "Tên &lt;b&gt;" in drawn


def test_each_office_with_a_number_is_one_dot() -> None:
    drawn = dots([mark("98"), mark("98.4"), mark("70"), mark("", "c")], None, "x", "Tên", "Mô tả")
    placed = re.findall(r'class="office [^"]*" cx="([\d.]+)%" cy="([\d.]+)"', drawn)
    assert len(placed) == len(set(placed)) == 3
    assert placed[0][0] == placed[1][0] > placed[2][0]


def test_what_is_told_as_at_least_is_drawn_as_all_that_it_may_be() -> None:
    """A dot at 95, left of the target of 97, would say that "at least 95" misses it."""
    bound = mark("95", bound=">=")
    drawn = dots([bound, mark("98")], mark("97.0"), "x", "Tên", "Mô tả")
    assert len(re.findall(r'class="office ', drawn)) == 1
    (goal,) = (float(x) for x in re.findall(r'class="goal" x1="([\d.]+)%', drawn))
    ((start, end),) = re.findall(r'class="span" x1="([\d.]+)%" x2="([\d.]+)%"', drawn)
    assert float(start) < goal < float(end)
    beside = bars([bound, mark("5", bound="<=")], mark("97.0"), "x", "Tên", "Mô tả")
    assert re.findall(r'class="span" x="([\d.]+)%" y="\d+" width="([\d.]+)%"', beside) == [("95", "5"), ("0", "5")]
    by_month = trend([bound], mark("97.0"), "x", "Tên", "Mô tả")
    ((top, bottom),) = re.findall(r'class="span" x1="[^"]*" x2="[^"]*" y1="([\d.]+)" y2="([\d.]+)"', by_month)
    (line,) = (float(y) for y in re.findall(r'class="goal"[^>]*y1="([\d.]+)"', by_month))
    assert float(bottom) < line < float(top)


def test_descriptions_are_offered_with_the_whole_and_known_by_their_standard(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    for name in (*DOCUMENTS, "ky.csv", "ky.parquet", "thu-tuc-hanh-chinh.xlsx", "METHOD.md"):
        (tmp_path / "from" / name).write_text("x", encoding="utf-8")
    shown = by_table(link_downloads(tmp_path / "from", tmp_path / "site"), ["ky"])
    assert [(table, [file.format for file in files]) for table, files in shown["tables"]] == [
        ("ky", ["CSV", "Parquet"])
    ]
    assert {file.name: file.format for file in shown["loose"]} == {
        "datapackage.json": "Data Package", "csv-metadata.json": "CSVW", "catalog.jsonld": "DCAT, schema.org",
        "METHOD.md": "Markdown", "thu-tuc-hanh-chinh.xlsx": "Excel",
    }  # fmt: skip
