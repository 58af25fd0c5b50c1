"""One table in two versions, and how its rows differ.

Does not belong here: comparing (`compare`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

Types = Mapping[str, str]  # of columns, in their order


@dataclass(frozen=True)
class TablePair:
    """One table in two versions.

    Attributes:
        name: Its name.
        key: Columns that tell its rows apart; none if the gate names none, or one of the versions lacks them.
        columns: Columns that both have, in the order of the later.
        retyped: Columns of another type, compared as texts.
        lost: Columns that only the earlier has.
        gained: Columns that only the later has.
        is_before: Whether the earlier version has the table.
        is_after: Whether the later has it.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    retyped: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    is_before: bool = True
    is_after: bool = True

    @property
    def only_in(self) -> str | None:
        """`before` or `after` if only one version has the table."""
        return None if self.is_in_both else "after" if self.is_after else "before"

    @property
    def is_in_both(self) -> bool:
        return self.is_before and self.is_after

    @property
    def rest(self) -> tuple[str, ...]:
        """The columns beside the key."""
        return tuple(column for column in self.columns if column not in self.key)


@dataclass(frozen=True)
class TableChange:
    """How a table differs.

    Attributes:
        table: The table.
        rows: Its rows in the later version.
        added: Rows whose key only the later has.
        removed: Rows whose key only the earlier has.
        changed: Rows of the same key with another value; 0 where rows have no key.
        by_column: In how many rows each column has another value, the most first.
    """

    table: TablePair
    rows: int
    added: int
    removed: int
    changed: int
    by_column: Mapping[str, int]

    @property
    def changed_columns(self) -> str:
        """Which columns have other values in how many rows, and which columns are new or gone."""
        return ", ".join([
            *(f"{name} {count}" for name, count in self.by_column.items()),
            *(f"+{name}" for name in self.table.gained), *(f"−{name}" for name in self.table.lost),
            *(f"{name}: ≠ type" for name in self.table.retyped),
        ])  # fmt: skip

    @property
    def is_same(self) -> bool:
        counts = self.added + self.removed + self.changed
        columns = self.table.lost + self.table.gained + self.table.retyped
        return self.table.is_in_both and not counts and not columns


def pair_of(name: str, versions: Mapping[str, Types], key: tuple[str, ...]) -> TablePair:
    """Return a table as the versions `before` and `after` have it.

    Args:
        name: Its name.
        versions: The types of its columns, by version; one may be absent.
        key: Columns that tell its rows apart, as the gate has them.
    """
    before, after = versions.get("before", {}), versions.get("after", {})
    both = tuple(column for column in after if column in before)
    return TablePair(
        name, key if set(key) <= set(both) else (), both,
        tuple(column for column in both if before[column] != after[column]),
        tuple(column for column in before if column not in after) if after else (),
        tuple(column for column in after if column not in before) if before else (),
        is_before=bool(before), is_after=bool(after),
    )  # fmt: skip
