"""JSON: an array of rows, rows by line (NDJSON), and the national portal's sync message with its nested lists.

Values are strings there; a whole number or a truth value is taken by its JSON spelling, but not where the field is text
or a code: there a number has lost its zeros. A member twice in one object, and a member that neither a field nor the
contract's ignored list names, refuse the file, as such columns do.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import ijson
import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.contracts.batch import BYTES_PER_BATCH, ROWS_PER_BATCH, Batch, text_frame
from pipelines.contracts.fields import ContractField
from pipelines.contracts.model import Contract
from pipelines.parsing.readers.headers import map_headers, shown
from pipelines.parsing.readers.json_places import lines_of_objects, syntax_error
from pipelines.parsing.readers.scan import open_checked
from pipelines.parsing.readers.text_checks import JsonText

Row = dict[str, str | None]
Labels = dict[str, dict[str, str]]
# Members and numbers of elements, from 0, that lead to a place.
Where = tuple[str | int, ...]
TRUTH = {"true": "1", "false": "0"}
WORDS = ("code", "text")
# ijson brings the process down on a number that Python would not take. A number this long stands behind a sign
# of JSON, and every so many bytes shows a digit, which is quicker to look for.
LONG_NUMBER = re.compile(rb"(?:[\[:,\s]|^)-?[0-9]{600}")
DIGITS_AS_0 = bytes.maketrans(b"123456789", b"000000000")
STRIDE = 32
# A path that begins with the number of an object.
OBJECT = re.compile(r"\[(\d+)\]\.?(.*)")
# An escape that may spell a letter of a member's name.
ESCAPED_ASCII = re.compile(rb"\\u00[2-7]")


class Once(dict[str, Any]):
    """A JSON object that remembers a member that came twice: readers differ on which of the two counts.

    ijson fills it in from C, where an error raised here would be lost.
    """

    twice: str | None = None

    def __setitem__(self, member: str, value: Any) -> None:
        if member in self:
            self.twice = member
        super().__setitem__(member, value)


class MessageText(JsonText):
    """The checks of JSON text, and whether a member of the message itself may stand in it twice."""

    def __init__(self, members: set[str]) -> None:
        super().__init__()
        self._times = dict.fromkeys((f'{member}"'.encode() for member in members), 0)
        self.may_repeat = False

    def see(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            FileRefused: If it holds what no reader can take.
        """
        if b"0" * (600 // STRIDE) in piece[::STRIDE].translate(DIGITS_AS_0) and (found := LONG_NUMBER.search(piece)):
            raise FileRefused("not_json", **self._spot.at(piece, found.end() - 600))
        super().see(piece)
        if self._times:
            self._times = {name: times + piece.count(name) for name, times in self._times.items()}
            odd = b'.item"' in piece or ESCAPED_ASCII.search(piece) is not None
            self.may_repeat = self.may_repeat or odd or max(self._times.values()) > 1


def spell(where: Where) -> str:
    """Return a place in a file as a path: `data[3].TaiLieuNop[0].DuocSoHoa`; `$` is the whole."""
    text = ""
    for step in where:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "$"


def _text(value: Any, is_flag: bool) -> str | None:
    if value is None or value == "":
        return None
    text = str(value)
    return TRUTH.get(text.lower(), text) if is_flag else text


class _Rows:
    """Records of one source into rows of text.

    Records of one file share few shapes, so each is mapped once; what they call their fields is put down in `labels`,
    by source.
    """

    def __init__(self, contract: Contract, ignored: tuple[str, ...], labels: Labels, *, whole: bool) -> None:
        self._contract, self._ignored, self._whole = contract, ignored, whole
        self._labels = labels.setdefault(contract.source, {})
        self._shapes: dict[tuple[str, ...], list[tuple[str, ContractField]]] = {}

    def row(self, record: Any, where: Where, **given: str | None) -> Row:
        """Return one record as a row; `given` adds what the message says once for the whole record or file."""
        if not isinstance(record, dict):
            raise FileRefused("not_a_record", path=spell(where))
        if isinstance(record, Once) and record.twice is not None:
            raise FileRefused("member_twice", member=shown(record.twice, doubtful=True), path=spell(where))
        shape = tuple(record)
        if shape not in self._shapes:
            fields = map_headers(shape, self._contract, whole=False, ignored=self._ignored, path=spell(where))
            self._shapes[shape] = [
                (member, self._contract.by_name[name]) for member, name in zip(shape, fields, strict=True) if name
            ]
            self._labels |= {field.name: member for member, field in self._shapes[shape]}
        told: Row = dict(given)
        for member, field in self._shapes[shape]:
            value = record[member]
            if field.unit_name and not isinstance(value, str | None):
                value = str(value)  # no name that any unit has, and no reason to lose the dossier
            if isinstance(value, (dict, list)):
                raise FileRefused("nested_value", path=spell((*where, shown(member, doubtful=False))))
            told[field.name] = _text(value, field.type == "flag") or told.get(field.name)
            if field.type in WORDS and field.personal != "drop" and isinstance(value, (int, Decimal)):
                told["_fault"] = f"code_turned_into_number:{field.name}"
        if self._whole:
            told["_path"] = spell(where)
        return told


def _own_members(contract: Contract) -> set[str]:
    """Return the members of the message itself that have content."""
    return {"service", "data", *(contract.envelope.head if contract.envelope else ())}


def _refuse_repeated(path: Path, packed: bool, contract: Contract) -> None:
    """Raise FileRefused if a member of the message itself stands twice, or one is called like a path to rows."""
    own, seen = _own_members(contract), set()
    with open_checked(path, packed, "utf-8", MessageText(set())) as stream:
        for prefix, event, value in ijson.parse(stream):
            if prefix == "" and event == "map_key" and value.partition(".")[0] in own:
                if value in seen or "." in value:
                    raise FileRefused("member_twice", member=shown(value, doubtful=True), path="$")
                seen.add(value)


def _envelope_head(path: Path, packed: bool, contract: Contract) -> dict[str, str] | None:
    """Return the message's own members, wherever they stand; None if the file is a plain array.

    Raises:
        FileRefused: If it is neither an array nor the message that the contract names.
    """
    wanted = _own_members(contract) - {"data"}
    head: dict[str, str] = {}
    has_data = False
    with open_checked(path, packed, "utf-8", MessageText(set())) as stream:
        for number, (prefix, event, value) in enumerate(ijson.parse(stream)):
            if number == 0 and event == "start_array":
                return None
            if prefix in wanted and event == "string":
                head[prefix] = value
            has_data = has_data or (prefix, event) == ("data", "start_array")
            if has_data and wanted <= set(head):
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
    """Yield rows put together by source; what else a batch says is as in the empty one in `like`."""
    waiting: dict[str, list[Row]] = {}
    done: dict[str, int] = {}
    signs: dict[str, int] = {}

    def flush(source: str) -> Batch:
        rows = waiting.pop(source)
        first = done.get(source, 0) + 1
        done[source] = done.get(source, 0) + len(rows)
        numbers = list(range(first, first + len(rows)))
        return replace(like[source], frame=text_frame(rows, numbers))

    for source, row in rows:
        waiting.setdefault(source, []).append(row)
        signs[source] = signs.get(source, 0) + sum(len(value) for value in row.values() if value)
        if len(waiting[source]) >= ROWS_PER_BATCH or signs[source] >= BYTES_PER_BATCH:
            signs[source] = 0
            yield flush(source)
    for source in list(waiting):
        yield flush(source)


def _listed(value: Any, where: Where) -> list[Any]:
    """Return the elements of a nested list, none where it is absent.

    Raises:
        FileRefused: If it is no list.
    """
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise FileRefused("not_a_record", path=spell(where))
    return value


def _message_rows(
    records: Iterator[Any], head: dict[str, str], contract: Contract, contracts: dict[str, Contract], labels: Labels,
    *, whole: bool,
) -> Iterator[tuple[str, Row]]:  # fmt: skip
    """Yield dossiers of the sync message, each followed by its nested rows; a child takes its dossier's code."""
    message = contract.envelope
    assert message is not None
    dossiers = _Rows(contract, (*message.ignored, *message.children), labels, whole=whole)
    nested = {
        member: _Rows(contracts[child.source], child.ignored, labels, whole=whole)
        for member, child in message.children.items()
    }
    given = {name: head.get(member) for member, name in message.head.items()}
    for number, record in enumerate(records):
        where = ("data", number)
        dossier = dossiers.row(record, where, **given)
        yield contract.source, dossier
        for member, child in message.children.items():
            for nth, item in enumerate(_listed(record.get(member), (*where, member))):
                row = nested[member].row(item, (*where, member, nth), MaHoSo=dossier.get("MaHoSo"))
                yield child.source, row


def _plain_rows(
    records: Iterator[Any], contract: Contract, lines: list[int] | None, labels: Labels, *, whole: bool
) -> Iterator[tuple[str, Row]]:
    """Yield rows of an array or, with `lines`, of NDJSON: then its line is where a record stands."""
    rows = _Rows(contract, (), labels, whole=whole)
    for number, record in enumerate(records):
        row = rows.row(record, (number,))
        if whole and lines is not None and number < len(lines):
            row["_path"] = str(lines[number])
        yield contract.source, row


def _like(contract: Contract, labels: Labels, *, is_message: bool, by_line: bool) -> dict[str, Batch]:
    """Return by source an empty batch: what the format cannot tell, and how a row's place is spelled."""
    none = pl.DataFrame()

    def empty(source: str, enclosing: dict[str, str], list_path: str | None, untold: tuple[str, ...] = ()) -> Batch:
        names = labels.setdefault(source, {})
        return Batch(
            source, none, untold=untold, labels=names, enclosing=enclosing, row_unit="element", list_path=list_path
        )

    if not is_message or contract.envelope is None:
        return {contract.source: empty(contract.source, {}, None if by_line else "")}
    head = {name: member for member, name in contract.envelope.head.items()}
    nested = [
        empty(child.source, {"MaHoSo": "MaHoSo"}, None, child.untold) for child in contract.envelope.children.values()
    ]
    return {contract.source: empty(contract.source, head, "data"), **{batch.source: batch for batch in nested}}


def read_messages(
    path: Path, contract: Contract, contracts: dict[str, Contract], *, by_line: bool, packed: bool, whole: bool = False
) -> Generator[Batch]:
    """Yield batches of a JSON file; rows of child sources come with their own source and numbering.

    With `whole` they also say where each stands.
    """
    try:
        head = None if by_line else _envelope_head(path, packed, contract)
        message = contract.envelope if head is not None else None
        check = MessageText(_own_members(contract) if message else set())
        lines = lines_of_objects(path, packed) if by_line and whole else None
        with open_checked(path, packed, "utf-8", check) as stream:
            prefix = "" if by_line else "data.item" if message else "item"
            records = ijson.items(stream, prefix, multiple_values=by_line, map_type=Once)
            labels: Labels = {}
            like = _like(contract, labels, is_message=message is not None, by_line=by_line)
            if message and head is not None:
                rows = _message_rows(records, head, contract, contracts, labels, whole=whole)
            else:
                rows = _plain_rows(records, contract, lines, labels, whole=whole)
            yield from _batches(rows, like)
        if check.may_repeat:
            _refuse_repeated(path, packed, contract)
    except FileRefused as refusal:
        if by_line and (found := OBJECT.match(str(refusal.params.get("path", "")))):
            lines = lines_of_objects(path, packed)
            if lines and int(found[1]) < len(lines):
                params = {**refusal.params, "path": found[2], "line": lines[int(found[1])]}
                raise FileRefused(refusal.code, **params) from None
        raise
    except (ijson.JSONError, UnicodeDecodeError, ArithmeticError, RecursionError) as error:
        code, place = syntax_error(path, packed, by_line=by_line)
        raise FileRefused(code, **place) from error
