"""Measured wrongness: every corpus through the reader; what comes in is right, or the test says which file is not.

`make wrongness` prints the same as a table. Here a part of the slow corpora runs; the slow test runs all.
"""

from pathlib import Path

import pytest

from tests.campaign.wrongness.corpora import (
    CORPORA,
    REAL,
    csv_spectrum,
    damaged_in_dialect_only,
    encodings,
    naughty_strings,
    pollock,
)
from tests.campaign.wrongness.verdict import Case, judge_case, text_row

needs_corpora = pytest.mark.skipif(not REAL.is_dir(), reason="shared/real is not beside the checkout")


def verdicts(cases: list[Case]) -> dict[str, str]:
    return {case.path.name: judge_case(case)[0] for case in cases}


@pytest.mark.campaign
@needs_corpora
def test_csv_spectrum_is_read_exactly_but_for_a_row_with_a_quote_inside_a_plain_cell(tmp_path: Path) -> None:
    found = verdicts(list(csv_spectrum(tmp_path)))
    assert len(found) == 12 and found.pop("location_coordinates.csv") == "quarantined"
    assert set(found.values()) == {"exact"}


@pytest.mark.campaign
@needs_corpora
def test_pollock_is_exact_where_only_the_dialect_differs_and_never_silently_wrong(tmp_path: Path) -> None:
    cases = list(pollock(tmp_path))
    found = verdicts(cases)
    dialect_only = {case.path.name for case in cases if damaged_in_dialect_only(case.path)}
    assert {"source.csv", "file_record_delimiter_0xA.csv"} <= dialect_only
    assert {found[name] for name in dialect_only} == {"exact"}
    assert len(found) == 115 and "silently wrong" not in found.values()


def test_vietnamese_is_exact_or_refused_in_every_encoding(tmp_path: Path) -> None:
    found = verdicts(list(encodings(tmp_path)))
    right = {
        "utf-8",
        "utf-8 with byte order mark",
        "utf-8 decomposed (NFD)",
        "utf-8 with CRLF",
        "windows-1258 declared",
    }
    assert {name.removesuffix(".csv") for name, verdict in found.items() if verdict == "exact"} == right
    assert set(found.values()) == {"exact", "refused"}


@pytest.mark.campaign
@needs_corpora
def test_naughty_strings_come_through_or_are_words_for_an_empty_cell(tmp_path: Path) -> None:
    cases = list(naughty_strings(tmp_path))[::5]
    found = {case.truth[0][1]: judge_case(case) for case in cases if case.truth}
    kept_back = {text for text, verdict in found.items() if verdict != ("exact", "")}
    assert kept_back == {"(null)", "NaN"}
    assert {found[text] for text in kept_back} == {("quarantined", "null_word:s")}


@pytest.mark.campaign
@needs_corpora
@pytest.mark.slow
@pytest.mark.parametrize("corpus", CORPORA)
def test_nothing_is_silently_wrong(corpus: str, tmp_path: Path) -> None:
    wrong = [name for name, verdict in verdicts(list(CORPORA[corpus](tmp_path))).items() if verdict == "silently wrong"]
    assert wrong == []


@pytest.mark.slow
def test_the_verdict_sees_what_is_wrong(tmp_path: Path) -> None:
    """The measure itself must be able to fail: a truth that differs, and a row that is gone."""
    case = next(iter(encodings(tmp_path)))
    assert case.truth is not None and judge_case(case)[0] == "exact"
    other = text_row(["H19.10", "Xã khác", "xa", "", "", ""])
    assert judge_case(Case(case.path, case.contract, [other, *case.truth[1:]]))[0] == "silently wrong"
    assert judge_case(Case(case.path, case.contract, [*case.truth, other]))[0] == "silently wrong"
    damaged = tmp_path / "damaged.csv"
    damaged.write_bytes(case.path.read_bytes().replace(b",xa\n", b",xa,\n", 1))
    assert judge_case(Case(damaged, case.contract, case.truth))[0] == "quarantined"
