"""The checks of whole text files against slow and obvious readers, however the text is cut into pieces."""

import csv
import io
import itertools
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.common.errors import FileRefused
from pipelines.parsing.readers.reading import read
from pipelines.parsing.readers.text_checks import DEEPEST, JsonText, Quotes
from tests.campaign.wrongness.corpora import text_contract


def refusal(check: Quotes | JsonText, text: bytes, cuts: list[int]) -> str | None:
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    try:
        for start, end in itertools.pairwise(edges):
            check.see(text[start:end])
        check.end()
    except FileRefused as error:
        return error.code
    return None


def by_characters(  # noqa: C901 (one automaton, which a reader checks against the standard in one piece)
    text: str,
) -> tuple[str | None, set[int], list[int]]:
    """Return the refusal, the records with a stray quote, and the line of each record, read character by character.

    States: at the start of a cell, in blanks at its start, in a plain cell, in a quoted one, behind a quote in it.
    """
    state, line, record, begins = "start", 1, 0, True
    strays: dict[int, list[bool]] = {}
    lines: list[int] = []
    refused = None
    for character, before in zip(text, "\n" + text, strict=False):
        is_break = character == "\r" or (character == "\n" and before != "\r")
        if begins and character not in "\r\n":
            lines.append(line)
            begins = False
        if state in ("start", "blank", "plain"):
            if character == '"' and state != "start":
                strays.setdefault(record, []).append(state == "blank")
            if character in ",\r\n":
                state = "start"
            elif state == "start" and character == '"':
                state = "quoted"
            else:
                state = "blank" if state != "plain" and character == " " else "plain"
        elif state == "quoted":
            state = "behind" if character == '"' else "quoted"
        elif character == '"':
            state = "quoted"
        elif character in ",\r\n":
            state = "start"
        else:
            refused = "quote_inside"
            break
        if is_break:
            line += 1
            if state == "start" and not begins:
                record, begins = record + 1, True
    if any(len(found) % 2 and any(found) for found in strays.values()):
        refused = "quote_inside"
    return refused or ("unclosed_quote" if state == "quoted" else None), set(strays), lines


@given(st.text(alphabet='ab", \n\r', max_size=60), st.lists(st.integers(0, 60), max_size=5))
def test_quotes_are_judged_as_character_by_character(text: str, cuts: list[int]) -> None:
    check = Quotes(",", '"')
    refused, strays, lines = by_characters(text)
    assert refusal(check, text.encode(), cuts) == refused
    if refused is None:
        assert check.stray == strays
        assert check.lines.of(np.arange(len(lines))).tolist() == lines


@given(st.lists(st.lists(st.text(alphabet='xĐ ",;\n\r', max_size=6), min_size=2, max_size=2), max_size=5),
       st.lists(st.integers(0, 60), max_size=5))  # fmt: skip
def test_what_the_standard_library_writes_is_sound(rows: list[list[str]], cuts: list[int]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    assert refusal(Quotes(",", '"'), text.getvalue().encode(), cuts) is None


SCALARS = st.one_of(st.text(alphabet='ab"\\[]{}\n😀\u0301', max_size=8), st.integers(), st.booleans(), st.none())
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner))


@given(VALUES, st.booleans(), st.integers(1, 40))
def test_well_formed_json_passes_whatever_its_strings_hold(value: object, ascii_only: bool, size: int) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode()
    check = JsonText()
    rest = text
    while rest:
        # Pieces end as the scan ends them: behind a comma or a quote, never within an escape.
        cut = max(rest.rfind(b",", 0, size), rest.rfind(b'"', 0, size)) + 1 or len(rest)
        check.see(rest[:cut])
        rest = rest[cut:]
    check.end()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (rb'["\ud83d\ude00"]', None),
        (rb'["\ud83d"]', "half_character"),
        (rb'["\ude00"]', "half_character"),
        (rb'["\ud83dx\ude00"]', "half_character"),
        (rb'["\ud83d\ud83d\ude00"]', "half_character"),
        (rb'["\\ud83d"]', None),
        (b"[" * DEEPEST + b"]" * DEEPEST, None),
        (b"[" * (DEEPEST + 1), "too_deep"),
        (b'{"a":' * (DEEPEST + 1), "too_deep"),
        (b'["' + b"[" * 1000 + b'"]', None),
        (rb'["\"' + b"[" * 1000 + b'"]', None),
    ],
)
def test_halves_of_characters_and_deep_nests(text: bytes, code: str | None) -> None:
    assert refusal(JsonText(), text, []) == code


cells = st.text(alphabet='aĐ ",\n\r', max_size=4)


@given(st.lists(st.one_of(st.just([]), st.tuples(cells, cells)), max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_every_row_has_the_line_that_the_standard_library_counts(rows: list[Sequence[str]], line_end: str) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    reader = csv.reader(io.StringIO(text.getvalue(), newline=""))
    begins, expected = 1, []
    for row in reader:
        if row:
            expected.append(begins)
        begins = reader.line_num + 1
    contract = text_contract(["a", "b"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text.getvalue().encode())
        found = [batch.frame["_row_number"].to_list() for batch in read(path, path.name, contract, {"chu": contract})]
    assert [line for lines in found for line in lines] == expected[1:]
