"""The peer in PostgreSQL: files copied into tables by `psql`, then the same SQL as in DuckDB."""

import csv
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers.postgres_server import make_cluster, server
from benchmarks.peers.request import SOURCES, Request, business_day

HERE = Path(__file__).parent
# One JSON document, which is one line, as one cell: neither sign occurs in JSON.
WHOLE_LINE = r"format csv, quote e'\x01', delimiter e'\x02'"


def compute(request: Request) -> None:
    """Write the figures."""
    with server(request.cluster or make_cluster()) as talk:
        subprocess.run(talk, input="\n".join(_commands(request)), text=True, check=True)


def _commands(request: Request) -> Iterator[str]:
    """Yield what `psql` is to do."""
    yield rf"\i '{HERE / 'load_postgres.sql'}'"
    for source in SOURCES:
        for path in request.files(source):
            yield from _copy(source, path)
    for path in request.messages:
        yield f"alter table message alter column business_day set default '{business_day(path)}';"
        yield rf"\copy message (document) from '{path}' with ({WHOLE_LINE})"
    yield rf"\copy unit_changes from '{request.unit_changes}' with (format csv, header)"
    yield rf"\copy period from '{request.periods}' with (format csv, header)"
    yield rf"\i '{HERE / 'load_message.sql'}'"
    yield rf"\i '{HERE / 'figures.sql'}'"
    yield rf"\copy figures to '{request.out}' with (format csv, header)"


def _copy(source: str, path: Path) -> Iterator[str]:
    """Yield the copy of one file, whose business day is the default of its column meanwhile."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header = ", ".join(next(csv.reader(lines)))
    yield f"alter table {source} alter column business_day set default '{business_day(path)}';"
    yield rf"\copy {source} ({header}) from '{path}' with (format csv, header)"
