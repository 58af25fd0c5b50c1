"""`tthc explain`: a figure with its definition, its deliveries and exactly the dossiers that count against it."""

import csv
import io
import json

import duckdb
import pytest

from tests.conftest import Night, tthc

pytestmark = pytest.mark.slow


def explained(night: Night, *arguments: str) -> dict:
    done = tthc("explain", *arguments, "--format", "json", "--warehouse", str(night.warehouse))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def worst(night: Night) -> tuple[str, int, int]:
    """The unit with most overdue dossiers of the year: code, numerator, denominator."""
    with duckdb.connect(str(night.current / "tthc.duckdb"), read_only=True) as connection:
        query = (
            "select unit_code, numerator, denominator from marts.indicator_values where indicator_code = 'on_time_rate'"
            " and rule = 'plan' and period_code = '2024' and scope = 'unit' order by denominator - numerator desc, 1"
        )
        row = connection.execute(query).fetchone()
    assert row is not None and row[1] < row[2]
    return row


def test_the_codes_listed_are_the_denominator_less_the_numerator(night: Night, worst: tuple[str, int, int]) -> None:
    unit, numerator, denominator = worst
    found = explained(night, "on_time_rate", "--unit", unit, "--period", "2024")
    assert (found["figure"]["numerator"], found["figure"]["denominator"]) == (numerator, denominator)
    assert len(found["against"]) == denominator - numerator
    assert {row["unit_code"] for row in found["against"]} == {unit}
    assert {row["reason"] for row in found["against"]} == {"after_due"}
    assert all(row["case_code"].startswith(unit) or row["case_code"] for row in found["against"])
    assert [row["source"] for row in found["deliveries"]] == ["ho_so"]
    assert found["definition"]["legal_basis"] and found["definition"]["numerator_vi"]


def test_the_page_says_all_of_it_in_words(night: Night, worst: tuple[str, int, int]) -> None:
    done = tthc("explain", "on_time_rate", "--unit", worst[0], "--period", "2024", "--warehouse", str(night.warehouse))
    assert done.returncode == 0
    for word in ("Numerator:", "Denominator:", "Rule:", "Legal basis:", "II.06a", "ho_so", "after its due date", "97%"):
        assert word in done.stdout, word


def test_csv_is_the_codes_and_nothing_else(night: Night, worst: tuple[str, int, int]) -> None:
    arguments = ("--unit", worst[0], "--period", "2024", "--format", "csv", "--warehouse", str(night.warehouse))
    rows = list(csv.DictReader(io.StringIO(tthc("explain", "on_time_rate", *arguments).stdout)))
    assert len(rows) == worst[2] - worst[1]
    assert list(rows[0]) == ["case_code", "unit_code", "event_date", "reason"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sample_dossier_share", "--period", "2024"), ("does not meet it", "thu_tuc")),
        (("apology_rate", "--period", "2024-Q4", "--unit", "xa"), ("no letter of apology",)),
        (("online_workfiles", "--period", "2024-BC-NAM", "--unit", "huyen"), ("so_lieu",)),
        (("satisfaction_rate", "--rule", "766", "--period", "2024"), ("not known, missing: phan_anh.MaHoSo",)),
        (("on_time_rate", "--rule", "766", "--period", "2024"), ("Decision 766",)),
        (("open_datasets",), ("Value:",)),
    ],
)
def test_every_kind_of_indicator_is_explained(night: Night, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    done = tthc("explain", *arguments, "--warehouse", str(night.warehouse))
    assert done.returncode == 0, done.stderr
    for word in words:
        assert word in done.stdout


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (("on_time_rat",), "on_time_rate/plan"),
        (("on_time_rate", "--period", "2024-13"), "2024-1"),
        (("on_time_rate", "--unit", "H19.3l"), "H19.31"),
    ],
)
def test_what_is_not_known_is_answered_with_the_nearest(night: Night, arguments: tuple[str, ...], nearest: str) -> None:
    done = tthc("explain", *arguments, "--warehouse", str(night.warehouse))
    assert done.returncode == 2
    assert nearest in done.stderr
