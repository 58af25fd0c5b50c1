"""Fixtures that several kinds of tests share: one synthetic province and one published warehouse per session."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from pipelines.common.i18n import speaking
from pipelines.settings import Settings
from tests.conservation import unaccounted
from tests.forked_command import run_forked

DOSSIERS = 1_500
MEMORY_DISK, MEMORY_DISK_ROOM = Path("/dev/shm"), 8 * 2**30
# English messages, in a time zone far from Việt Nam's, as wide as tables want.
FIXED = {"TTHC_LANG": "en", "TZ": "Pacific/Kiritimati", "COLUMNS": "160"}
CANARY_NAME, CANARY_PHONE = "Nguyễn Thị Chim Hoàng Yến", "0918273645"

# Nothing of a test depends on how fast the machine is at the moment.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--campaign", action="store_true", help="also what takes too long for the suite (make campaign)")


def pytest_configure(config: pytest.Config) -> None:
    """Let the tests write to memory where there is room: they wait for the disk half of their time.

    A folder of one's own can be had by `--basetemp`; on a disk pytest keeps what the last three sessions wrote.
    """
    if config.option.basetemp or hasattr(config, "workerinput") or not _has_room(MEMORY_DISK):
        return
    for left in MEMORY_DISK.glob("tthc-tests-*"):  # by a session that was killed
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=f"tthc-tests-{os.getpid()}-", dir=MEMORY_DISK)
    config.option.basetemp = f"{folder}/session"
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def _has_room(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > MEMORY_DISK_ROOM


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what `make campaign` runs out of the suite, and count it as deselected."""
    if not config.getoption("--campaign"):
        left_out = [item for item in items if item.get_closest_marker("campaign")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@dataclass(frozen=True)
class Night:
    """A landing folder, the warehouse made of it, and how to run `tthc` on both."""

    raw: Path
    warehouse: Path
    registers: Path
    truth: dict[str, Any]
    said: str

    @property
    def settings(self) -> Settings:
        return Settings(raw_dir=self.raw, warehouse_dir=self.warehouse, registers_dir=self.registers)

    def tthc(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command on this province, by default on this warehouse."""
        return tthc(*arguments, **{**_environment(self.raw, self.warehouse, self.registers), **environment})

    @property
    def current(self) -> Path:
        return self.warehouse / "current"


def _environment(raw: Path, warehouse: Path, registers: Path) -> dict[str, str]:
    return {"TTHC_RAW_DIR": str(raw), "TTHC_WAREHOUSE_DIR": str(warehouse), "TTHC_REGISTERS_DIR": str(registers)}


def tthc(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, English messages, in a time zone far from Việt Nam's."""
    return command("pipelines", *arguments, **environment)


def command(module: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a module with the arguments of `tthc`, as `tthc` does."""
    return run_forked(module, arguments, {**os.environ, **FIXED, **environment})


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Let each test begin in the default language, whatever the commands of others have set."""
    with speaking("vi"):
        yield


@pytest.fixture(scope="session", autouse=True)
def no_data_of_this_checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let no test find deliveries or a warehouse that somebody made in the checkout (`make run` before `make test`)."""
    nowhere = tmp_path_factory.mktemp("nowhere")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TTHC_RAW_DIR", str(nowhere / "raw"))
        patched.setenv("TTHC_WAREHOUSE_DIR", str(nowhere / "warehouse"))
        yield


@pytest.fixture(scope="session", autouse=True)
def every_row_is_accounted_for(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After the tests: in every warehouse that any of them made, no row is lost and none counts twice."""
    yield
    troubles = [
        f"{ledger.parent.parent}: {trouble}"
        for ledger in tmp_path_factory.getbasetemp().rglob("ledger/ledger.sqlite")
        for trouble in unaccounted(ledger.parent.parent)
    ]
    assert troubles == []


@pytest.fixture
def passable() -> Iterator[Path]:
    """Return a folder whose parents anybody may pass through, unlike pytest's own: for what other users try."""
    place = Path(tempfile.mkdtemp(prefix="tthc-others-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of this session that all its workers see."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def made_once(folder: Path, make: Callable[[], None]) -> Path:
    """Return the folder, in which one worker made what is dear, while others that want it wait."""
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a worker left that failed
            folder.mkdir()
            make()
            (folder / "made").touch()
    return folder


@pytest.fixture(scope="session")
def compiled_project(shared: Path) -> dict[str, Any]:
    """dbt's manifest with compiled SQL, for tests that build models without dbt."""
    from tests.oracle.compiled import compile_project

    folder = shared / "compiled"

    def make() -> None:
        manifest = compile_project(folder / "warehouse")
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    found: dict[str, Any] = json.loads((made_once(folder, make) / "manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def parsed_models(shared: Path, compiled_project: dict[str, Any]) -> Path:
    """Return dbt's folder of a warehouse, with the models parsed: a new warehouse that has it needs no parse."""
    assert compiled_project
    return shared / "compiled" / "warehouse" / "dbt"


@pytest.fixture(scope="session")
def night(shared: Path) -> Night:
    """Run the nightly job once on a small synthetic province with planted faults, below a path with spaces.

    It has every department and district, and two communes in each. Tests that change it work on a copy. The whole
    province is `test_readme`'s.
    """
    folder = shared / "một thư mục"
    raw, warehouse, registers, said = (folder / name for name in ("raw", "kho dữ liệu", "danh mục", "said.txt"))

    def make() -> None:
        from pipelines.sample import write_province
        from tests.campaign.faults.fixture import small_registers

        small_registers(registers, places=None)
        write_province(raw, DOSSIERS, seed=7, faults=True, registers=registers)
        # Refused for want of a header: its first row is a person, whom no message may name.
        headless = raw / "tien_trinh" / "2024-12-31" / "headless.synthetic.csv"
        headless.write_text(f"H19-1,20241231080000,4,{CANARY_NAME},{CANARY_PHONE},\n", encoding="utf-8")
        # Not forked: one night of the suite is started as a newcomer starts it, dbt and its first parse included.
        done = subprocess.run(
            [sys.executable, "-m", "pipelines", "run"],
            env={**os.environ, **FIXED, **_environment(raw, warehouse, registers)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert list(unaccounted(warehouse)) == []
        said.write_text(done.stdout, encoding="utf-8")

    made_once(folder, make)
    truth = json.loads((raw / "truth.json").read_text(encoding="utf-8"))
    return Night(raw, warehouse, registers, truth, said.read_text(encoding="utf-8"))
