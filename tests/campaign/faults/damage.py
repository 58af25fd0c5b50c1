"""Damage to files between two nights: a flipped bit, a cut end, a loss, what an earlier crash could have left.

Each takes a warehouse and hurts it. What a night then must do: make whole what can be made again, and publish the right
figures.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

Damage = Callable[[Path], object]


def everything(seed: int) -> Iterator[tuple[str, Damage]]:
    """Yield names and acts of every damage."""
    for what, pattern in (("lake", "lake/*/*/*.parquet"), ("list of rejected rows", "lake/_rejected/*/*/*.parquet")):
        for name, act in (("a flipped bit", flip), ("a cut end", cut), ("a lost file", Path.unlink)):
            yield f"{what}: {name}", _one(pattern, act, seed)
    for number in range(6):
        yield f"ledger: a flipped bit, {number + 1}", _one("ledger/ledger.sqlite", flip, seed + number)
    yield "ledger: a cut end", _one("ledger/ledger.sqlite", cut, seed)
    yield "ledger: zeros", _one("ledger/ledger.sqlite", blank, seed)
    yield "ledger: lost", lambda warehouse: shutil.rmtree(warehouse / "ledger")
    yield "lake: lost", lambda warehouse: shutil.rmtree(warehouse / "lake")
    yield "lake, ledger and Dagster home: lost", _all_but_the_archive
    yield "all but restricted/: lost", _all_but_restricted
    yield "Dagster home: lost", lambda warehouse: shutil.rmtree(warehouse / "dagster")
    yield "Dagster home: runs cut off", _one("dagster/history/runs.db", cut, seed)
    yield "Dagster home: index of zeros", _one("dagster/history/runs/index.db", blank, seed)
    yield "dbt's output: lost", lambda warehouse: shutil.rmtree(warehouse / "dbt")
    yield "quarantine: lost", lambda warehouse: shutil.rmtree(warehouse / "restricted" / "quarantine")
    yield "scratch: lost", lambda warehouse: shutil.rmtree(warehouse / "work")
    yield "scratch: nonsense", nonsense_in_scratch
    yield "what a crash leaves: unfinished files", leftovers
    yield "published version: a flipped bit", _one("versions/*/tthc.duckdb", flip, seed)
    yield "published version: a flipped bit in the manifest", _one("versions/*/manifest.json", flip, seed)
    yield "published version: a flipped bit in the open data", _one("versions/*/open-data/*.*", flip, seed)
    yield "published version: lost", lambda warehouse: shutil.rmtree(warehouse / "versions")
    yield "editions: a flipped bit", _one("editions/*/*", flip, seed)
    yield "editions: lost", lambda warehouse: shutil.rmtree(warehouse / "editions")
    yield "editions: index lost", _one("editions/index.json", Path.unlink, seed)
    yield "copy of the editions: a flipped bit", _one("restricted/open-data/editions/*/*", flip, seed)
    yield "copy of the editions: lost", lambda warehouse: shutil.rmtree(warehouse / "restricted" / "open-data")
    yield "current: lost", lambda warehouse: (warehouse / "current").unlink()


def _one(pattern: str, act: Callable[..., object], seed: int) -> Damage:
    def do(warehouse: Path) -> None:
        drawn = random.Random(seed)
        path = drawn.choice(sorted(warehouse.glob(pattern)))
        path.parent.chmod(0o755)
        path.chmod(0o644)
        act(path) if act is Path.unlink else act(path, drawn)

    return do


def flip(path: Path, drawn: random.Random) -> None:
    """One bit, anywhere in the file."""
    content = bytearray(path.read_bytes())
    content[drawn.randrange(len(content))] ^= 1 << drawn.randrange(8)
    path.write_bytes(content)


def cut(path: Path, drawn: random.Random) -> None:
    """Cut off the last part of the file."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * drawn.uniform(0.3, 0.95))])


def blank(path: Path, _: random.Random) -> None:
    """As a file system gives back what never reached the disk."""
    path.write_bytes(b"\0" * path.stat().st_size)


def nonsense_in_scratch(warehouse: Path) -> None:
    """Nothing that a run left in its scratch folder is believed."""
    for path in (warehouse / "work").rglob("*"):
        if path.is_file():
            path.write_bytes(b"{]")


def leftovers(warehouse: Path) -> None:
    """Half-written and half-removed things under the names that crashes leave."""
    (warehouse / ".current.part").symlink_to("versions/none")
    (warehouse / "lake" / "ho_so" / ".x.parquet.part").write_bytes(b"PAR1")
    (warehouse / "versions" / ".2020-01-01-abc.leaving").mkdir()
    folder = next((warehouse / "restricted" / "archive").glob("*/*/*"))
    (folder / "incoming.part").write_bytes(b"half")


def _all_but_the_archive(warehouse: Path) -> None:
    for name in ("lake", "ledger", "dagster", "dbt", "work"):
        shutil.rmtree(warehouse / name)


def _all_but_restricted(warehouse: Path) -> None:
    """As when only the folder that backups keep was brought back."""
    for path in warehouse.iterdir():
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.name != "restricted":
            shutil.rmtree(path)
