"""The page of steps: each number is the warehouse's, waits are told from work, and nothing to show says what to do."""

import logging
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.common.errors import TthcError
from pipelines.common.i18n import LANGUAGES, speaking
from pipelines.registers.steps import StepsPage, load_steps_shown
from pipelines.reports.desk import write as desk_write
from pipelines.reports.desk.layout import PAGES, STEPS_PAGES
from pipelines.reports.desk.steps_facts import read_step_figures
from pipelines.reports.desk.steps_render import way_text
from pipelines.reports.desk.write import write_desk, write_nightly_desk, write_steps
from pipelines.reports.sql_shell import read_only_connection
from pipelines.settings import PROJECT_DIR, Settings
from tests.conftest import tthc
from tests.gate.tiny_marts import build
from tests.site.desk_warehouse import morning, publish_desk
from tests.site.steps_tables import LONG_WAY

from .officer_reports import publish
from .test_desk import asked, change, find, page_of, words

SHOWN = load_steps_shown(PROJECT_DIR / "registers" / "vietnam").page
NAMES = {"2": "Được tiếp nhận", "4": "Đang xử lý", "5": "Yêu cầu bổ sung giấy tờ",
         "6": "Thực hiện nghĩa vụ tài chính", "9": "Đã xử lý xong", "10": "Đã trả kết quả"}  # fmt: skip


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = publish_desk(tmp_path_factory.mktemp("steps") / "kho", units=3)
    write_steps(settings)
    return settings


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return publish_desk(tmp_path / "kho", units=3)


@pytest.fixture
def fresh_register() -> Iterator[None]:
    load_steps_shown.cache_clear()
    yield
    load_steps_shown.cache_clear()


def steps_of(settings: Settings, lang: str = "vi") -> Any:
    return page_of(settings, STEPS_PAGES[lang])


def number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def share(part: float, whole: float) -> str:
    value = 100 * part / whole
    return (f"{value:.1f}" if 0 < value < 9.95 else f"{value:.0f}").replace(".", ",") + "%"


def parts_of(settings: Settings, procedure: str) -> list[tuple[Any, ...]]:
    """Return what a bar is made of by plain counting: (name, its start), days and dossiers, in order."""
    rows = asked(
        settings,
        f"""select department, status, phase, elapsed_working_days, waiting_working_days, finished_dossiers,
            median_working_days, p90_working_days, late_steps from procedure_bottlenecks
            where scope = 'province' and finished_year = 2024 and procedure_code = '{procedure}'""",
    )
    work, waited = [], 0
    for department, status, phase, days, waiting, dossiers, median, p90, late in rows:
        waited += days if phase == "waiting" else waiting
        if phase == "handling":
            name = f"{department or 'Không rõ phòng, ban'} · {NAMES[status]}"
            work.append((name, days - waiting, dossiers, str(median), str(p90), number(late)))
    work.sort(key=lambda part: -part[1])
    parts, rest = work[: SHOWN.segments], work[SHOWN.segments :]
    dossiers = rows[0][5]
    if rest:
        late = number(sum(int(part[5]) for part in rest))
        parts.append((f"{len(rest)} bước khác", sum(part[1] for part in rest), dossiers, "–", "–", late))
    return [*parts, ("Chờ người nộp", waited, dossiers, "–", "–", "–")] if waited else parts


def test_procedures_are_in_order_of_their_days_with_their_part_of_all(published: Settings) -> None:
    sums = asked(
        published,
        """select procedure_code, sum(elapsed_working_days) from procedure_bottlenecks
           where scope = 'province' and finished_year = 2024 group by 1 order by 2 desc, 1""",
    )
    shown, everything = find(steps_of(published), ".procedure"), sum(days for _, days in sums)
    assert [one.get("id") for one in shown] == [code for code, _ in sums[: SHOWN.procedures]] and len(sums) > len(shown)
    for one, (_, days) in zip(shown, sums, strict=False):
        assert words(find(one, ".total")[0]) == f"{number(days)} ngày, {share(days, everything)} của cả tỉnh"
    listed = sum(days for _, days in sums[: SHOWN.procedures])
    assert f"{len(shown)} thủ tục dưới đây chiếm {share(listed, everything)}" in words(
        find(steps_of(published), "#all")[0]
    )


