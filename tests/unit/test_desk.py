"""The desk page: each number is the warehouse's, a night that failed is not called well, and nothing else is served."""

import datetime as dt
import http.client
import logging
import re
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import lxml.html
import pytest

from pipelines.common.errors import TthcError
from pipelines.common.i18n import LANGUAGES, read_catalogue
from pipelines.nightly.context import Nightly, tell
from pipelines.nightly.stages import Stages
from pipelines.reports.desk import write as desk_write
from pipelines.reports.desk.charts import Point, line
from pipelines.reports.desk.facts import HOLDERS, read_desk
from pipelines.reports.desk.render import ORDERS, UNITS_PRINTED
from pipelines.reports.desk.serve import desk_server
from pipelines.reports.desk.wording import HERE, signed
from pipelines.reports.desk.write import write_desk, write_nightly_desk
from pipelines.settings import DATABASE_FILE, Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.runs import begin_run, end_run
from tests.conftest import tthc
from tests.site.desk_warehouse import MADE, UNITS, VERSION, morning, publish_desk


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = publish_desk(tmp_path_factory.mktemp("desk") / "kho")
    write_desk(settings, morning())
    return settings


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return publish_desk(tmp_path / "kho", units=3)


def find(node: Any, selector: str) -> list[Any]:
    """Return the elements that a chain of `tag`, `.class`, `#id`, `tag.class` or `tag[href]` leads to."""
    path = ""
    for step in selector.replace(" > ", " >").split():
        axis, step = ("/", step[1:]) if step[0] == ">" else ("//", step)
        tag, name, place, has = re.fullmatch(r"(\w*)(?:\.(\w+))?(?:#(\w+))?(?:\[(\w+)\])?", step).groups()  # type: ignore[union-attr]
        path += f"{axis}{tag or '*'}"
        path += f"[contains(concat(' ', @class, ' '), ' {name} ')]" if name else ""
        path += f"[@id='{place}']" if place else ""
        path += f"[@{has}]" if has else ""
    return list(node.xpath(f".{path}"))


def page_of(settings: Settings, name: str = "index.html") -> Any:
    return lxml.html.fromstring((settings.reports_dir / name).read_text(encoding="utf-8"))


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


def asked(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.current_link / DATABASE_FILE), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        return connection.execute(query).fetchall()


def change(settings: Settings, statement: str) -> None:
    with duckdb.connect(str(settings.current_link / DATABASE_FILE)) as connection:
        connection.execute("set schema = 'marts'")
        connection.execute(statement)


def test_counts_of_units_and_tiles_are_those_of_the_worklist(published: Settings) -> None:
    page = page_of(published)
    categories = ("overdue", "due_today", "due_soon", "waiting_long", "paused", "no_due_date", "in_time")
    for category in categories:
        ((count,),) = asked(published, f"select count(*) from worklist where category = '{category}'")
        assert words(find(page, f".tiles .{category} strong")[0]) == f"{count:,}".replace(",", ".")
    rows = asked(
        published,
        """select unit_code, count(*) filter (where category = 'overdue') as a,
             count(*) filter (where category = 'due_today') as b, count(*) filter (where category = 'due_soon') as c,
             count(*) filter (where portal <> 'agrees') as d, count(*) filter (where category = 'waiting_long') as e
           from worklist group by 1 order by a desc, b desc, c desc, d desc, e desc, 1""",
    )
    shown = [
        (row.get("id").removeprefix("u-"), *(int(words(cell)) for cell in find(row, "td")[:5]))
        for row in find(page, ".units tbody tr")
    ]
    assert shown == rows and len(shown) > UNITS_PRINTED


def test_every_order_places_units_by_its_column(published: Settings) -> None:
    rows = find(page_of(published), ".units tbody tr")
    for at, order in enumerate(ORDERS[1:6]):
        placed = sorted(rows, key=lambda row: int(re.search(rf"--{order}:(\d+)", row.get("style"))[1]))  # type: ignore[index]
        counts = [int(words(find(row, "td")[at])) for row in placed]
        assert counts == sorted(counts, reverse=True)
        assert len({row.get("style") for row in rows}) == len(rows)


