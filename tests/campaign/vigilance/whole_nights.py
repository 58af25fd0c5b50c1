"""An honest year, and an honest quarter day by day, through whole nights: every night must publish, nothing held.

`python -m tests.campaign.vigilance.whole_nights` takes 5 to 10 minutes a year and half an hour to an hour a quarter.
"""

import argparse
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipelines.sample import write_province
from pipelines.sample.deliveries import Cadence
from pipelines.settings import PROJECT_DIR

QUARTER = dt.date(2024, 2, 5), dt.date(2024, 5, 5)


def arguments() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign.vigilance.whole_nights", description=__doc__)
    parser.add_argument("--cadence", choices=("monthly", "daily"), nargs="*", default=["monthly", "daily"])
    parser.add_argument("--dossiers", type=int, default=2_000, help="of the year (default 2000)")
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--nights", type=int, help="only so many (default all)")
    return parser.parse_args()


def main() -> int:
    """Run every night.

    Exit code 1 where one did not publish.
    """
    chosen, failed = arguments(), 0
    for cadence in chosen.cadence:
        with tempfile.TemporaryDirectory() as folder:
            failed += _nights(Path(folder), cadence, chosen)
    return 1 if failed else 0


def _nights(folder: Path, cadence: Cadence, chosen: argparse.Namespace) -> int:
    """Return how many nights of a province did not publish."""
    first, last = QUARTER if cadence == "daily" else (None, None)
    print(f"{cadence}: {chosen.dossiers} dossiers, seed {chosen.seed}", flush=True)
    write_province(
        folder / "nights", chosen.dossiers, chosen.seed, cadence=cadence, first=first, last=last, by_night=True
    )
    nights = sorted(path for path in (folder / "nights").iterdir() if path.is_dir())[: chosen.nights]
    failed = 0
    for night in nights:
        shutil.copytree(night, folder / "raw", dirs_exist_ok=True)
        began = time.monotonic()
        code = _run(folder)
        failed += code != 0
        print(f"{night.name}: exit {code}, {time.monotonic() - began:.0f} s{_why(folder) if code else ''}", flush=True)
    print(f"{cadence}: {len(nights) - failed} of {len(nights)} nights published", flush=True)
    return failed


def _run(folder: Path) -> int:
    """Return one night; what it says goes into a file."""
    env = {**os.environ, "TTHC_RAW_DIR": str(folder / "raw"), "TTHC_WAREHOUSE_DIR": str(folder / "warehouse")}
    with (folder / "output.txt").open("w", encoding="utf-8") as output:
        command = [sys.executable, "-m", "pipelines", "run"]
        return subprocess.run(command, cwd=PROJECT_DIR, env=env, stdout=output, stderr=output, check=False).returncode


def _why(folder: Path) -> str:
    """Return what the newest refused candidate was held for, or the last lines printed where there is none."""
    gates = sorted((folder / "warehouse" / "refused").glob("*/gate.json"), key=lambda path: path.stat().st_mtime)
    if not gates:
        return ": " + (folder / "output.txt").read_text(encoding="utf-8")[-300:].replace("\n", " ")
    gate = json.loads(gates[-1].read_text(encoding="utf-8"))
    held = ["/".join(str(value) for value in one.values() if value is not None) for one in gate["held"][:5]]
    checks = [f"{table['table']}.{check['id']}" for table in gate["tables"] for check in table["checks"]
              if not check["success"]]  # fmt: skip
    return f": held {held}, checks {checks}"


if __name__ == "__main__":
    sys.exit(main())
