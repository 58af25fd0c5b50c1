"""The page of exploring: what is shown and taken is what a plain filter of the CSV gives, and a link shows it again."""

import csv
import hashlib
import io
import json
import random
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import yaml

from pipelines.registers.publication import PublicationRegister
from pipelines.site.explore import WORDS, load_explore
from pipelines.site.render import HERE, texts
from tests.sampling import sampled
from tests.site.reading import table, tree
from tests.site.serving import quiet_page
from tests.site.test_browser import ALL_RULES, COLOURS, violations, with_axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

Row = dict[str, str]
DONE = "html[data-shown]"


# A whole table as the page would give it.
WHOLE = """async (name) => {
  const file = await (await fetch(`../du-lieu/${name}.parquet`)).arrayBuffer();
  const { rows, columns } = tthcQuery.tableOf(await tthcParquet.columnsOf(file));
  const described = tthcExplore.tables.find((one) => one.name === name).columns;
  const lines = Array.from({ length: rows }, (_, row) =>
    described.map((one) => tthcQuery.cellText(columns[one.name][row], one.type)));
  return tthcQuery.csv([described.map((one) => one.name), ...lines]);
}"""


def ask(page: "Page", root: str, question: str, lang: str = "vi") -> None:
    page.goto("about:blank")
    page.goto(f"{root}{lang}/kham-pha.html#{question}")
    page.wait_for_selector(DONE)


def taken(page: "Page") -> list[Row]:
    """Return the rows of the CSV that the page gives."""
    with page.expect_download() as download:
        page.locator("#tai").click()
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))


def same(row: Row, other: Row) -> bool:
    """Return True if two rows say the same; the small open data write numbers shorter than publication does."""
    return all(row[name] == other[name] or Decimal(row[name]) == Decimal(other[name]) for name in row)


