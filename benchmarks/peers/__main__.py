"""One peer as a process of its own: `python -m benchmarks.peers duckdb LANDING UNIT_CHANGES CUT OUT [CLUSTER]`."""

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.peers.request import Request

if __name__ == "__main__":
    name, landing, unit_changes, cut, out, *cluster = sys.argv[1:]
    request = Request(Path(landing), Path(unit_changes), cut, Path(out), *map(Path, cluster))
    import_module(f"benchmarks.peers.{name}_script").compute(request)
