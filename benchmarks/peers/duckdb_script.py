"""The peer in DuckDB: SQL over the files."""

from pathlib import Path

import duckdb

from benchmarks.peers.request import Request

HERE = Path(__file__).parent


def compute(request: Request) -> None:
    """Write the figures."""
    messages = request.landing / "ho_so/*/*.json" if request.messages else _no_message(request.out)
    with duckdb.connect() as connection:
        for name, value in {
            "landing": request.landing, "messages": messages, "unit_changes": request.unit_changes,
            "periods": request.periods,
        }.items():  # fmt: skip
            # Written out: to bind a value, DuckDB would load pandas first.
            text = str(value).replace("'", "''")
            connection.execute(f"set variable {name} = '{text}'")
        for name in ("load_duckdb", "figures"):
            connection.execute((HERE / f"{name}.sql").read_text(encoding="utf-8"))
        connection.table("figures").write_csv(str(request.out))


def _no_message(out: Path) -> Path:
    """Return a message without dossiers: `read_json` wants at least one file."""
    path = out.with_name("no-message.json")
    path.write_text('{"data": []}\n', encoding="utf-8")
    return path