def folded(text: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return bare.replace("đ", "d").replace("Đ", "d").lower()


QUESTIONS: dict[str, tuple[str, str, Callable[[Row], bool]]] = {
    "a code": ("chi-tieu", "loc=cap.la.xa", lambda row: row["cap"] == "xa"),
    "one of two": ("chi-tieu", "loc=ky.la.2024-01&loc=ky.la.2024-02", lambda row: row["ky"] in ("2024-01", "2024-02")),
    "all of several": (
        "chi-tieu", "loc=ma_chi_tieu.la.on_time_rate&loc=ty_le.tu.97&loc=pham_vi.khac.tinh",
        lambda row: row["ma_chi_tieu"] == "on_time_rate" and bool(row["ty_le"]) and float(row["ty_le"]) >= 97
        and row["pham_vi"] != "tinh",
    ),
    "text without marks": ("chi-tieu", "loc=ten_don_vi.chua.dong nai thuong",
                           lambda row: "dong nai thuong" in folded(row["ten_don_vi"])),
    "a range": ("chi-tieu", "loc=mau_so.tu.10&loc=mau_so.den.500",
                lambda row: bool(row["mau_so"]) and 10 <= int(row["mau_so"]) <= 500),
    "empty ones": ("chi-tieu", "loc=ty_le.trong.", lambda row: row["ty_le"] == ""),
    "those with a flag": ("chi-tieu", "loc=co_tu_so.co.", lambda row: row["co_tu_so"] != ""),
    "days": ("ky", "loc=den_ngay.den.2024-03-31", lambda row: row["den_ngay"] <= "2024-03-31"),
    "nothing at all": ("don-vi", "loc=cap.la.nowhere", lambda row: row["cap"] == "nowhere"),
    "a name that needs care": ("don-vi", "loc=ten_don_vi.chua." + '"thử"', lambda row: '"thử"' in row["ten_don_vi"]),
}  # fmt: skip


@pytest.mark.parametrize("question", sampled([*QUESTIONS], one_in=2))
def test_what_is_taken_is_what_a_filter_of_the_csv_gives(
    page: "Page", root: str, small_open_data: Path, register: PublicationRegister, question: str
) -> None:
    name, conditions, fits = QUESTIONS[question]
    every = "".join(f"&cot={column.name}" for column in register.table(name).columns)
    ask(page, root, f"bang={name}&{conditions}{every}")
    expected = [row for row in table(small_open_data, name) if fits(row)]
    found = taken(page)
    assert len(found) == len(expected)
    assert all(same(one, other) for one, other in zip(found, expected, strict=True))
    shown = page.locator("#ket-qua tbody tr").count()
    assert shown == min(50, len(expected))


def test_many_random_questions_find_the_rows_that_a_plain_loop_finds(
    page: "Page", root: str, small_open_data: Path
) -> None:
    """An oracle on rows of the CSV, cell by cell, against the page's own filter on the Parquet columns."""
    chance, rows = random.Random(22), table(small_open_data, "chi-tieu")
    numbers = {"tu_so", "mau_so", "ty_le", "muc_tieu", "dat"}
    asked = []
    for _ in range(150):
        conditions = []
        for _ in range(chance.randint(1, 4)):
            column = chance.choice([name for name in rows[0] if name != "du_lieu"])
            how = chance.choice(["la", "khac", "tu", "den", "trong", "co"])
            values = [row[column] for row in chance.choices(rows, k=20) if row[column]]
            value = chance.choice(values) if values else "0"
            conditions.append({"column": column, "how": how, "value": value.removesuffix(".0")})
        asked.append(conditions)

    def holds(row: Row, one: dict[str, str]) -> bool:
        cell, how = row[one["column"]], one["how"]
        if how in ("trong", "co") or not cell:  # an empty cell is no value, so it is another than any
            return (how in ("trong", "khac")) if not cell else how == "co"
        is_number = one["column"] in numbers
        known: Any = Decimal(cell) if is_number else cell
        value: Any = Decimal(one["value"]) if is_number else one["value"]
        return bool({"la": known == value, "khac": known != value, "tu": known >= value, "den": known <= value}[how])

    def fits(row: Row, conditions: list[dict[str, str]]) -> bool:
        for column in {one["column"] for one in conditions}:
            own = [one for one in conditions if one["column"] == column]
            either = [one for one in own if one["how"] == "la"]
            if either and not any(holds(row, one) for one in either):
                return False
            if not all(holds(row, one) for one in own if one["how"] != "la"):
                return False
        return True

    ask(page, root, "bang=ky")
    found = page.evaluate(
        """async (asked) => {
          const file = await (await fetch("../du-lieu/chi-tieu.parquet")).arrayBuffer();
          const table = tthcQuery.tableOf(await tthcParquet.columnsOf(file));
          const columns = tthcExplore.tables.find((one) => one.name === "chi-tieu").columns;
          const described = Object.fromEntries(columns.map((one) => [one.name, one]));
          return asked.map((conditions) => tthcQuery.filter(table, conditions, described, (_, cell) => `${cell}`));
        }""",
        asked,
    )
    expected = [[at for at, row in enumerate(rows) if fits(row, conditions)] for conditions in asked]
    assert found == expected
    assert sum(0 < len(one) < len(rows) for one in expected) > 50


def test_every_table_reads_from_parquet_as_its_csv_has_it(
    page: "Page", root: str, small_open_data: Path, register: PublicationRegister, tmp_path: Path
) -> None:
    ask(page, root, "bang=ky")
    for one in register.tables:
        text = page.evaluate(WHOLE, one.name)
        found, expected = list(csv.DictReader(io.StringIO(text))), table(small_open_data, one.name)
        assert len(found) == len(expected), one.name
        assert all(same(row, other) for row, other in zip(found, expected, strict=True)), one.name
        # The same bytes as publication writes (open_data.files.write_tables).
        duckdb.read_parquet(str(small_open_data / one.parquet_name)).write_csv(
            str(tmp_path / "one.csv"), header=True, sep=",", na_rep="", date_format="%Y-%m-%d"
        )
        assert text == (tmp_path / "one.csv").read_text(encoding="utf-8"), one.name


def test_rows_are_sorted_as_asked_with_empty_ones_last(page: "Page", root: str) -> None:
    question = "bang=chi-tieu&loc=ma_chi_tieu.la.satisfaction_rate&loc=ky.la.2024&loc=pham_vi.la.don-vi"
    for sign in ("", "-"):
        ask(page, root, f"{question}&xep={sign}ty_le")
        shares = [row["ty_le"] for row in taken(page)]
        known = [float(share) for share in shares if share]
        assert shares[len(known) :] == [""] * (len(shares) - len(known)) != []
        assert known == sorted(known, reverse=bool(sign))


def test_groups_count_rows_and_add_what_may_be_added(page: "Page", root: str, small_open_data: Path) -> None:
    ask(page, root, "bang=tinh-hinh-giai-quyet&loc=ky.la.2024&loc=pham_vi.la.don-vi&nhom=cap")
    rows = [row for row in table(small_open_data, "tinh-hinh-giai-quyet")
            if row["ky"] == "2024" and row["pham_vi"] == "don-vi"]  # fmt: skip
    for found in taken(page):
        own = [row for row in rows if row["cap"] == found["cap"]]
        assert int(found["so_dong"]) == len(own) > 0
        for name in ("nhan_tong", "dang_qua_han"):
            assert int(found[f"tong_{name}"]) == sum(int(row[name]) for row in own)
        assert (found["du_lieu"], found["thieu_nhan_tong"]) == ("tong-hop-synthetic", "0")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        # A year and its months, an office and its level: added, they would count one dossier several times.
        ("bang=tinh-hinh-giai-quyet&nhom=cap", "không cộng: khác nhau ở Mã kỳ, Phạm vi"),
        ("bang=tinh-hinh-giai-quyet&loc=pham_vi.la.don-vi&nhom=cap", "không cộng: khác nhau ở Mã kỳ"),
        ("bang=chi-tieu&loc=ma_chi_tieu.la.satisfaction_rate&loc=ky.la.2024&loc=pham_vi.la.don-vi&nhom=cap",
         "được bảo vệ, không cộng"),
    ],
)  # fmt: skip
def test_what_may_not_be_added_says_why(page: "Page", root: str, question: str, says: str) -> None:
    ask(page, root, question)
    assert says in page.locator("#ket-qua tbody tr").first.locator("td").last.inner_text()
    assert {name: text for name, text in taken(page)[0].items() if name.startswith("tong_") and text} == {}