def test_points_change_rank_and_the_line(published: Settings) -> None:
    page = page_of(published)
    answer = words(find(page, ".answer")[0])
    assert "63,46" in answer and "88 điểm đã biết" in answer and "+0,46 so với tuần trước" in answer
    assert "hạng 2/3 tỉnh" in answer
    score = words(find(page, ".score")[0])
    assert "ta tính 86, lấy theo Cổng 2, chưa ai biết 12" in score and "H26 81,50/100, H19 70,25/100" in score
    days = [words(cell) for cell in find(page, "#days tbody th")]
    expected = asked(
        published,
        "select end_date from dim_score_period where period_type = 'to_date' and isodow(end_date) = 7 order by 1",
    )
    assert days == [f"{day:%d/%m/%Y}" for (day,) in expected] + ["31/12/2024"]
    # Twelve week ends and today; between the fourth and the fifth other components became known.
    assert len(find(page, "svg.trend circle")) == 13 and len(find(page, "svg.trend line.run")) == 11
    groups = [words(row) for row in find(page, "#groups tbody tr")]
    assert groups[0].startswith("Công khai, minh bạch") and "6,00 / 10 của 15" in groups[0] and len(groups) == 6


def test_lost_points_are_in_order_with_the_units_that_hold_most(published: Settings) -> None:
    page = page_of(published)
    lost = asked(
        published,
        "select component, points_lost, cases_to_full from decision_766_gains where scope = 'province' order by 2 desc",
    )
    rows = find(page, "#lost tbody tr")
    assert [find(row, ".number")[0].text for row in rows] == [row[0] for row in lost[:8]]
    assert [words(find(row, "td")[1]) for row in rows] == [f"{row[2]:,}".replace(",", ".") for row in lost[:8]]
    assert words(find(rows[0], "small")[0]).count("(") == HOLDERS and "<số 199> (200)" in words(rows[0])
    assert "và 6 thành phần nữa, mất 8,40 điểm" in words(find(page, ".lost")[0])
    assert {words(tag) for tag in find(page, ".tag")} == {"còn lấy được", "đã rồi"}


def test_ours_beside_the_portals_names_causes_and_the_rest(published: Settings) -> None:
    rows = find(page_of(published), "#compared tbody tr")
    assert [words(find(row, "td")[2]) for row in rows] == ["−1,40", "−1,30", "−1,20", "−1,10", "−1,00"]
    assert "không có ở Cổng 35, khác ngày xong 12, khác ngày hẹn 7" in words(rows[0])
    assert "chưa rõ vì sao: tử +40, mẫu −3" in words(rows[0])


def test_reports_sources_and_links(published: Settings) -> None:
    page = page_of(published)
    reports = words(find(page, ".reports")[0])
    assert "2024-BC-0: hạn 10/01/2025" in reports and "2024-BC-9T: bản 2, ngày 14/09/2024" in reports
    assert (
        "2024-BC-6T: bản đã nộp bị hỏng" in reports
        and "nguon_0: im lặng 4 ngày" in reports
        and "và 4 điều nữa" in reports
    )
    assert "Nguyễn" not in lxml.html.tostring(page, encoding="unicode")
    links = [link.get("href") for link in find(page, "a[href]")]
    own = [link for link in links if not link.startswith(("#", "../quality/run-"))]
    missing = [link for link in own if not (published.reports_dir / link).exists()]
    assert missing == ["2024-BC-9T/bieu.xlsx"], "only the record of that workbook was laid down"
    assert {"worklist/H19.1.xlsx", "worklist/H19.1.docx", "findings/H19.1.xlsx"} <= set(links)


def test_lists_of_another_version_are_not_linked_to(own: Settings) -> None:
    (own.versions_dir / VERSION).rename(own.versions_dir / "2025-01-01-other")
    own.current_link.unlink()
    own.current_link.symlink_to(Path("versions") / "2025-01-01-other")
    assert read_desk(own, None, MADE).files.lists == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_night_that_failed_is_not_called_well(own: Settings, lang: str) -> None:
    write_desk(own, morning("failed"))
    page = page_of(own, "index.html" if lang == "vi" else "index.en.html")
    night = find(page, ".night")[0]
    assert "bad" in night.get("class")
    said = {"vi": ("lỗi", "KHÔNG công bố", "TTHC_KEEP_VERSIONS", "ổ đĩa đầy"),
            "en": ("failed", "did NOT publish", "TTHC_KEEP_VERSIONS")}  # fmt: skip
    assert all(word in words(night) for word in said[lang])
    assert "63" in words(find(page, "#points")[0]), "the newest published figures stay on the page"


