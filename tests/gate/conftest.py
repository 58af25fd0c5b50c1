"""The small sound warehouse and the real suites, shared by the tests of the gate."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.gate.baseline import Baseline
from pipelines.gate.suites import SHARED_FILES, Suites, load_suites
from pipelines.registers.holds import load_holds

from .tiny_marts import build

SUITES = Path(__file__).parents[2] / "expectations"
LIMITS = load_holds(SUITES.parent / "registers" / "dong-nai")
DRIFT, JUMP, REMOVAL = LIMITS.drift, LIMITS.jump, LIMITS.removal


def prepare(connection: duckdb.DuckDBPyConnection, suites: Suites, baseline: Baseline) -> None:
    """Create macros, tables of the baseline and the view of holds, as the gate does before its checks."""
    connection.execute(suites.macros)
    for statement, values in baseline.statements():
        connection.execute(statement, values)
    connection.execute("set search_path = 'marts'")
    connection.execute(suites.holds)


@pytest.fixture(scope="session")
def suites() -> Suites:
    return load_suites(SUITES)


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse that passes every suite, in a folder with blanks and signs; not to be changed."""
    return build(tmp_path_factory.mktemp("Sở TT & $kho 100%") / "tthc.duckdb")


@pytest.fixture(scope="session")
def first(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a ledger of first publication with one figure, which is not known in the sound warehouse."""
    path = tmp_path_factory.mktemp("first") / "000001-v0.parquet"
    with duckdb.connect(sound, read_only=True) as connection:
        connection.execute(
            "copy (select indicator_code, rule, period_code, scope, unit_code, unit_level, 900.0 as numerator,"
            " 1000.0 as denominator, 0.9 as value, date '2024-01-31' as end_date, date '2024-03-05' as as_of,"
            " null::varchar as override_code, 'v0' as version, 1 as number from marts.indicator_values"
            " where indicator_code = 'units_inspected' and period_code = '2024-01' and scope = 'province')"
            f" to '{path}'"
        )
    return path


@pytest.fixture(scope="module")
def marts(
    sound: Path, first: Path, suites: Suites, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield an open copy of the sound warehouse with the macros of the suites; tests roll their damage back."""
    copy = shutil.copy(sound, tmp_path_factory.mktemp("marts") / "tthc.duckdb")
    with duckdb.connect(copy) as connection:
        prepare(connection, suites, Baseline(sound, "v0", drift=DRIFT, jump=JUMP, removal=REMOVAL, first=(first,)))
        yield connection


@pytest.fixture
def damaged(sound: Path, tmp_path: Path) -> Callable[[Iterable[str]], Path]:
    """Make a copy of the sound warehouse with some statements run on it."""

    def damage(statements: Iterable[str]) -> Path:
        copy = Path(shutil.copy(sound, tmp_path / "damaged.duckdb"))
        with duckdb.connect(copy) as connection:
            connection.execute("set search_path = 'marts'")
            for statement in statements:
                connection.execute(statement)
        return copy

    return damage


@pytest.fixture
def some_suites(tmp_path: Path) -> Callable[..., Path]:
    """Make a suites folder that holds only the given tables' suites."""

    def pick(*tables: str) -> Path:
        folder = tmp_path / "expectations"
        folder.mkdir()
        for name in (*SHARED_FILES, *(f"{table}.yml" for table in tables)):
            shutil.copy(SUITES / name, folder / name)
        return folder

    return pick