@pytest.mark.parametrize("name", sampled(["linh-vuc", "thu-tuc", "phan-anh"], one_in=3))
def test_of_protected_tables_rows_are_counted_and_nothing_else(page: "Page", root: str, name: str,
                                                               register: PublicationRegister) -> None:  # fmt: skip
    assert register.table(name).disclosure == "sdc1"
    ask(page, root, f"bang={name}&nhom={register.table(name).key[0]}")
    assert page.locator("#ket-qua thead th").count() == 2
    assert "tổng của số đã làm tròn sẽ sai" in page.locator("#cong").inner_text()


def test_counts_are_added_only_along_key_columns_of_tables_that_are_not_protected(
    register: PublicationRegister,
) -> None:
    for name, columns in load_explore().adds_up.items():
        described = register.table(name)
        assert set(columns) <= set(described.key), name
        assert described.disclosure in ("exact", "by_indicator"), name
    assert register.table(load_explore().start.table)


def test_a_link_shows_the_same_again_in_both_languages(browser: "Browser", page: "Page", root: str) -> None:
    ask(page, root, "bang=chi-tieu")
    page.get_by_role("button", name="Thêm điều kiện").click()
    page.get_by_label("Cột của điều kiện 1").select_option("ten_don_vi")
    page.get_by_label("So sánh của điều kiện 1").select_option("chua")
    page.get_by_label("Giá trị của điều kiện 1").fill("bien hoa")
    page.locator("#ket-qua thead button", has_text="Tỷ lệ").click()
    page.locator("summary").click()
    page.locator("#cot").get_by_label("Tử số", exact=True).uncheck()
    page.get_by_label("Kiểu").select_option("thanh")
    page.get_by_label("Con số", exact=True).select_option("ty_le")
    page.get_by_role("button", name="Trang sau").click()
    link, rows = page.locator("#lien-ket").input_value(), page.locator("#ket-qua").inner_text()
    assert link == page.url and "loc=ten_don_vi.chua.bien+hoa" in link and "trang=2" in link
    drawn = page.locator("#hinh svg").inner_html()
    with quiet_page(browser, root) as other:
        other.goto(link)
        other.wait_for_selector(DONE)
        assert other.locator("#ket-qua").inner_text() == rows
        assert other.locator("#hinh svg").inner_html() == drawn
        with other.expect_navigation():
            other.locator("a.language").click()
        other.wait_for_selector(DONE)
        assert other.url == link.replace("/vi/", "/en/")
        assert other.locator("#ket-qua tbody tr").count() == rows.count("Biên Hòa")


def test_the_copied_link_is_the_address(browser: "Browser", root: str) -> None:
    with quiet_page(browser, root, permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, root, "bang=don-vi&loc=cap.la.xa")
        page.get_by_role("button", name="Chép liên kết").click()
        page.get_by_text("Đã chép.").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == page.url


