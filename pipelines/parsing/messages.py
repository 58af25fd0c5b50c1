"""JSON: an array of rows, rows by line (NDJSON), and the national portal's sync message with its nested lists.

Values are strings there; a whole number or a truth value is taken by its JSON spelling, but not where the
field is text or a code: there a number has lost its zeros. A member twice in one object, and a member that
neither a field nor the contract's ignored list names, refuse the file, as such columns do.
"""

import re
from collections.abc import Generator, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import ijson

from pipelines.contract_fields import ContractField
from pipelines.contracts import Contract
from pipelines.errors import FileRefused
from pipelines.parsing.batch import ROWS_PER_BATCH, Batch, text_frame
from pipelines.parsing.headers import map_headers, shown
from pipelines.parsing.scan import open_checked
from pipelines.parsing.text_checks import JsonText

Row = dict[str, str | None]
TRUTH = {"true": "1", "false": "0"}
WORDS = ("code", "text")
# ijson brings the process down on a number that Python would not take. A number this long stands behind a sign
# of JSON, and every so many bytes shows a digit, which is quicker to look for.
LONG_NUMBER = re.compile(rb"(?:[\[:,\s]|^)-?[0-9]{600}")
DIGITS_AS_0 = bytes.maketrans(b"123456789", b"000000000")
STRIDE = 32
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
        """Takes the next piece. Raises FileRefused where it holds what no reader can take."""
        super().see(piece)
        if b"0" * (600 // STRIDE) in piece[::STRIDE].translate(DIGITS_AS_0) and LONG_NUMBER.search(piece):
            raise FileRefused("not_json")
        if self._times:
            self._times = {name: times + piece.count(name) for name, times in self._times.items()}
            odd = b'.item"' in piece or ESCAPED_ASCII.search(piece) is not None
            self.may_repeat = self.may_repeat or odd or max(self._times.values()) > 1


def _text(value: Any, is_flag: bool) -> str | None:
    if isinstance(value, (dict, list)):
        raise FileRefused("nested_value")
    if value is None or value == "":
        return None
    text = str(value)
    return TRUTH.get(text.lower(), text) if is_flag else text


class _Rows:
    """Records of one source into rows of text. Records of one file share few shapes, so each is mapped once."""

    def __init__(self, contract: Contract, ignored: tuple[str, ...]) -> None:
        self._contract, self._ignored = contract, ignored
        self._shapes: dict[tuple[str, ...], list[tuple[str, ContractField]]] = {}

    def row(self, record: Any, **given: str | None) -> Row:
        """`given` fills in what the message says once for the whole record or file."""
        if not isinstance(record, dict):
            raise FileRefused("not_a_record")
        if isinstance(record, Once) and record.twice is not None:
            raise FileRefused("member_twice", member=shown(record.twice, doubtful=True))
        shape = tuple(record)
        if shape not in self._shapes:
            fields = map_headers(shape, self._contract, whole=False, ignored=self._ignored)
            self._shapes[shape] = [
                (member, self._contract.by_name[name]) for member, name in zip(shape, fields, strict=True) if name
            ]
        told: Row = dict(given)
        for member, field in self._shapes[shape]:
            value = record[member]
            told[field.name] = _text(value, field.type == "flag") or told.get(field.name)
            if field.type in WORDS and field.personal != "drop" and isinstance(value, (int, Decimal)):
                told["_fault"] = f"code_turned_into_number:{field.name}"
        return told


def _own_members(contract: Contract) -> set[str]:
    """The members of the message itself that say something."""
    return {"service", "data", *(contract.envelope.head if contract.envelope else ())}


def _refuse_repeated(path: Path, packed: bool, contract: Contract) -> None:
    """Raises FileRefused where a member of the message itself stands twice, or one is called like a path to rows."""
    own, seen = _own_members(contract), set()
    with open_checked(path, packed, "utf-8", MessageText(set())) as stream:
        for prefix, event, value in ijson.parse(stream):
            if prefix == "" and event == "map_key" and value.partition(".")[0] in own:
                if value in seen or "." in value:
                    raise FileRefused("member_twice", member=shown(value, doubtful=True))
                seen.add(value)


def _envelope_head(path: Path, packed: bool, contract: Contract) -> dict[str, str] | None:
    """The message's own members, wherever they stand; None where the file is a plain array.

    Raises FileRefused where it is neither an array nor the message that the contract names.
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
    service = contract.envelope.service if contract.envelope else "-"
    if not has_data or head.get("service") != service:
        raise FileRefused("wrong_service", expected=service)
    return head


def _batches(rows: Iterator[tuple[str, Row]], untold: dict[str, tuple[str, ...]]) -> Iterator[Batch]:
    waiting: dict[str, list[Row]] = {}
    done: dict[str, int] = {}

    def flush(source: str) -> Batch:
        rows = waiting.pop(source)
        first = done.get(source, 0) + 1
        done[source] = done.get(source, 0) + len(rows)
        numbers = list(range(first, first + len(rows)))
        return Batch(source, text_frame(rows, numbers), untold=untold.get(source, ()))

    for source, row in rows:
        waiting.setdefault(source, []).append(row)
        if len(waiting[source]) >= ROWS_PER_BATCH:
            yield flush(source)
    for source in list(waiting):
        yield flush(source)


def _listed(value: Any) -> list[Any]:
    """The elements of a nested list, none where it is absent. Raises FileRefused where it is no list."""
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise FileRefused("not_a_record")
    return value


def _message_rows(
    records: Iterator[Any], head: dict[str, str], contract: Contract, contracts: dict[str, Contract]
) -> Iterator[tuple[str, Row]]:
    """Dossiers of the sync message, each followed by its nested rows; a child takes its dossier's code."""
    message = contract.envelope
    assert message is not None
    dossiers = _Rows(contract, (*message.ignored, *message.children))
    nested = {member: _Rows(contracts[child.source], child.ignored) for member, child in message.children.items()}
    given = {name: head.get(member) for member, name in message.head.items()}
    for record in records:
        dossier = dossiers.row(record, **given)
        yield contract.source, dossier
        for member, child in message.children.items():
            for item in _listed(record.get(member)):
                yield child.source, nested[member].row(item, MaHoSo=dossier.get("MaHoSo"))


def read_messages(
    path: Path, contract: Contract, contracts: dict[str, Contract], *, by_line: bool, packed: bool
) -> Generator[Batch]:
    """Batches of a JSON file; rows of child sources come with their own source and numbering."""
    try:
        head = None if by_line else _envelope_head(path, packed, contract)
        message = contract.envelope if head is not None else None
        check = MessageText(_own_members(contract) if message else set())
        with open_checked(path, packed, "utf-8", check) as stream:
            prefix = "" if by_line else "data.item" if message else "item"
            records = ijson.items(stream, prefix, multiple_values=by_line, map_type=Once)
            if message and head is not None:
                untold = {child.source: child.untold for child in message.children.values()}
                yield from _batches(_message_rows(records, head, contract, contracts), untold)
            else:
                rows = _Rows(contract, ())
                yield from _batches(((contract.source, rows.row(record)) for record in records), {})
        if check.may_repeat:
            _refuse_repeated(path, packed, contract)
    except (ijson.JSONError, UnicodeDecodeError, ArithmeticError, RecursionError) as error:
        raise FileRefused("not_json") from error
