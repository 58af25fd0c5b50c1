"""The falsifications as data: each does what it says, to nothing else, and names measures that there are."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.registers.measures import load_measures
from pipelines.settings import PROJECT_DIR
from tests.campaign.vigilance import report
from tests.campaign.vigilance.falsify import Night, falsified, joined
from tests.campaign.vigilance.kinds import Kinds, load_kinds
from tests.campaign.vigilance.province import Delivery
from tests.campaign.vigilance.trials import Honest, Province, Trial, note, noted, province

KINDS = load_kinds().kinds
LISTED = [
    "due_later", "channels_flipped", "units_swapped", "unknown_units", "fees_doubled", "components_cut",
    "ratings_very_good", "a_tenth_comes", "a_tenth_missing", "file_under_other_name", "unit_missing",
    "thousands_slipped", "constant_procedure", "midnight", "stale_copy", "duplicated_day", "empty_due_dates",
    "names_without_marks", "test_data", "finished_before_received",
]  # fmt: skip


@pytest.fixture(scope="module")
def small() -> Province:
    return province(1_500, 7, "monthly")


def night(of: Province, name: str, size: float, day: str = "2024-11-30") -> Night:
    kind = KINDS[name]
    return Night(of.days[day], of.before(kind.source, day), kind.source, np.random.default_rng(5), size, of.units)


def test_every_kind_of_the_design_is_there_and_names_measures_that_there_are() -> None:
    known = load_measures(PROJECT_DIR / "registers" / "vietnam")
    measures = {*known.measures, *(f"unit:{name}" for name in known.units)}
    assert len(KINDS) >= 25 and set(LISTED) <= set(KINDS)
    for name, kind in KINDS.items():
        causes = {cause if cause.startswith("unit:") else cause.split(":")[0] for cause in kind.cause}
        assert causes <= measures, name
        assert [size.size for size in kind.sizes] == sorted({size.size for size in kind.sizes}, reverse=True)


def test_what_is_measured_elsewhere_is_a_test_that_there_is() -> None:
    for name, one in load_kinds().elsewhere.items():
        path, _, function = one.test.partition("::")
        text = (PROJECT_DIR / path).read_text(encoding="utf-8")
        assert re.search(rf"^def {function}\(", text, re.MULTILINE), name


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_strikes_rows_of_its_source_the_more_the_larger_and_leaves_what_came_alone(
    small: Province, name: str
) -> None:
    kind, struck = KINDS[name], []
    before = {source: joined(files).clone() for source, files in small.days["2024-11-30"].items()}
    for size in [one.size for one in kind.sizes]:
        false = falsified(night(small, name, size), kind.how, kind.extra)
        struck.append(_differing(before[kind.source], joined(false[kind.source])))
        others = [source for source in before if source != kind.source]
        assert all(false[source] is small.days["2024-11-30"][source] for source in others) or kind.how in (
            "no_unit", "no_level",
        )  # fmt: skip
    assert struck[0] > 0 and struck == sorted(struck, reverse=True)
    assert all(joined(small.days["2024-11-30"][source]).equals(table) for source, table in before.items())


def _differing(before: pl.DataFrame, after: pl.DataFrame) -> int:
    """Return rows that only one of the two has."""
    return sum(
        one.join(other, on=before.columns, how="anti", nulls_equal=True).height
        for one, other in ((before, after), (after, before))
    ) + abs(before.height - after.height)


def test_due_dates_move_to_the_next_working_day_and_communes_change_codes_only(small: Province) -> None:
    rows = joined(small.days["2024-11-30"]["ho_so"])
    later = _falsified(small, "due_later")["ho_so"][0].texts
    moved = pl.DataFrame({"a": rows["NgayHenTra"], "b": later["NgayHenTra"]}).drop_nulls()
    days = moved.select(pl.all().str.strptime(pl.Datetime, "%Y%m%d%H%M%S"))
    assert (days["b"] > days["a"]).all() and not days["b"].dt.weekday().is_in([6, 7]).any()
    swapped = _falsified(small, "units_swapped")["ho_so"][0].texts
    changed = swapped.filter(swapped["MaDonVi"] != rows["MaDonVi"])
    assert changed["MaDonVi"].n_unique() == 2 and swapped["MaHoSo"].equals(rows["MaHoSo"])


def test_a_missing_commune_is_missing_in_every_source(small: Province) -> None:
    false = _falsified(small, "unit_missing")
    before, after = (
        set(joined(files["ho_so"])["MaHoSo"].str.split("-").list.first()) for files in (small.days["2024-11-30"], false)
    )
    (unit,) = before - after
    for source in ("thanh_phan", "tien_trinh"):
        assert not joined(false[source])["MaHoSo"].str.starts_with(f"{unit}-").any()


def _falsified(of: Province, name: str) -> Delivery:
    return falsified(night(of, name, 1), KINDS[name].how, KINDS[name].extra)


def test_notes_are_read_again_but_for_a_line_that_was_cut_off(tmp_path: Path) -> None:
    notes = tmp_path / "notes.jsonl"
    assert list(noted(notes)) == []
    note(notes, Honest(2_000, "monthly", 1, 7, 1_400, {}, ()))
    note(notes, _trial("due_later", 1, named=True))
    with notes.open("a", encoding="utf-8") as lines:
        lines.write('{"what": "Trial", "kin')
    assert [one["what"] for one in noted(notes)] == ["Honest", "Trial"]


def _trial(kind: str, size: float, *, named: bool, rows: int = 200) -> Trial:
    return Trial(kind, size, 2_000, "monthly", 1, "2024-12-31", rows, named, named, ("due_as_usual",), None)


@pytest.mark.parametrize(
    ("named", "false_nights", "rows", "is_reached"),
    [(20, 0, 200, True), (19, 0, 200, True), (18, 0, 200, False), (20, 1, 200, True), (20, 2, 200, False),
     (0, 0, 39, True)],
)  # fmt: skip
def test_what_is_required_is_reached_or_not(
    tmp_path: Path, named: int, false_nights: int, rows: int, *, is_reached: bool
) -> None:
    notes = tmp_path / "notes.jsonl"
    unusual = tuple(("ho_so", f"2024-0{n + 5}-31", "status", "4", "", 1.2) for n in range(false_nights))
    note(notes, Honest(2_000, "monthly", 1, 250, 50_000, {"share": (50_000, 1.2, 1)}, unusual))
    for nth in range(20):
        note(notes, _trial("due_later", 1, named=nth < named, rows=rows))
    found = report.results(noted(notes), load_kinds())
    assert found["reached"] is is_reached
    (rate,) = found["rates"]
    assert (rate["trials"], rate["named"], rate["is_required"]) == (20, named, rows >= 40)
    text = report.markdown(found, load_kinds())
    assert f"{named}/{named} of 20" in text and f"{false_nights} of 250 held" in text
    assert "| `share` | 50,000 | 0.60 | 1 | 1.20 |" in text
    assert all(f"`{name}`" in text for name in KINDS)


def test_the_page_keeps_what_is_outside_of_the_markers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "gate.md"
    page.write_text(f"before\n{report.BEGIN}\nof last year\n{report.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "RESULTS", tmp_path / "gate.json")
    kinds = Kinds(kinds=KINDS, elsewhere={}, unnoticeable=[])
    report.write(report.results([], kinds), kinds)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "of last year" not in text
    page.write_text("no markers", encoding="utf-8")
    with pytest.raises(ValueError, match="markers"):
        report.write(report.results([], kinds), kinds)


def test_the_docs_hold_the_markers() -> None:
    text = report.PAGE.read_text(encoding="utf-8")
    assert text.count(report.BEGIN) == text.count(report.END) == 1