@pytest.mark.parametrize(
    "question",
    sampled(["bang=don-vi&loc=no_such.la.x&xep=-nothing&cot=none&nhom=nix&trang=999", "bang=nowhere&loc=a.la.b", "%%%",
             "trang=-1", "bang=ky&loc=ky", "bang=ky&ve=thanh.a.b"], one_in=3),
)  # fmt: skip
def test_a_link_that_makes_no_sense_still_shows_a_table(page: "Page", root: str, question: str) -> None:
    ask(page, root, question)
    assert page.locator("#ket-qua tbody tr").count() > 0


def test_names_are_text_and_never_markup(page: "Page", root: str) -> None:
    ask(page, root, "bang=don-vi&ve=thanh.ten_don_vi.x&loc=ma_don_vi.la.H19.13")
    assert '<b>"thử"</b>' in page.locator("#ket-qua").inner_text()
    assert page.locator("#ket-qua b, #hinh b, #dieu-kien b").count() == 0


def test_the_page_opens_with_a_question_that_has_an_answer(page: "Page", root: str) -> None:
    ask(page, root, "")
    assert "loc=ky.la.2024" in page.url
    assert page.locator("#ket-qua tbody tr").count() == 10


def test_the_keyboard_alone_asks_a_question(page: "Page", root: str) -> None:
    ask(page, root, "bang=don-vi")
    page.locator("#them").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Cột của điều kiện 1"
    page.keyboard.type("Cấp")
    assert page.evaluate("document.activeElement.value") == "cap"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Xã")
    assert page.locator("#ket-qua tbody tr").count() == 6
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#dieu-kien li").count() == 0
    assert page.evaluate("document.activeElement.id") == "them"


ASKED = "bang=chi-tieu&loc=ky.la.2024&loc=ten_don_vi.chua.xa&loc=ty_le.tu.50&ve=thanh.ten_don_vi.ty_le"
GROUPED = "bang=tinh-hinh-giai-quyet&loc=ky.la.2024&nhom=pham_vi&nhom=cap&ve=duong..so_dong"


@pytest.mark.parametrize(
    ("lang", "scheme", "rules"),
    [("vi", "light", ALL_RULES), ("vi", "dark", COLOURS),
     pytest.param("en", "light", ALL_RULES, marks=pytest.mark.campaign),
     pytest.param("en", "dark", COLOURS, marks=pytest.mark.campaign)],
)  # fmt: skip
def test_axe_finds_nothing_whatever_is_asked(
    browser: "Browser", root: str, lang: str, scheme: Any, rules: dict[str, Any]
) -> None:
    found = []
    with quiet_page(browser, root, color_scheme=scheme, reduced_motion="reduce") as page:
        for question in (ASKED, GROUPED):
            ask(page, root, question, lang)
            with_axe(page)
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                found += [f"{question} at {width}: {one}" for one in violations(page, rules)]
                assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found == []


def test_a_chart_shows_the_numbers_of_the_table_with_their_signs(page: "Page", root: str) -> None:
    """A share of which only a bound is known says so in the drawing too."""
    opinions = "bang=chi-tieu&loc=ma_chi_tieu.la.satisfaction_rate&loc=ky.la.2024&loc=ty_le.co.&xep=-ty_le"
    ask(page, root, f"{opinions}&ve=thanh.ten_don_vi.ty_le&cot=ten_don_vi&cot=ty_le")
    drawn = [one.text_content() for one in page.locator("#hinh .amount").all()]
    assert drawn == page.locator("#ket-qua tbody tr > :nth-child(2)").all_inner_texts()
    assert any(text is not None and text.startswith("≥ ") for text in drawn)
    names = [one.text_content() for one in page.locator("#hinh .name").all()]
    assert names == page.locator("#ket-qua tbody tr > :nth-child(1)").all_inner_texts()


def test_a_chart_is_taken_as_a_picture_that_names_its_edition(page: "Page", root: str) -> None:
    ask(page, root, ASKED)
    with page.expect_download() as download:
        page.locator("#hinh").get_by_role("button").click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\x89PNG") and download.value.suggested_filename == "chi-tieu-ty_le.png"
    note = page.locator("#kham-pha").get_attribute("data-note")
    assert note is not None and note.startswith("[Dữ liệu tổng hợp]") and "2024-12-31" in note