def test_every_run_writes_the_page_at_its_end(own: Settings) -> None:
    with open_ledger(own.ledger_file) as ledger:
        end_run(ledger, begin_run(ledger, 1), "failed", detail={"why": "[disk_full] x", "cause": "disk_full"})
    tell(Nightly(own, 1, Stages(own.ledger_file, 1, 0.0)))
    for name, said in (("index.html", "KHÔNG công bố"), ("index.en.html", "did NOT publish")):
        assert said in words(find(page_of(own, name), ".night")[0])


def test_what_wants_a_look_and_what_is_stale_is_said(own: Settings) -> None:
    write_desk(own, morning(is_stale=True, age_working_days=9))
    night = find(page_of(own), ".night")[0]
    assert "look" in night.get("class") and "9 ngày làm việc (tối đa 3)" in words(night)
    came = [words(item) for item in find(night, ".came li")]
    assert came == [
        "3 tệp nhận",
        "41.230 dòng đọc",
        "7 dòng bị loại",
        "1 tệp bị từ chối",
        "1 mục bị giữ",
        "1 tệp còn nằm lại",
    ]


def test_before_anything_is_published_the_page_says_so(tmp_path: Path) -> None:
    settings = Settings(warehouse_dir=tmp_path)
    write_desk(settings, morning("failed", version=None))
    page = page_of(settings)
    assert "Chưa có phiên bản nào được công bố" in words(page) and not find(page, ".score")


@pytest.mark.parametrize(
    "gone", ["worklist", "decision_766_totals", "decision_766_gains", "decision_766_compared", "decision_766_provinces"]
)
def test_a_version_of_an_earlier_release_leaves_sections_empty(own: Settings, gone: str) -> None:
    change(own, f"drop table {gone}")
    write_desk(own, morning())
    assert len(find(page_of(own), "main > .card")) == 5


def test_nothing_open_nothing_lost_nothing_known(own: Settings) -> None:
    change(own, "delete from worklist; delete from decision_766_gains; delete from decision_766_compared")
    change(own, "update decision_766_totals set known_max = 0, points_change = null")
    write_desk(own, morning())
    text = words(page_of(own))
    for sentence in ("Không đơn vị nào", "Không mất điểm nào", "Chưa có điểm của Cổng", "Chưa có điểm nào tính được"):
        assert sentence in text


def test_without_copies_of_the_portal_no_unit_seems_to_agree(own: Settings) -> None:
    change(own, "update worklist set portal = null")
    write_desk(own, morning())
    page = page_of(own)
    assert "chưa có bản của Cổng" in words(find(page, ".tiles")[0])
    assert {words(cell) for cell in find(page, "td.disagreeing")} == {"–"}


def test_files_are_the_groups_and_no_dossier_or_script_is_on_the_page(published: Settings) -> None:
    for name in ("index.html", "index.en.html"):
        path = published.reports_dir / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text and "http" not in re.sub(r"<!doctype html>", "", text)
        assert "&lt;số 1&gt;" in text and "<số" not in text


def test_a_page_that_cannot_be_written_changes_nothing(
    own: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk_write, "read_desk", broken)
    with caplog.at_level(logging.WARNING):
        write_nightly_desk(own, morning())
    assert "ZeroDivisionError" in caplog.text


def test_texts_are_in_both_languages_and_all_used() -> None:
    texts = read_catalogue(HERE / "texts.yml")
    sources = "".join(path.read_text(encoding="utf-8") for path in HERE.rglob("*") if path.suffix in (".py", ".j2"))
    for code, by_language in texts.items():
        assert set(by_language) == set(LANGUAGES)
        stem = re.sub(r"_(worst|overdue|due_today|due_soon|disagreeing|waiting_long|points|letter|list)$", "_", code)
        assert f'"{code}"' in sources or f'"{stem}"' in sources or code.startswith("cause_") or code in (
            "overdue", "due_today", "due_soon", "waiting_long", "paused", "no_due_date", "in_time", "file_list_of",
            "file_letter_of",
        ), code  # fmt: skip


@pytest.mark.parametrize(("value", "shown"), [(0.456, "+0,46"), (-0.456, "−0,46"), (0.001, "0,00"), (-0.001, "0,00")])
def test_what_rounds_to_nothing_has_no_sign(value: float, shown: str) -> None:
    assert signed(value) == shown


