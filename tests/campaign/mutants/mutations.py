"""Small mistakes in SQL: one at a time, each where someone could really make it.

Belongs here: how a statement is spoilt. Does not belong here: whether anything notices.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"
FLIPPED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT, exp.EQ: exp.NEQ, exp.NEQ: exp.EQ,
    exp.NullSafeEQ: exp.EQ,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A statement with one mistake in it.

    `what` says which, in a form that names it for good.
    """

    model: str
    what: str
    sql: str


def mutants(model: str, sql: str) -> Iterator[Mutant]:
    """Yield every mutant of one model's SQL; two mistakes that read alike are kept apart by a number."""
    tree = sqlglot.parse_one(sql, dialect=DIALECT)
    seen: dict[str, int] = {}
    for position, node in enumerate(tree.walk()):
        for what, change in _changes(node):
            spoilt = tree.copy()
            place = next(found for at, found in enumerate(spoilt.walk()) if at == position)
            _put(spoilt, place, change(place))
            seen[what] = seen.get(what, 0) + 1
            name = what if seen[what] == 1 else f"{what} #{seen[what]}"
            yield Mutant(model, name, spoilt.sql(dialect=DIALECT))


Change = Callable[[exp.Expr], exp.Expr]


def _changes(node: exp.Expr) -> Iterator[tuple[str, Change]]:
    sql = node.sql(dialect=DIALECT)
    if type(node) in FLIPPED and not _joins_keys(node):
        other = FLIPPED[type(node)]
        yield f"{sql} → {other.__name__}", lambda n: other(this=n.this, expression=n.expression)
    elif isinstance(node, exp.Between):
        yield f"{sql} → first day out", lambda n: exp.and_(n.this.copy() > n.args["low"], n.this <= n.args["high"])
        yield f"{sql} → last day out", lambda n: exp.and_(n.this.copy() >= n.args["low"], n.this < n.args["high"])
    elif isinstance(node, exp.Coalesce):
        yield f"{sql} → null left null", lambda n: n.this
    elif isinstance(node, exp.Is):
        yield f"{sql} → the opposite", lambda n: exp.not_(n.copy())
    elif isinstance(node, exp.In) and len(node.expressions) > 1:
        for at, one in enumerate(node.expressions):
            yield f"{sql} → without {one.sql()}", partial(_without, at)
    elif isinstance(node, exp.Least):
        yield f"{sql} → first only", lambda n: n.this
    elif isinstance(node, exp.Or) and not isinstance(node.parent, exp.Or):
        yield f"{sql} → left side only", lambda n: n.this
    elif isinstance(node, exp.Literal) and node.is_int and isinstance(node.parent, (exp.Add, exp.Sub, exp.GTE)):
        yield f"{node.parent.sql(dialect=DIALECT)} → one more", lambda n: exp.Literal.number(int(n.name) + 1)


def _joins_keys(node: exp.Expr) -> bool:
    """Equality of two columns joins tables: turned round it is no slip but another query, and a huge one."""
    return isinstance(node, exp.EQ) and isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Column)


def _without(at: int, node: exp.Expr) -> exp.Expr:
    kept = [one for position, one in enumerate(node.expressions) if position != at]
    return exp.In(this=node.this, expressions=kept)


def _put(tree: exp.Expr, place: exp.Expr, new: exp.Expr) -> None:
    # A condition put where one stood before needs brackets, or its neighbours would bind to half of it.
    place.replace(exp.paren(new.copy()) if isinstance(new, exp.Connector) else new.copy())