def test_without_javascript_the_page_leads_to_the_files(browser: "Browser", root: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{root}vi/kham-pha.html")
        assert page.locator("#kham-pha").is_hidden() and page.locator("#ket").is_hidden()
        assert page.locator("noscript").is_visible()
        page.get_by_role("link", name="Giá trị chỉ tiêu").click()
        page.wait_for_url("**/tai-ve.html#chi-tieu")


def test_opened_from_a_disk_the_page_says_what_to_do(browser: "Browser", small_site: Path) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((small_site / "vi" / "kham-pha.html").as_uri())
        page.locator("#tinh-trang", has_text="tthc serve").wait_for()
        assert page.locator("#kham-pha").is_hidden()


def test_a_table_that_cannot_be_read_says_so(browser: "Browser", root: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/*.parquet", lambda route: route.fulfill(body=b"PAR1 broken"))
        page.goto(f"{root}vi/kham-pha.html")
        page.locator("#tinh-trang", has_text="Không đọc được").wait_for()


def test_who_asks_for_another_table_before_the_first_has_come_sees_the_other(browser: "Browser", root: str) -> None:
    with quiet_page(browser, root) as page:
        waiting: list[Any] = []
        page.route("**/chi-tieu.parquet", lambda route: waiting.append(route))
        page.goto(f"{root}vi/kham-pha.html#bang=chi-tieu")
        page.wait_for_timeout(100)
        page.evaluate("location.hash = 'bang=don-vi'")
        page.wait_for_selector(DONE)
        shown = page.locator("#ket-qua").inner_text()
        with page.expect_response("**/chi-tieu.parquet"):
            waiting[0].continue_()
        page.wait_for_timeout(300)
        assert page.locator("#ket-qua").inner_text() == shown and "bang=don-vi" in page.url
        page.evaluate("location.hash = 'bang=chi-tieu'")
        page.locator("#bang-ket-qua", has_text="Giá trị chỉ tiêu").wait_for()
        assert page.locator("#ket-qua thead th").count() > 8


def test_other_pages_load_none_of_it(page: "Page", root: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    for address in ("vi/index.html", "vi/co-quan/H19.39.html", "en/tai-ve.html"):
        page.goto(root + address)
    assert {"site.css", "chart.js"} <= {*asked}
    assert not [name for name in asked if "parquet" in name or "explore" in name or "kham-pha" in name]


def test_what_others_wrote_is_as_it_was_taken_and_has_its_licence() -> None:
    vendored = yaml.safe_load((HERE / "vendored.yml").read_text(encoding="utf-8"))
    build = (HERE.parents[1] / "scripts" / "vendor" / "build.sh").read_text(encoding="utf-8")
    for name, facts in vendored.items():
        content = (HERE / "assets" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == facts["sha256"], f"{name}: run scripts/vendor/build.sh"
        licences = (HERE / "assets" / facts["licence_file"]).read_text(encoding="utf-8")
        for package in facts["packages"]:
            said = f"{package['name']} {package['version']}"
            assert said in content[:200].decode() and said in licences
            assert f"{package['name'].upper()}={package['version']}" in build
        assert not re.search(rb"\beval\(|new Function|importScripts", content)


def test_every_word_of_the_scripts_is_said_by_them(small_site: Path) -> None:
    scripts = "\n".join((HERE / "assets" / name).read_text(encoding="utf-8")
                        for name in ("explore.js", "explore-answer.js", "explore-chart.js"))  # fmt: skip
    said = {code.removeprefix(WORDS) for code in texts() if code.startswith(WORDS)}
    built = ("how_", "short_")
    assert {code for code in said if f'"{code}"' not in scripts and not code.startswith(built)} == set()
    assert {f"how_{how}" for how in ("la", "khac", "chua", "tu", "den", "trong", "co")} <= said
    facts = (small_site / "assets" / "kham-pha-en.js").read_text(encoding="utf-8")
    assert set(json.loads(facts.partition("=")[2].rstrip(";\n"))["words"]) == said


def test_the_page_lists_every_table_that_it_can_read(small_site: Path, register: PublicationRegister) -> None:
    listed = tree(small_site / "en" / "kham-pha.html").xpath("//ul[contains(@class, 'buttons')]//a/@href")
    assert [link.partition("#")[2] for link in listed] == [one.name for one in register.tables]
