"""JSON records as rows of text: which member is which field, and where in the file a record is.

Values are strings in JSON deliveries; a whole number or a truth value is taken by its JSON spelling, except for text
and codes, where a number has lost its leading zeros. A member twice in one object, and a member that neither a field
nor the contract's ignored list names, refuse the file, as such columns do. Does not belong here: how records are nested
(`sync_messages`).
"""

from decimal import Decimal
from typing import Any

from pipelines.common.errors import FileRefused
from pipelines.contracts.fields import ContractField
from pipelines.contracts.model import Contract
from pipelines.parsing.readers.headers import map_headers, shown

Row = dict[str, str | None]
# By source and field: what the file calls the member.
Labels = dict[str, dict[str, str]]
# Members and indices of elements, from 0, that lead to a place.
Steps = tuple[str | int, ...]
FLAG_CODES = {"true": "1", "false": "0"}


class JsonObject(dict[str, Any]):
    """A JSON object that records whether a member came twice: readers differ on which of the two counts.

    ijson fills it from C, where an error raised here would be lost.
    """

    repeated: str | None = None

    def __setitem__(self, member: str, value: Any) -> None:
        if member in self:
            self.repeated = member
        super().__setitem__(member, value)


def format_path(steps: Steps) -> str:
    """Return a place in a file as a path: `data[3].TaiLieuNop[0].DuocSoHoa`; `$` is the whole document."""
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "$"


def _text(value: Any, is_flag: bool) -> str | None:
    if value is None or value == "":
        return None
    text = str(value)
    return FLAG_CODES.get(text.lower(), text) if is_flag else text


class RecordReader:
    """Converts the records of one source in one file into rows of text.

    The records of a file have few different sets of members, so each set is mapped to fields only once.
    """

    def __init__(self, contract: Contract, ignored: tuple[str, ...], labels: Labels, *, whole: bool) -> None:
        """Create a reader.

        Args:
            contract: The contract of the source.
            ignored: Members that are ignored, besides those of the contract.
            labels: Filled with what the file calls each field.
            whole: Whether rows also get their `_path`.
        """
        self._contract, self._ignored, self._whole = contract, ignored, whole
        self._labels = labels.setdefault(contract.source, {})
        self._mapped: dict[tuple[str, ...], list[tuple[str, ContractField]]] = {}

    def row(self, record: Any, steps: Steps, **enclosing: str | None) -> Row:
        """Return one record as a row.

        Args:
            record: The parsed record.
            steps: Where it is in the file.
            enclosing: Fields whose value is in the object around it.

        Raises:
            FileRefused: If it is no object, or a member is unknown, repeated or nested.
        """
        if not isinstance(record, dict):
            raise FileRefused("not_a_record", path=format_path(steps))
        if isinstance(record, JsonObject) and record.repeated is not None:
            raise FileRefused("member_twice", member=shown(record.repeated, doubtful=True), path=format_path(steps))
        members = tuple(record)
        if members not in self._mapped:
            fields = map_headers(members, self._contract, whole=False, ignored=self._ignored, path=format_path(steps))
            self._mapped[members] = [
                (member, self._contract.by_name[name]) for member, name in zip(members, fields, strict=True) if name
            ]
            self._labels |= {field.name: member for member, field in self._mapped[members]}
        row: Row = dict(enclosing)
        for member, field in self._mapped[members]:
            value = record[member]
            if field.rejects_nothing and not isinstance(value, str | None):
                value = str(value)  # nothing has such a name, but that is no reason to lose the row
            if isinstance(value, (dict, list)):
                raise FileRefused("nested_value", path=format_path((*steps, shown(member, doubtful=False))))
            row[field.name] = _text(value, field.type == "flag") or row.get(field.name)
            is_words = field.type in ("code", "text") and field.personal != "drop"
            if is_words and isinstance(value, (int, Decimal)):
                row["_fault"] = f"code_turned_into_number:{field.name}"
        if self._whole:
            row["_path"] = format_path(steps)
        return row