def test_a_line_of_one_day_and_of_equal_days_has_an_axis() -> None:
    for count in (1, 3):
        drawn = line([Point("1", 62.0, "62", at > 0) for at in range(count)], "x", "t", "a", str)
        heights = {float(found) for found in re.findall(r'cy="([\d.]+)"', drawn)}
        assert len(heights) == 1 and 0 < heights.pop() < 140


SECRET = "not for the desk"


@pytest.fixture(scope="module")
def port(published: Settings) -> Iterator[int]:
    published.warehouse_dir.joinpath("restricted").mkdir()
    for place in ("restricted/key", "reports/.index.html.unfinished", "tthc.duckdb"):
        published.warehouse_dir.joinpath(place).write_text(SECRET, encoding="utf-8")
    published.reports_dir.joinpath("leak").symlink_to(published.warehouse_dir / "restricted" / "key")
    with desk_server(published, 0) as server:
        assert server.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def ask(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": f"{host}:{port}"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode("utf-8"), dict(answer.getheaders())


def test_the_page_its_lists_and_the_quality_page_are_served(port: int, published: Settings) -> None:
    status, _, headers = ask(port, "/")
    assert (status, headers["Location"]) == (302, "/reports/index.html")
    dictionary = published.current_link / "dictionary" / "index.html"
    dictionary.parent.mkdir()
    dictionary.write_text("Từ điển", encoding="utf-8")
    for path in ("reports/index.html", "reports/worklist/H19.1.xlsx", "quality/latest/vi/index.html",
                 "current/dictionary/index.html"):  # fmt: skip
        status, body, headers = ask(port, f"/{path}", "localhost")
        assert (status, body) == (200, (published.warehouse_dir / path).read_text(encoding="utf-8"))
        assert (
            "default-src 'none'" in headers["Content-Security-Policy"]
            and headers["X-Content-Type-Options"] == "nosniff"
        )


@pytest.mark.parametrize(
    "path",
    ["/restricted/key", "/tthc.duckdb", f"/versions/{VERSION}/tthc.duckdb", "/current/tthc.duckdb", "/reports/leak",
     "/reports/../tthc.duckdb", "/reports/%2e%2e/tthc.duckdb", "/reports/..%2ftthc.duckdb", "/reports/worklist/",
     "/reports/.index.html.unfinished", "/quality/", "/ledger/", "/%00", "//restricted/key"],
)  # fmt: skip
def test_nothing_else_of_the_warehouse_and_no_listing(port: int, path: str) -> None:
    status, body, _ = ask(port, path)
    assert status == 404 and SECRET not in body


def test_the_page_links_to_the_dictionary_of_a_version_that_has_one(published: Settings) -> None:
    folder = published.current_link / "dictionary"
    folder.mkdir(exist_ok=True)
    (folder / "index.html").unlink(missing_ok=True)
    assert read_desk(published, None, MADE).files.dictionary is None
    (folder / "index.html").write_text("Từ điển", encoding="utf-8")
    address = read_desk(published, None, MADE).files.dictionary
    assert address == "../current/dictionary/index.html"
    assert (published.reports_dir / address).resolve() == (folder / "index.html").resolve()


def test_another_sites_name_for_this_machine_reads_nothing(port: int) -> None:
    status, body, _ = ask(port, "/reports/index.html", "evil.example")
    assert status == 404 and "điểm" not in body


def test_without_a_page_or_a_port_the_command_says_what_to_do(tmp_path: Path, port: int, published: Settings) -> None:
    with pytest.raises(TthcError) as no_desk:
        desk_server(Settings(warehouse_dir=tmp_path), 0)
    with pytest.raises(TthcError) as taken:
        desk_server(published, port)
    assert (no_desk.value.code, taken.value.code) == ("no_desk", "desk_port_taken")


@pytest.mark.slow
def test_the_commands(own: Settings) -> None:
    written = tthc("report", "--desk", "--warehouse", str(own.warehouse_dir))
    assert written.returncode == 0 and "index.html" in written.stdout
    assert "Chưa có lần chạy nào" in words(page_of(own))
    helped = tthc("desk", "--help")
    assert helped.returncode == 0 and "127.0.0.1" in helped.stdout and "A4" in helped.stdout


def test_the_fixture_has_as_many_units_as_a_province(published: Settings) -> None:
    desk = read_desk(published, None, dt.datetime.now(dt.UTC))
    assert desk.figures is not None and len(desk.figures.units) > UNITS * 0.9