def test_each_part_is_the_steps_own_days_and_waiting_is_apart(published: Settings) -> None:
    kinds = set()
    for one in find(steps_of(published), ".procedure"):
        expected = parts_of(published, one.get("id"))
        everything = sum(part[1] for part in expected)
        rows = find(one, "tbody tr")
        assert len(rows) == len(expected)
        for row, (name, days, dossiers, median, p90, late) in zip(rows, expected, strict=True):
            kinds.add(row.get("class"))
            cells = [words(cell) for cell in find(row, "td")]
            each = f"{days / dossiers:.1f}".replace(".", ",")
            assert cells == [f"{share(days, everything)} {number(days)}", each, median, p90, late]
            assert words(find(row, "th")[0]).split(" ", 1)[1].startswith(name)
        drawn = find(one, "svg.stack rect")
        assert [rect.get("class") for rect in drawn] == [f"part {row.get('class')}" for row in rows]
        widths = [float(rect.get("width").rstrip("%")) for rect in drawn]
        assert widths == pytest.approx([100 * part[1] / everything for part in expected], abs=0.006)
    assert kinds == {"s1", "s2", "s3", "s4", "s5", "other", "waiting"}


def test_a_wait_says_for_what_and_how_much_of_each(published: Settings) -> None:
    rows = find(steps_of(published), "tr.waiting")
    named = next(words(row) for row in rows if "nghĩa vụ" in words(row))
    assert re.search(
        r"Chờ người nộp \(Yêu cầu bổ sung giấy tờ [\d,]+%, Thực hiện nghĩa vụ tài chính [\d,]+%,"
        r" chờ bổ sung mà trạng thái không đổi [\d,]+%\)",
        named,
    )
    assert any("(chờ bổ sung mà trạng thái không đổi)" in words(row) for row in rows), "one reason needs no share"
    assert "url(#hatch)" in find(steps_of(published), "style")[0].text


@pytest.mark.slow
def test_waits_lateness_and_the_year_before_are_those_of_the_table(published: Settings) -> None:
    def within(days: int) -> str:
        return f"trong {days} ngày làm việc" if days else "ngay trong ngày"

    for one in find(steps_of(published), ".procedure"):
        code = one.get("id")
        query = """select dossiers, overdue, median_working_days, p90_working_days from handling_times
                   where procedure_code = '{}' and finished_year = {}"""
        ((dossiers, overdue, median, p90),) = asked(published, query.format(code, 2024))
        assert [words(cell) for cell in find(one, "dd")] == [within(median), within(p90)]
        ((again,),) = asked(
            published,
            f"""select sum(rework_steps) from procedure_bottlenecks
                where scope = 'province' and finished_year = 2024 and procedure_code = '{code}'""",
        )
        wait = words(find(one, ".wait")[0])
        assert f"{number(dossiers)} hồ sơ, {share(overdue, dossiers)} quá hạn; {again} bước làm lại sau bổ sung" in wait
        before = asked(published, query.format(code, 2023))
        assert (
            (f"Năm 2023: {within(before[0][2])}; {within(before[0][3])}" in wait) if before else "Năm 2023" not in wait
        )
    head = words(steps_of(published).get_element_by_id("answer-h"))
    assert (
        head
        == "Năm 2024: một nửa số hồ sơ xong trong 1 ngày làm việc, cứ mười hồ sơ thì chín xong trong 6 ngày làm việc."
    )
    assert "14.024 hồ sơ đã kết thúc, 2,5% quá hạn" in words(find(steps_of(published), "#all")[0])
    assert "Năm 2023: một nửa trong 1 ngày làm việc" in words(find(steps_of(published), "#before")[0])


