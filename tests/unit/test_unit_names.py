"""Names of units: what counts as the same name, and that nothing of a name can be read where it is kept."""

import unicodedata
from collections.abc import Callable

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts.batch import text_frame
from pipelines.contracts.column_types import type_column, type_plain_column
from pipelines.contracts.model import Contract
from pipelines.parsing.privacy import protect
from pipelines.parsing.unit_names import fold_name, hash_unit_names, without_diacritics
from pipelines.reports.plan_gaps import without_handler

SECRET = "k" * 64
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữự"
WORDS = st.lists(st.text(LETTERS + LETTERS.upper() + "0123456789.-", min_size=1), min_size=1, max_size=6)
BLANKS = st.lists(st.sampled_from([" ", "  ", "\u00a0", "\t", " \n "]), min_size=7, max_size=7)


def of(function: Callable[[pl.Expr], pl.Expr], *texts: str) -> list[str | None]:
    return pl.DataFrame({"x": texts}, schema={"x": pl.String}).select(function(pl.col("x")))["x"].to_list()


def stripped(text: pl.Expr) -> pl.Expr:
    return without_diacritics(fold_name(text))


@given(words=WORDS, blanks=BLANKS)
def test_case_composition_and_blanks_do_not_count(words: list[str], blanks: list[str]) -> None:
    plain = " ".join(words)
    typed_so = "".join(blank + word for blank, word in zip(blanks, words, strict=False)) + blanks[-1]
    ways = [plain, typed_so, plain.upper(), plain.lower(), unicodedata.normalize("NFD", plain)]
    assert set(of(fold_name, *ways)) == {unicodedata.normalize("NFC", plain.lower())}
    assert len(set(of(stripped, *ways))) == 1


@given(text=st.text())
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    # A name reported without diacritics is folded as any other, so that both sides meet.
    once, plain = of(fold_name, text)[0], of(stripped, text)[0]
    assert of(fold_name, once or "") == [once]
    assert of(fold_name, plain or "") == [plain] == of(stripped, plain or "")


def test_nothing_left_is_no_name() -> None:
    assert of(fold_name, "", "  ", "\u00a0\t") == [None] * 3
    assert hash_unit_names(pl.Series(["  ", None], dtype=pl.String), SECRET).is_empty()


def test_a_name_is_known_by_its_mark_with_and_without_diacritics(contracts: dict[str, Contract]) -> None:
    marks = hash_unit_names(pl.Series(["Sở Tư pháp", "UBND", "Sở Tư pháp"]), SECRET)
    assert marks.select("TenDonVi", "is_bare").rows() == [("Sở Tư pháp", False), ("UBND", False), ("Sở Tư pháp", True)]
    said = pl.DataFrame({"DonViXuLy": ["SỞ  TƯ PHÁP", "so tu phap", "Sở Tu pháp", None]})
    kept = protect(said, contracts["ho_so"], SECRET)["DonViXuLy"].to_list()
    assert kept[:2] == [marks["mark"][0], marks["mark"][2]]
    assert kept[2] not in marks["mark"].to_list() and kept[3] is None
    assert protect(said, contracts["ho_so"], "l" * 64)["DonViXuLy"].to_list()[:3] != kept[:3]


@pytest.mark.parametrize("cell", ["Nguyá»…n VÄƒn A", "x" * 20_000, "NULL", "=1+1", "079204001234", "\u0000", "Ai đó"])
def test_whatever_it_holds_no_row_is_rejected(contracts: dict[str, Contract], cell: str) -> None:
    contract = contracts["ho_so"]
    frame = text_frame([{"DonViXuLy": cell}], [1])
    for read in (type_column, type_plain_column):
        one = read(contract.by_name["DonViXuLy"], contract.formats, "text")
        assert one.wrong == {} and not one.wrong_where_null
        assert frame.select(one.value)[:, 0].to_list() == [None if cell == "NULL" else cell]


def test_dossiers_of_unknown_handling_units_are_a_gap_with_the_units_that_have_most() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts; create table marts.fct_timeliness as"
                           " select 'U' || (i % 5) as receiving_unit_code, i % 2 = 0 as handling_unit_unknown"
                           " from range(11) t(i)")  # fmt: skip
        (gap,) = without_handler(connection)
        assert (gap["dossiers"], gap["units"]) == (6, {"U0": 2, "U1": 1, "U2": 1, "U3": 1, "U4": 1})
        assert "U0 (2), U1 (1), U2 (1)" in gap["why"] and "U3" not in gap["why"]
        connection.execute("delete from marts.fct_timeliness where handling_unit_unknown")
        assert without_handler(connection) == []
