"""Nights of several provinces: each by itself, as many at a time as there is room for, the worst code at the end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.common.errors import TthcError, UsageFault
from pipelines.country.night_ends import ProvinceNight, read_night
from pipelines.country.nights import NightEnd, night_environment, run_nights, worst_of
from pipelines.country.provinces import Installation, load_installation
from pipelines.country.run_queue import nights_at_once, queue_yaml
from pipelines.country.status import read_statuses
from pipelines.landing.discover import today_at_home
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.runs import begin_run, end_run
from tests.provinces import write_installation

pytestmark = pytest.mark.slow
CODES = ("H19", "H20", "H21")
# A night that does what the file `plan.json` says of its province, and notes in `seen` which others go on meanwhile.
NIGHT = """
import json, os, pathlib, sys, time
own = pathlib.Path(os.environ["TTHC_WAREHOUSE_DIR"]); place = own.parent.parent; code = own.parent.name
plan = json.loads((place / "plan.json").read_text()).get(code, {})
mark = place / "going" / code
mark.parent.mkdir(exist_ok=True); mark.touch()
print("   0.1 s  1/7 Landing")
(place / "started" / code).parent.mkdir(exist_ok=True); (place / "started" / code).touch()
while not all((place / "started" / other).exists() for other in plan.get("waits_for", [])): time.sleep(0.02)
(place / "seen").mkdir(exist_ok=True)
(place / "seen" / code).write_text(" ".join(sorted(path.name for path in mark.parent.iterdir())))
print(os.environ["TTHC_PROVINCE"], os.environ["TTHC_SECRET_FILE"])
if plan.get("sleeps"):
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        pass
mark.unlink()
if plan.get("kills_itself"): os.kill(os.getpid(), 9)
print(plan.get("says", "done")); sys.exit(plan.get("exits", 0))
"""


def installation_of(folder: Path, plan: dict[str, object], head: str = "", **settings: object) -> Installation:
    made = write_installation(folder, CODES)
    (folder / "plan.json").write_text(json.dumps(plan))
    if head:
        made.file.write_text(made.file.read_text().replace("memory: 8GiB", head))
    return load_installation(made.base.model_copy(update=settings))


def nights(installation: Installation, *codes: str, at_once: int | None = None) -> tuple[list[NightEnd], list[str]]:
    said: list[str] = []
    ends = run_nights(installation, codes or CODES, lambda code, line: said.append(f"{code} {line.strip()}"),
                      at_once=at_once, command=[sys.executable, "-c", NIGHT])  # fmt: skip
    return ends, said


def seen(folder: Path) -> dict[str, set[str]]:
    return {path.name: set(path.read_text().split()) for path in (folder / "seen").iterdir()}


def test_a_night_that_fails_is_killed_or_never_begins_touches_no_other(tmp_path: Path) -> None:
    installation = installation_of(tmp_path, {"H19": {"exits": 3}, "H20": {"kills_itself": True}})
    (tmp_path / "registers" / "h21" / "province.yml").write_text("code: H99\n")
    ends, said = nights(installation)
    assert [(end.code, end.exit_code) for end in ends] == [("H19", 3), ("H20", 1), ("H21", 2)]
    assert [worst_of(codes) for codes in ([3, 1, 2], [3, 2], [3, 4, 6], [0, 6], [])] == [1, 2, 4, 6, 0]
    assert "H19 done" in said and "H20 h20" in said
    assert ends[2].why is not None and ends[2].pid is None and ends[0].log is not None
    assert "1/7 Landing" in ends[0].log.read_text()


def test_nights_go_on_at_a_time_as_many_as_the_list_allows(tmp_path: Path) -> None:
    """Two wait for each other, so they can only end if both go on at a time; never are there three."""
    installation = installation_of(tmp_path, {"H19": {"waits_for": ["H20"]}, "H20": {"waits_for": ["H19"]}})
    ends, _ = nights(installation)
    assert [end.exit_code for end in ends] == [0, 0, 0]
    assert {"H19", "H20"} in seen(tmp_path).values() and all(len(names) <= 2 for names in seen(tmp_path).values())


@pytest.mark.parametrize(("head", "at_once"), [("memory: 7GiB", 3), ("memory: 8GiB\nat_once: 1", None)])
def test_memory_and_number_each_keep_the_next_night_waiting(tmp_path: Path, head: str, at_once: int | None) -> None:
    installation = installation_of(tmp_path, {}, head)
    ends, _ = nights(installation, at_once=at_once)
    assert [end.exit_code for end in ends] == [0, 0, 0]
    assert seen(tmp_path) == {code: {code} for code in CODES}


def test_each_night_has_the_settings_of_its_province_and_no_secret_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTHC_SECRET_FILE", "/nowhere/key")
    installation = installation_of(tmp_path, {}, secret_file=Path("/nowhere/key"))
    _, said = nights(installation)
    assert {line for line in said if line.endswith(("h19", "h20", "h21"))} == {"H19 h19", "H20 h20", "H21 h21"}
    settings = installation.settings_of("H20")
    assert settings.key_file == tmp_path / "H20" / "kho" / "restricted" / "secret.key"
    assert settings.work_dir == tmp_path / "H20" / "kho" / "work"
    environment = night_environment(installation, "H20")
    assert environment["TTHC_SECRET_FILE"] == "" and environment["TTHC_MEMORY_LIMIT"] == str(4 << 30)


def test_an_interrupt_stops_every_night_and_waits_for_it(tmp_path: Path) -> None:
    installation_of(tmp_path, {code: {"sleeps": True} for code in CODES})
    script = (
        "import sys; from pathlib import Path; from pipelines.country.nights import run_nights\n"
        "from pipelines.country.provinces import load_installation; from pipelines.settings import Settings\n"
        "from tests.unit.test_country_nights import NIGHT\n"
        "run_nights(load_installation(Settings()), ['H19', 'H20'], lambda *_: None, command=[sys.executable, '-c',"
        " 'import signal; signal.signal(signal.SIGTERM, signal.default_int_handler)' + NIGHT])\n"
    )
    environment = {**os.environ, "TTHC_PROVINCES_FILE": str(tmp_path / "provinces.yml"),
                   "TTHC_REGISTERS_DIR": str(tmp_path / "registers")}  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.PIPE) as process:
        while not {"H19", "H20"} <= {path.name for path in tmp_path.glob("seen/*")}:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait() != 0
    assert list((tmp_path / "going").iterdir()) == []  # both have tidied up behind them


def night_of(installation: Installation, code: str, exit_code: int, pid: int = 4711, log: str = "") -> ProvinceNight:
    path = installation.folder / "x.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(log)
    return read_night(installation.settings_of(code), NightEnd(code, exit_code, 1.0, pid, path))


def test_how_a_night_ended_is_what_its_own_ledger_says_of_that_process(tmp_path: Path) -> None:
    installation = installation_of(tmp_path, {})
    settings = installation.settings_of("H19")
    with open_ledger(settings.ledger_file) as ledger:
        end_run(ledger, begin_run(ledger, 4711), "published", version="v1", as_of="2024-12-31")
    published = night_of(installation, "H19", 0)
    assert (published.outcome, published.version, published.as_of) == ("published", "v1", "2024-12-31")
    with open_ledger(settings.ledger_file) as ledger:
        end_run(ledger, begin_run(ledger, 4712), "failed", detail={"why": "[disk_full] full", "cause": "disk_full"})
    assert (night_of(installation, "H19", 1, 4712).why, night_of(installation, "H19", 1, 4712).outcome) == (
        "[disk_full] full", "failed",
    )  # fmt: skip
    assert night_of(installation, "H19", 4, 4713, "Starting\n[locked] pid 7\n").outcome == "locked"
    assert night_of(installation, "H20", 2, 4714, "[setting_invalid] TTHC_X\n").why == "[setting_invalid] TTHC_X"


def test_a_province_that_cannot_be_read_is_a_line_and_not_the_end(tmp_path: Path) -> None:
    installation = installation_of(tmp_path, {})
    (tmp_path / "registers" / "h20" / "province.yml").write_text("code: [\n")
    rows = read_statuses(installation, CODES, today_at_home())
    assert [row["code"] for row in rows] == [*CODES] and "[province_registers]" in rows[1]["error"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("warehouse: H20/kho", "warehouse: H19/kho/inner", "provinces_share"),
        ("raw: H20/raw", "raw: H19/raw", "provinces_share"),
        ("warehouse: H20/kho", "warehouse: country", "provinces_share"),
        ("memory: 4GiB", "memory: 9GiB", "provinces_memory"),
        ("  H20:", "  H19:", "stands twice"),
        ("  H20:", "  h20:", "no code of a province"),
        ("warehouse: H20/kho", "warehousee: H20/kho", "warehousee"),
    ],
)
def test_a_list_that_cannot_be_is_refused_with_what_is_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    installation = write_installation(tmp_path, CODES)
    installation.file.write_text(installation.file.read_text().replace(old, new))
    with pytest.raises(TthcError, match=said):
        load_installation(installation.base)


def test_two_provinces_never_share_a_secret(tmp_path: Path) -> None:
    with pytest.raises(TthcError, match="provinces_share"):
        write_installation(tmp_path, CODES, "secret: key")


def test_the_queue_of_dagster_lets_as_many_go_on_as_fit_if_all_are_as_large_as_the_largest(tmp_path: Path) -> None:
    installation = installation_of(tmp_path, {}, "memory: 9GiB\nat_once: 5")
    assert nights_at_once(installation) == 2
    assert "max_concurrent_runs: 3" in queue_yaml(installation)


def test_what_is_not_in_the_list_is_named_and_so_is_a_list_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="province_unknown"):
        installation_of(tmp_path, {}).chosen(["H99"])
    with pytest.raises(UsageFault, match="provinces_not_set"):
        load_installation(Settings())
