"""One peer as a process of its own: `python -m benchmarks.peers duckdb LANDING UNIT_CHANGES PERIODS OUT [CLUSTER]`."""

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.peers.request import Request

if __name__ == "__main__":
    name, *paths = sys.argv[1:]
    request = Request(*map(Path, paths))
    import_module(f"benchmarks.peers.{name}_script").compute(request)
