"""The quality page: it tells what the facts say in both languages, and nothing that a row holds."""

import datetime as dt
import json
import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pipelines.contracts.model import Contract, load_contracts
from pipelines.parsing.parse_file import parse_arrival, parse_key
from pipelines.parsing.receipts import LakeState
from pipelines.reports.endings import Ending, ending_of
from pipelines.reports.quality import write
from pipelines.reports.quality.facts import (
    CorrectionUse,
    OddDay,
    QualityFacts,
    RefusedFile,
    Rejection,
    Restatement,
    Source,
    UnitQuality,
    placed,
)
from pipelines.reports.quality.pages import TONES, pages
from pipelines.reports.quality.places import place_for
from pipelines.reports.quality.wording import HERE, Translator, texts
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.delivery import Delivery
from pipelines.storage.documents import Verdict
from pipelines.storage.ledger import Arrival, open_ledger
from pipelines.storage.runs import Run, begin_run, end_run
from tests.unit.test_house import placeholders

COUNTRY = PROJECT_DIR / "registers" / "vietnam"
DAY = dt.date(2024, 12, 31)
RUN = Run(7, 1, "2024-12-31T18:30:00+00:00", "2024-12-31T18:31:00+00:00", "refused", "v2", "2024-12-31", {})
FACTS = QualityFacts(
    sources=[Source("ho_so", 3, 1, 12_345, 12_000, 300, 45, DAY, 1.0, 5, 3.0, is_late=True, missing_days=1)],
    rejections=[
        Rejection("ho_so", DAY, "a.csv", "unknown_unit", None, 2, "7, 9"),
        Rejection("ho_so", DAY, "a.csv", "bad_timestamp:NgayHenTra", "H19.07", 30, "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
        Rejection("ho_so", DAY, "<b>.csv", "bad_timestamp:NgayHenTra", "H19.07", 1, "4"),
        Rejection("ho_so", DAY, "a.csv", "bad_timestamp:NgayHenTra", "H19.08", 12, "11"),
    ],
    refused_files=[RefusedFile("ho_so", DAY, "b.csv", "wrong_row_count", {"expected": 3, "got": 2})],
    restatements=[Restatement("le_phi", DAY, "c.csv", 100, 40, is_shrunk=True)],
    odd_days=[OddDay("ho_so", DAY, "missing", None, None), OddDay("ho_so", DAY, "low", 3, 301.5)],
    units=[
        UnitQuality("H19.07", "Sở Tư pháp", "so", 10, 1, 0, 2, 0, 3),
        UnitQuality("H19.08", "Sở Y tế", "so", 5, 0, 0, 0, 0, 0),
        UnitQuality("H19.09", "Sở Nội vụ", "so", 5, 9, 0, 0, 0, 0), UnitQuality("../../x", "?", "xa", 0, 0, 0, 0, 0, 0),
    ],
    cleaned={"thu_tuc": 1_234},
    corrections=[CorrectionUse("DC-1", "ho_so", "NgayHenTra", "UBND huyện", DAY, "applied", 4)],
)  # fmt: skip
NOTHING = dict.fromkeys(
    ("measure", "stratum", "unit_code", "register", "entry", "usual", "came", "value_hash", "files")
)
GATE: Any = {
    "new_sources": ["ho_so", "le_phi"],
    "compared_with": "v1", "problems": ["candidate_has_wal"],
    "held": [
        {"hold": "volume", "source": "ho_so", "business_day": "2024-12-31", "indicator_code": None, "rule": None,
         "period_code": None, "scope": None, "unit_level": None, **NOTHING, "usual": "150", "came": "4",
         "files": "a.csv", "override_code": None},
        {"hold": "drift", "source": None, "business_day": None, "indicator_code": "on_time_rate", "rule": "plan",
         "period_code": "2024-11", "scope": "level", "unit_level": "xa", **NOTHING, "usual": "96.1 % (961/1000)",
         "came": "91.0 % (910/1000)", "override_code": "PD-1"},
        {"hold": "register", "source": None, "business_day": None, "indicator_code": None, "rule": None,
         "period_code": None, "scope": None, "unit_level": None, **NOTHING, "register": "target",
         "value_hash": "0123456789abcdef", "entry": "on_time_rate|plan|*|2024-01-01#target",
         "usual": "0.97", "came": None, "override_code": "PD-2"},
    ],
    "overrides": [{"override_code": "PD-1", "hold": "drift", "approved_by": "Chánh Văn phòng",
                   "approved_on": "2025-01-02", "valid_until": "2025-01-31", "reason": "Giao muộn", "state": "used"}],
    "tables": [{"table": "dim_unit", "expected": 2, "problems": [], "checks": [
        {"id": "min_rows", "title_vi": "Đủ dòng", "title_en": "Enough rows", "success": True, "unexpected_count": None},
        {"id": "known", "title_vi": "Có mã", "title_en": "Has a code", "success": False, "unexpected_count": 1234},
    ]}],
}  # fmt: skip


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts(Settings().contracts_dir)


class Reader(HTMLParser):
    """Text as people read it, links, and whether every element that was opened was closed."""

    VOID = frozenset({"meta", "br", "link", "img", "input"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.text = re.sub(r"\s+", " ", " ".join(self.words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [str(value) for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def endings(run: Run, gate: Verdict | None) -> dict[str, Ending]:
    return {lang: ending_of(run, Settings(), gate) for lang in ("vi", "en")}


def read(
    contracts: dict[str, Contract], run: Run = RUN, facts: QualityFacts = FACTS, gate: Verdict | None = GATE
) -> dict[str, Any]:
    return {name: Reader(html) for name, html in pages(run, facts, gate, contracts, COUNTRY, endings(run, gate))}


def test_the_page_tells_what_came_what_was_turned_away_and_what_to_do(contracts: dict[str, Contract]) -> None:
    text = read(contracts)["vi/index.html"].text
    for reported in (
        "Bị cửa kiểm giữ lại", "Bản dự tuyển v2 (đến ngày 31/12/2024) không được công bố", "12.345", "trễ",
        "ho_so ngày 2024-12-31: Số dòng mỗi ngày làm việc: thường 150, nay 4", "chưa ai chấp thuận",
        "chấp thuận theo PD-1",
        "Chỉ tiêu on_time_rate (plan), kỳ 2024-11, xã: đang công bố 96.1 % (961/1000), nay 91.0 % (910/1000)",
        "dim_unit.known", "1.234 dòng sai",
        "candidate_has_wal", "NgayHenTra phải dạng yyyyMMddHHmmss", "tệp .rows nói 3 dòng nhưng đọc được 2",
        "quá mức cho phép", "301,5", "1 / 2 phép kiểm trên 1 bảng", "Chánh Văn phòng, 02/01/2025", "đang dùng",
        "UBND huyện, 31/12/2024", "Dòng không ghi đơn vị nào có trong danh mục", "1 đơn vị khác không có gì phải xem",
        "01/01/2025 01:30", "thu_tuc: 1.234 tên có dấu liệt kê",
    ):  # fmt: skip
        assert reported in text, reported


def test_the_same_in_english(contracts: dict[str, Contract]) -> None:
    text = read(contracts)["en/index.html"].text
    for reported in ("Held back by the gate", "12,345", "31 Dec 2024", "commune", "let by under PD-1", "Has a code",
                 "NgayHenTra must look like"):  # fmt: skip
        assert reported in text, reported


def test_each_unit_with_something_to_fix_has_a_page_of_its_own_and_no_other(contracts: dict[str, Contract]) -> None:
    read_pages = read(contracts)
    assert {name for name in read_pages if name.startswith("vi/")} == {
        "vi/index.html", "vi/units/H19.07.html", "vi/units/H19.08.html", "vi/units/H19.09.html",
        "vi/units/khong-ro.html",
    }  # fmt: skip
    own = read_pages["vi/units/H19.07.html"].text
    assert "Sở Tư pháp" in own and ": 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …" in own and ": 11" not in own
    assert "2 hồ sơ có trạng thái mới hơn nhưng bị từ chối" in own and "Sở Y tế" not in own
    assert "7, 9" in read_pages["vi/units/khong-ro.html"].text


def test_links_lead_to_pages_that_exist_and_nowhere_else(contracts: dict[str, Contract]) -> None:
    read_pages = read(contracts)
    for name, page in read_pages.items():
        assert page.open == []
        for link in page.links:
            path = (Path("/") / name).parent / link
            if link != "#content":
                parts: list[str] = []
                for part in path.parts[1:]:
                    parts = parts[:-1] if part == ".." else [*parts, part]
                assert "/".join(parts) in read_pages, (name, link)


def test_a_units_page_leads_to_its_workbook_of_findings_where_there_is_one(contracts: dict[str, Contract]) -> None:
    said = endings(RUN, GATE)
    html = dict(pages(RUN, FACTS, GATE, contracts, COUNTRY, said, {"H19.07.xlsx", "khong-ro.xlsx"}))
    linked = {name for name, page in html.items() if "reports/findings/" in page}
    assert linked == {f"{lang}/units/{unit}.html" for lang in ("vi", "en") for unit in ("H19.07", "khong-ro")}
    assert 'href="../../../../reports/findings/H19.07.xlsx"' in html["vi/units/H19.07.html"]


def test_what_comes_from_outside_is_text_and_never_markup(contracts: dict[str, Contract]) -> None:
    html = dict(pages(RUN, FACTS, GATE, contracts, COUNTRY, endings(RUN, GATE)))
    assert all("<b>.csv" not in page for page in html.values())
    assert "&lt;b&gt;.csv" in html["vi/index.html"]


def test_only_the_first_line_of_a_fault_is_shown(contracts: dict[str, Contract]) -> None:
    failed = Run(8, 1, RUN.began, None, "failed", None, None, {"why": "[x] step dbt stopped\nvalue 079204001234"})
    for name, page in read(contracts, failed, QualityFacts(), None).items():
        assert "079204001234" not in page.text
        assert "[x] step dbt stopped" in page.text, name


@pytest.mark.parametrize("outcome", [*TONES, "running"])
def test_every_outcome_has_its_page_even_where_nothing_is_known(contracts: dict[str, Contract], outcome: str) -> None:
    run = Run(1, 1, RUN.began, None, outcome, "v", "2024-12-31", {})
    empty = read(contracts, run, QualityFacts(), None)
    assert set(empty) == {"vi/index.html", "en/index.html"}


def test_sentences_stand_in_both_languages_and_each_is_used() -> None:
    for code, sentences in texts().items():
        assert set(sentences) == {"vi", "en"}, code
        assert placeholders(sentences["vi"]) == placeholders(sentences["en"]), code
    source = "\n".join(path.read_text(encoding="utf-8") for path in [*HERE.rglob("*.py"), *HERE.rglob("*.j2")])
    built = ("outcome_", "told_", "held_", "scope_", "level_", "standing_", "correction_", "state_", "hold_", "odd_",
             "do_")  # fmt: skip
    unused = {code for code in texts() if not code.startswith(built) and not re.search(rf"[\"']{code}[\"']", source)}
    assert unused == set()


def test_every_reason_that_models_and_contracts_give_tells_how_to_fix_it(contracts: dict[str, Contract]) -> None:
    words = Translator("vi", contracts, COUNTRY)
    project = Path(__file__).parents[2] / "dbt_project"
    given = {reason for path in project.rglob("*.sql") for reason in re.findall(r'"reason": "(\w+)"', path.read_text())}
    given |= {lookup.reason for contract in contracts.values() for lookup in contract.lookups}
    assert len(given) >= 7
    for source, contract in contracts.items():
        for reason in [*(rule.code for rule in contract.rules), *given, "conflict"]:
            assert words.fix_hint(source, reason) != words.t("reason_unexplained"), (source, reason)


@pytest.mark.slow
def test_the_last_thirty_runs_keep_their_pages_and_latest_is_the_newest(tmp_path: Path) -> None:
    settings = Settings(warehouse_dir=tmp_path / "kho")
    for _ in range(33):
        with open_ledger(settings.ledger_file) as ledger:
            end_run(ledger, begin_run(ledger, 1), "failed", detail={"why": "[no_calendar] …"})
        assert write.write_quality_page(settings) is not None
    folder = settings.warehouse_dir / "quality"
    kept = sorted(path.name for path in folder.glob("run-*"))
    assert kept == [f"run-{number:06d}" for number in range(4, 34)]
    assert (folder / "latest").readlink() == Path("run-000033")
    assert "[no_calendar]" in (folder / "latest" / "vi" / "index.html").read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_is_said_and_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(warehouse_dir=tmp_path / "kho")
    with open_ledger(settings.ledger_file) as ledger:
        end_run(ledger, begin_run(ledger, 1), "published", version="v-gone", as_of="2024-12-31")
    assert write.write_quality_page(settings) is None
    assert "FileNotFoundError" in caplog.text
    assert not (settings.warehouse_dir / "quality" / "latest").exists()


def test_places_are_shown_instead_of_numbers_where_they_are_known(contracts: dict[str, Contract]) -> None:
    reason, rows = "bad_timestamp:NgayHenTra", "3, 8, 9"
    facts = QualityFacts(rejections=[
        Rejection("ho_so", DAY, "a.xlsx", reason, None, 3, rows, {3: "E3", 8: "E8"}),
        Rejection("ho_so", DAY, "b.json", reason, "H19.07", 1, "2", {2: "data[1].NgayHenTra"}),
        Rejection("ho_so", DAY, "b.json", reason, None, 1, "1", {1: "data[0].NgayHenTra"}),
        Rejection("ho_so", DAY, "c.csv", reason, None, 1, "7"),
    ])  # fmt: skip
    text = read(contracts, facts=facts)["vi/index.html"].text
    assert "a.xlsx : E3, E8, 9" in text and "c.csv : 7" in text
    assert "b.json : data[0].NgayHenTra, data[1].NgayHenTra" in text


def parsed(
    settings: Settings, contracts: dict[str, Contract], source: str, name: str, content: bytes
) -> tuple[Any, ...]:
    """Return an arrival and its receipt, with its rejected rows in the quarantine."""
    path = settings.warehouse_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    arrival = Arrival(Delivery(source, DAY, name), sha256(content).hexdigest(), len(content), None, "")
    quarantine = settings.restricted_dir / "quarantine"
    return arrival, parse_arrival(
        arrival, path, contracts, parse_key(arrival, ""), "k" * 64, settings.lake_dir, quarantine
    )


def test_places_come_from_the_quarantine_and_only_where_numbers_do_not_say_them(
    contracts: dict[str, Contract], tmp_path: Path
) -> None:
    settings = Settings(warehouse_dir=tmp_path / "kho")
    rows = [["Danh sách"], ["MaDonVi", "TenDonVi", "Cap", "HieuLucTu"], ["U1", "Trần Thị Mẫu", "la", "x"]]
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    units = [parsed(settings, contracts, "don_vi", "a.xls", f"<table>{table}</table>".encode()),
             parsed(settings, contracts, "don_vi", "b.csv", b"MaDonVi,TenDonVi,Cap\nU1,A,la\n")]  # fmt: skip
    message = {"service": "DongBoHoSoMC", "data": [{"MaHoSo": "A-1", "TaiLieuNop": [{"DuocSoHoa": "9"}]}]}
    files = [*units, parsed(settings, contracts, "ho_so", "c.json", json.dumps(message).encode())]
    state = LakeState(files, [], [])
    named = [
        (Rejection("don_vi", DAY, "…", "bad_date:HieuLucTu", None, 1, "3"), "a.xls"),
        (Rejection("don_vi", DAY, "…", "not_in_code_list:Cap", "U1", 1, "3"), "a.xls"),
        (Rejection("don_vi", DAY, "b.csv", "not_in_code_list:Cap", None, 1, "2"), "b.csv"),
        (Rejection("thanh_phan", DAY, "c.json", "not_in_code_list:DuocSoHoa", None, 1, "1"), "c.json"),
        (Rejection("don_vi", DAY, "gone.xlsx", "not_in_code_list:Cap", None, 1, "4"), "gone.xlsx"),
        (Rejection("don_vi", DAY, "a.xls", "unknown", None, 1, None), "a.xls"),
    ]
    assert [one.places for one in placed(named, settings, state)] == [
        {3: "D3"}, {3: "C3"}, {}, {1: "data[0].TaiLieuNop[0].DuocSoHoa"}, {}, {},
    ]  # fmt: skip
    # A quarantine that is gone or cannot be read costs the places, not the page.
    for path in (settings.restricted_dir / "quarantine").rglob("*.parquet"):
        path.write_bytes(b"x")
    assert [one.places for one in placed(named, settings, state)] == [{}] * len(named)


@pytest.mark.parametrize(
    ("reasons", "place", "expected"),
    [
        (["a:X", "b:Y"], "C4, D4", ["C4", "D4"]),
        (["a:X", "b:X", "c:Y"], "C4, D4", ["C4", "C4", "D4"]),
        (["a:X", "rule"], "C4, 4", ["C4", "4"]),
        (["rule", "other"], "[3]", ["[3]", "[3]"]),
        (["a:X", "b:Y", "rule"], "C4, 4", ["C4, 4"] * 3),  # Y has no column: two places for three fields
    ],
)
def test_each_reason_has_its_own_part_of_a_place(reasons: list[str], place: str, expected: list[str]) -> None:
    assert [place_for(reason, reasons, place) for reason in reasons] == expected
    assert place_for("another:Z", reasons, place) == place
