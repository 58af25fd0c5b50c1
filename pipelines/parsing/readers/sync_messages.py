"""Reads JSON: an array of rows, rows by line (NDJSON), and the national portal's sync message with its nested lists.

Belongs here: how records are nested in a file, and checks of the message as a whole. Does not belong here: one record
(`json_records`), and checks of the text (`text_checks`).
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ijson
import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.contracts.batch import BYTES_PER_BATCH, ROWS_PER_BATCH, Batch, text_frame
from pipelines.contracts.model import Contract
from pipelines.parsing.readers.headers import shown
from pipelines.parsing.readers.json_places import lines_of_objects, syntax_error
from pipelines.parsing.readers.json_records import JsonObject, Labels, RecordReader, Row, Steps, format_path
from pipelines.parsing.readers.scan import open_checked
from pipelines.parsing.readers.text_checks import JsonText

# ijson crashes the process on a number that is too long for Python. Such a number follows a delimiter of JSON; since it
# has a digit in every STRIDE bytes, a search in each STRIDE-th byte finds most texts without one quickly.
LONG_NUMBER = re.compile(rb"(?:[\[:,\s]|^)-?[0-9]{600}")
DIGITS_AS_0 = bytes.maketrans(b"123456789", b"000000000")
STRIDE = 32
# A path that begins with the index of a record.
RECORD_PATH = re.compile(r"\[(\d+)\]\.?(.*)")
# An escape that may stand for a letter of a member's name.
ESCAPED_ASCII = re.compile(rb"\\u00[2-7]")


class MessageText(JsonText):
    """The checks of JSON text, and whether a member of the message itself may be in it twice.

    Attributes:
        may_repeat: True if a closer look at the members is needed (`_refuse_repeated`).
    """

    def __init__(self, members: set[str]) -> None:
        super().__init__()
        self._counts = dict.fromkeys((f'{member}"'.encode() for member in members), 0)
        self.may_repeat = False

    def see(self, piece: bytes) -> None:
        """Check the next piece.

        Raises:
            FileRefused: If it holds text that no reader can read.
        """
        if b"0" * (600 // STRIDE) in piece[::STRIDE].translate(DIGITS_AS_0) and (found := LONG_NUMBER.search(piece)):
            raise FileRefused("not_json", **self._spot.at(piece, found.end() - 600))
        super().see(piece)
        if self._counts:
            self._counts = {name: count + piece.count(name) for name, count in self._counts.items()}
            is_ambiguous = b'.item"' in piece or ESCAPED_ASCII.search(piece) is not None
            self.may_repeat = self.may_repeat or is_ambiguous or max(self._counts.values()) > 1


def _own_members(contract: Contract) -> set[str]:
    """Return the members of the message itself that have content."""
    return {"service", "data", *(contract.envelope.head if contract.envelope else ())}


def _refuse_repeated(path: Path, packed: bool, contract: Contract) -> None:
    """Raise FileRefused if a member of the message itself is in it twice, or has the name of a path to rows."""
    own, seen = _own_members(contract), set()
    with open_checked(path, packed, "utf-8", MessageText(set())) as stream:
        for prefix, event, value in ijson.parse(stream):
            if prefix == "" and event == "map_key" and value.partition(".")[0] in own:
                if value in seen or "." in value:
                    raise FileRefused("member_twice", member=shown(value, doubtful=True), path="$")
                seen.add(value)


def _envelope_head(path: Path, packed: bool, contract: Contract) -> dict[str, str] | None:
    """Return the text members of the message itself, in any order; None if the file is a plain array.

    Raises:
        FileRefused: If it is neither an array nor the message that the contract names.
    """
    expected_members = _own_members(contract) - {"data"}
    head: dict[str, str] = {}
    has_data = False
    with open_checked(path, packed, "utf-8", MessageText(set())) as stream:
        for number, (prefix, event, value) in enumerate(ijson.parse(stream)):
            if number == 0 and event == "start_array":
                return None
            if prefix in expected_members and event == "string":
                head[prefix] = value
            has_data = has_data or (prefix, event) == ("data", "start_array")
            if has_data and expected_members <= set(head):
                break
    expected = contract.envelope.service if contract.envelope else ""
    if not expected:
        raise FileRefused("not_a_list")
    if head.get("service", expected) != expected:
        raise FileRefused("wrong_service", expected=expected)
    if not has_data or "service" not in head:
        raise FileRefused("not_a_message", expected=expected, absent="data" if "service" in head else "service")
    return head


def _batches(rows: Iterator[tuple[str, Row]], like: dict[str, Batch]) -> Iterator[Batch]:
    """Yield batches of rows by source.

    Args:
        rows: Source and row.
        like: By source an empty batch, from which a batch has everything but its rows.
    """
    waiting: dict[str, list[Row]] = {}
    done: dict[str, int] = {}
    sizes: dict[str, int] = {}

    def flush(source: str) -> Batch:
        rows = waiting.pop(source)
        first = done.get(source, 0) + 1
        done[source] = done.get(source, 0) + len(rows)
        numbers = list(range(first, first + len(rows)))
        return replace(like[source], frame=text_frame(rows, numbers))

    for source, row in rows:
        waiting.setdefault(source, []).append(row)
        sizes[source] = sizes.get(source, 0) + sum(len(value) for value in row.values() if value)
        if len(waiting[source]) >= ROWS_PER_BATCH or sizes[source] >= BYTES_PER_BATCH:
            sizes[source] = 0
            yield flush(source)
    for source in list(waiting):
        yield flush(source)


def _elements(value: Any, steps: Steps) -> list[Any]:
    """Return the elements of a nested list; none if it is absent.

    Raises:
        FileRefused: If the value is no list.
    """
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise FileRefused("not_a_record", path=format_path(steps))
    return value


def _message_rows(
    records: Iterator[Any], head: dict[str, str], contract: Contract, contracts: dict[str, Contract], labels: Labels,
    *, whole: bool,
) -> Iterator[tuple[str, Row]]:  # fmt: skip
    """Yield source and row of the records of a sync message, each followed by its nested rows, which get its key."""
    message = contract.envelope
    assert message is not None
    parents = RecordReader(contract, (*message.ignored, *message.children), labels, whole=whole)
    nested = {
        member: RecordReader(contracts[child.source], child.ignored, labels, whole=whole)
        for member, child in message.children.items()
    }
    of_message = {name: head.get(member) for member, name in message.head.items()}
    for number, record in enumerate(records):
        steps = ("data", number)
        parent = parents.row(record, steps, **of_message)
        yield contract.source, parent
        key = {name: parent.get(name) for name in contract.key}
        for member, child in message.children.items():
            for nth, item in enumerate(_elements(record.get(member), (*steps, member))):
                yield child.source, nested[member].row(item, (*steps, member, nth), **key)


def _plain_rows(
    records: Iterator[Any], contract: Contract, lines: list[int] | None, labels: Labels, *, whole: bool
) -> Iterator[tuple[str, Row]]:
    """Yield source and row of the records of an array or of NDJSON.

    Args:
        records: The parsed records.
        contract: The contract of their source.
        lines: In NDJSON the line of each record, which becomes its path; None if unknown.
        labels: Filled with what the file calls each field.
        whole: Whether rows also get their path.
    """
    rows = RecordReader(contract, (), labels, whole=whole)
    for number, record in enumerate(records):
        row = rows.row(record, (number,))
        if whole and lines is not None and number < len(lines):
            row["_path"] = str(lines[number])
        yield contract.source, row


def _empty_batches(contract: Contract, labels: Labels, *, is_message: bool, by_line: bool) -> dict[str, Batch]:
    """Return by source an empty batch with all attributes but its rows."""
    none = pl.DataFrame()

    def empty(source: str, enclosing: dict[str, str], list_path: str | None, untold: tuple[str, ...] = ()) -> Batch:
        names = labels.setdefault(source, {})
        return Batch(
            source, none, untold=untold, labels=names, enclosing=enclosing, row_unit="element", list_path=list_path
        )

    if not is_message or contract.envelope is None:
        return {contract.source: empty(contract.source, {}, None if by_line else "")}
    head = {name: member for member, name in contract.envelope.head.items()}
    key = {name: name for name in contract.key}
    nested = [empty(child.source, key, None, child.untold) for child in contract.envelope.children.values()]
    return {contract.source: empty(contract.source, head, "data"), **{batch.source: batch for batch in nested}}


def read_messages(
    path: Path, contract: Contract, contracts: dict[str, Contract], *, by_line: bool, packed: bool, whole: bool = False
) -> Generator[Batch]:
    """Yield batches of a JSON file; rows of nested lists have a source and numbering of their own.

    Args:
        path: The file.
        contract: The contract of its source.
        contracts: All contracts by source.
        by_line: Whether it is NDJSON.
        packed: Whether it is gzip.
        whole: Whether rows also get their `_path`.

    Raises:
        FileRefused: If the file cannot be read with certainty.
    """
    try:
        head = None if by_line else _envelope_head(path, packed, contract)
        message = contract.envelope if head is not None else None
        check = MessageText(_own_members(contract) if message else set())
        lines = lines_of_objects(path, packed) if by_line and whole else None
        with open_checked(path, packed, "utf-8", check) as stream:
            prefix = "" if by_line else "data.item" if message else "item"
            records = ijson.items(stream, prefix, multiple_values=by_line, map_type=JsonObject)
            labels: Labels = {}
            like = _empty_batches(contract, labels, is_message=message is not None, by_line=by_line)
            if message and head is not None:
                rows = _message_rows(records, head, contract, contracts, labels, whole=whole)
            else:
                rows = _plain_rows(records, contract, lines, labels, whole=whole)
            yield from _batches(rows, like)
        if check.may_repeat:
            _refuse_repeated(path, packed, contract)
    except FileRefused as refusal:
        if by_line and (found := RECORD_PATH.match(str(refusal.params.get("path", "")))):
            lines = lines_of_objects(path, packed)
            if lines and int(found[1]) < len(lines):
                params = {**refusal.params, "path": found[2], "line": lines[int(found[1])]}
                raise FileRefused(refusal.code, **params) from None
        raise
    except (ijson.JSONError, UnicodeDecodeError, ArithmeticError, RecursionError) as error:
        code, place = syntax_error(path, packed, by_line=by_line)
        raise FileRefused(code, **place) from error