def test_ways_are_in_words_with_runs_shortened(published: Settings) -> None:
    with speaking("vi"):
        assert way_text("2-4-4-4-4-9-10", NAMES) == "Được tiếp nhận → Đang xử lý ×4 → Đã xử lý xong → Đã trả kết quả"
        assert way_text("2-4-5-4-9", NAMES) == (
            "Được tiếp nhận → Đang xử lý → Yêu cầu bổ sung giấy tờ → Đang xử lý → Đã xử lý xong"
        )
        assert way_text(LONG_WAY, NAMES) == "Được tiếp nhận → Đang xử lý ×28 → Đã xử lý xong (30 bước đầu)"
        assert way_text("?-?-77", NAMES) == "không rõ ×2 → 77"
    ways = [words(way) for way in find(find(steps_of(published), ".procedure")[0], ".ways li")]
    assert len(ways) == SHOWN.ways
    assert ways[1].endswith("Đang xử lý → Đã xử lý xong 25% hồ sơ, trung bình 6,5 ngày")


@given(st.lists(st.sampled_from(["1", "2", "4", "5", "9", "10", "?"]), min_size=1, max_size=29))
def test_a_way_in_words_loses_no_step(steps: list[str]) -> None:
    with speaking("en"):
        shown = way_text("-".join(steps), {code: f"S{code}" for code in ("1", "2", "4", "5", "9", "10")})
    told: list[str] = []
    for part in shown.split(" → "):
        name, _, many = part.partition(" ×")
        told += [name.removeprefix("S").replace("not known", "?")] * int(many or 1)
    assert told == steps


def test_offices_stand_worst_first_with_the_units_that_have_most(published: Settings) -> None:
    rows = asked(
        published,
        """select coalesce(department, 'Không rõ phòng, ban'), dossiers_late_here, still_open, steps, late_steps,
             steps_with_due from department_lateness where scope = 'province' and began_year = 2024
           order by dossiers_late_here desc, late_steps desc, steps desc""",
    )
    shown = []
    for row in find(steps_of(published), "#departments tbody tr"):
        name = find(row, "th")[0].text
        shown.append((name, *(words(cell) for cell in find(row, "td"))))
    expected = [
        (name, str(late), str(still), number(steps), *((number(after), share(after, due)) if due else ("–", "–")))
        for name, late, still, steps, after, due in rows
    ]
    assert shown == expected[: SHOWN.departments]
    page = words(steps_of(published))
    assert f"và {len(rows) - SHOWN.departments} phòng, ban nữa" in page
    assert "nhiều nhất: UBND thị trấn Vĩnh An <số 2> (2), UBND thị trấn Vĩnh An <số 1> (1)" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_typed_becomes_html_and_no_dossier_or_script_is_on_it(published: Settings, lang: str) -> None:
    path = published.reports_dir / STEPS_PAGES[lang]
    text = path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "<script" not in text and "http" not in text and "H19.1-240102-0001" not in text
    assert "&lt;số 33&gt;" not in text and "&lt;số 30&gt; &amp; &#34;gia hạn&#34;" in text and "<số" not in text
    assert "Tổ &lt;" in text and "Tổ <" not in text and "<1>" not in text


def empty_text(settings: Settings, lang: str = "vi") -> str:
    write_steps(settings)
    page = steps_of(settings, lang)
    assert not find(page, ".procedure") and not find(page, "#departments")
    return words(find(page, "#empty")[0])


def test_without_steps_the_page_says_which_source_to_deliver(own: Settings) -> None:
    change(own, "delete from fct_steps")
    assert "tthc check --source tien_trinh" in empty_text(own)
    assert "never delivered" in empty_text(own, "en")


def test_without_an_ended_dossier_it_says_what_it_waits_for(own: Settings) -> None:
    change(own, "delete from handling_times")
    assert "chưa hồ sơ nào kết thúc" in empty_text(own)


@pytest.mark.parametrize(
    "gone", ["fct_steps", "handling_times", "procedure_bottlenecks", "procedure_variants", "department_lateness",
             "code_lists"],
)  # fmt: skip
def test_a_version_of_an_earlier_release_is_called_that(own: Settings, gone: str) -> None:
    change(own, f"drop table {gone}")
    assert "bản phát hành trước" in empty_text(own)


def test_before_anything_is_published_it_says_so(tmp_path: Path) -> None:
    assert "Chưa có phiên bản nào" in empty_text(Settings(warehouse_dir=tmp_path))


