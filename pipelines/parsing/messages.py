"""JSON: an array of rows, rows by line (NDJSON), and the national portal's sync message with its nested lists.

Values are strings there; a number or a truth value is taken by its JSON spelling. Members that neither a
field nor the contract's ignored list names refuse the file, as an unknown column does.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson

from pipelines.contracts import Contract
from pipelines.errors import FileRefused
from pipelines.parsing.batch import ROWS_PER_BATCH, Batch, text_frame
from pipelines.parsing.delimited import open_bytes
from pipelines.parsing.headers import map_headers

Row = dict[str, str | None]
TRUTH = {"true": "1", "false": "0"}


def _text(value: Any, is_flag: bool) -> str | None:
    if isinstance(value, bool):
        value = str(value)
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
        self._shapes: dict[tuple[str, ...], list[tuple[str, str, bool]]] = {}

    def row(self, record: Any, **given: str | None) -> Row:
        """`given` fills in what the message says once for the whole record or file."""
        if not isinstance(record, dict):
            raise FileRefused("not_a_record")
        shape = tuple(record)
        if shape not in self._shapes:
            fields = map_headers(shape, self._contract, whole=False, ignored=self._ignored)
            self._shapes[shape] = [
                (member, name, self._contract.by_name[name].type == "flag")
                for member, name in zip(shape, fields, strict=True)
                if name
            ]
        told = {name: _text(record[member], is_flag) for member, name, is_flag in self._shapes[shape]}
        return {**given, **told}


def _envelope_head(path: Path, packed: bool) -> dict[str, str]:
    """The message's own members that stand before `data`; empty where the file is a plain array."""
    head: dict[str, str] = {}
    with open_bytes(path, packed) as stream:
        for prefix, event, value in ijson.parse(stream):
            if event == "start_array":
                return head
            if prefix and event == "string":
                head[prefix] = value
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
            for item in record.get(member) or []:
                yield child.source, nested[member].row(item, MaHoSo=dossier.get("MaHoSo"))


def read_messages(
    path: Path, contract: Contract, contracts: dict[str, Contract], *, by_line: bool, packed: bool
) -> Iterator[Batch]:
    """Batches of a JSON file; rows of child sources come with their own source and numbering."""
    try:
        head = {} if by_line else _envelope_head(path, packed)
        message = contract.envelope if "service" in head else None
        if "service" in head and (message is None or head["service"] != message.service):
            raise FileRefused("wrong_service", expected=message.service if message else "-")
        with open_bytes(path, packed) as stream:
            prefix = "" if by_line else "data.item" if message else "item"
            records = ijson.items(stream, prefix, multiple_values=by_line)
            if message:
                untold = {child.source: child.untold for child in message.children.values()}
                yield from _batches(_message_rows(records, head, contract, contracts), untold)
            else:
                rows = _Rows(contract, ())
                yield from _batches(((contract.source, rows.row(record)) for record in records), {})
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise FileRefused("not_json") from error