def test_a_year_in_which_nothing_has_ended_shows_the_year_before_and_says_so(own: Settings) -> None:
    change(own, "delete from handling_times where finished_year = 2024")
    write_steps(own)
    page = steps_of(own)
    assert "Năm 2024 chưa có hồ sơ nào kết thúc: số dưới đây là của năm 2023" in words(find(page, ".alarm")[0])
    assert "Chưa có năm trước để so" in words(find(page, "#before")[0]) and find(page, ".procedure")


def test_a_procedure_whose_steps_take_no_days_has_no_bar_and_one_without_days_no_wait(own: Settings) -> None:
    change(own, "update procedure_bottlenecks set elapsed_working_days = 0, waiting_working_days = 0")
    change(own, "delete from handling_times where procedure_code is not null")
    change(own, "delete from department_lateness")
    write_steps(own)
    page = steps_of(own)
    one = words(find(page, ".procedure")[0])
    assert "Mọi bước xong trong ngày" in one and "Không hồ sơ nào có đủ ngày" in one and not find(page, "svg.stack")
    assert "Năm 2024 không có bước nào bắt đầu" in words(page)


@pytest.mark.usefixtures("fresh_register")
def test_how_much_it_shows_is_the_registers(own: Settings, tmp_path: Path) -> None:
    register = tmp_path / "registers" / "vietnam" / "steps.yml"
    register.parent.mkdir(parents=True)
    text = "page: {procedures: 2, segments: 1, ways: 1, departments: 3, holders: 1}\nsheet: {steps: 5}\n"
    register.write_text(text, encoding="utf-8")
    settings = Settings(warehouse_dir=own.warehouse_dir, registers_dir=tmp_path / "registers")
    write_steps(settings)
    page = steps_of(settings)
    assert len(find(page, ".procedure")) == 2 and len(find(page, "#departments tbody tr")) == 3
    assert {row.get("class") for row in find(page, ".parts tbody tr")} == {"s1", "other", "waiting"}
    assert len(find(page, ".ways li")) == 2 and "(2), UBND" not in words(find(page, "#departments")[0])
    load_steps_shown.cache_clear()
    register.write_text(text.replace("ways: 1", "ways: 11"), encoding="utf-8")
    with pytest.raises(TthcError, match="ways"):
        write_steps(settings)


@pytest.mark.slow
def test_it_is_written_with_the_desk_page_which_links_to_it(own: Settings) -> None:
    write_desk(own, morning())
    assert "steps.html" not in [link.get("href") for link in find(page_of(own), "a[href]")]
    written = tthc("report", "--desk", "--warehouse", str(own.warehouse_dir))
    assert written.returncode == 0
    for lang, other in (("vi", "en"), ("en", "vi")):
        desk, steps = page_of(own, PAGES[lang]), steps_of(own, lang)
        assert STEPS_PAGES[lang] in [link.get("href") for link in find(desk, "a[href]")]
        assert {PAGES[lang], STEPS_PAGES[other]} <= {link.get("href") for link in find(steps, "a[href]")}


@pytest.mark.parametrize(("broken", "left"), [("read_steps", "index.html"), ("read_desk", "steps.html")])
def test_neither_page_needs_the_other_to_be_written(
    own: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str, left: str
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk_write, broken, fails)
    with caplog.at_level(logging.WARNING):
        write_nightly_desk(own, morning())
    assert "ZeroDivisionError" in caplog.text
    assert [path.name for path in own.reports_dir.glob("*.html")].count(left) == 1


@pytest.mark.slow
def test_tables_with_the_columns_that_dbt_makes_can_be_read(tmp_path: Path) -> None:
    settings = publish(build(tmp_path / "tiny.duckdb"), tmp_path / "kho")
    with read_only_connection(settings) as connection:
        figures = read_step_figures(connection, StepsPage(procedures=3, segments=2, ways=2, departments=3, holders=2))
    assert figures.has_steps and len(figures.procedures) == 3 and figures.departments
    for row in figures.procedures:
        assert sum(part["days"] for part in figures.parts[row["procedure_code"]]) == row["working_days"]
