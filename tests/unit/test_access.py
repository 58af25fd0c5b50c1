"""Who may read what below the warehouse: modes that hold whatever the umask is, tried as another user too."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from pipelines.common.files import sha256_of
from pipelines.open_data.disclosure.case_keys import key_check
from pipelines.open_data.editions import add_edition
from pipelines.open_data.vintage_store import seal_vintage
from pipelines.parsing.secret import load_key
from pipelines.publish import versions
from pipelines.settings import Readers, Settings
from pipelines.storage.access import ensure_access
from pipelines.storage.ledger import open_ledger
from pipelines.storage.run_spec import candidate_dir
from tests.publishable import small_candidate, small_settings

# What a night may leave for others to read, by the role that may.
FOR_EVERYBODY = (
    "current/site/vi/index.html",
    "current/open-data/bang.csv",
    "editions/index.json",
    "editions/e/bang.csv",
)
FOR_THE_GROUP = ("current/tthc.duckdb", "current/manifest.json", "quality/run-000001/vi/index.html")
FOR_NOBODY = ("restricted/secret.key", "restricted/archive/ho_so/a", "ledger/ledger.sqlite", "lake/a.parquet",
              "work/gate.json", "dbt/a", "dagster/dagster.yaml", "refused/v/tthc.duckdb")  # fmt: skip
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a command as another user")


def publish(folder: Path, umask: int, readers: Readers = "everyone") -> Settings:
    """Publish a small version under a umask, with something in every folder that a night writes."""
    before = os.umask(umask)
    try:
        settings = small_settings(folder, readers=readers)
        ensure_access(settings)
        load_key(settings.key_file)
        plan, gate = small_candidate(settings, "v1")
        candidate = candidate_dir(settings)
        shutil.rmtree(candidate / "open-data")
        for name in ("site/vi/index.html", "open-data/bang.csv"):
            _write(candidate / name)
        head = {"vintage": "e", "essence": {"key_check": key_check(settings.key_file), "closed_periods": [],
                "figures": ""}, "rows": {}, "before": None, "closed_until": "", "descriptions": {},
                "files": {"bang.csv": sha256_of(candidate / "open-data" / "bang.csv")}}  # fmt: skip
        seal_vintage(candidate / "open-data", head)  # type: ignore[arg-type]
        with open_ledger(settings.ledger_file):
            pass
        versions.publish(settings, plan, gate, "code", {})
        add_edition(settings, settings.current_link / "open-data")
        refused, verdict = small_candidate(settings, "v")
        versions.keep_refused(settings, refused, verdict)
        for name in (*FOR_NOBODY, *FOR_THE_GROUP):
            if not (settings.warehouse_dir / name).exists():
                _write(settings.warehouse_dir / name)
        ensure_access(settings)
    finally:
        os.umask(before)
    return settings


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x\n")


def reach(settings: Settings, name: str, who: int) -> bool:
    """Return True if mode bits let a class of users (6: group, 0: others) pass to a file and read it."""
    path = settings.warehouse_dir / name
    place = path.resolve()
    passed = [place, *place.parents[: len(place.relative_to(settings.warehouse_dir.resolve()).parts)]]
    wanted = [stat.S_IMODE(one.stat().st_mode) >> who // 2 for one in passed]
    return bool(wanted[0] & 4) and all(mode & 1 for mode in wanted[1:])


GROUP, OTHERS = 6, 0


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o027, 0o077])
def test_modes_do_not_depend_on_the_umask(passable: Path, umask: int) -> None:
    settings = publish(passable, umask)
    assert [name for name in FOR_EVERYBODY if not reach(settings, name, OTHERS)] == []
    assert [name for name in FOR_THE_GROUP if not reach(settings, name, GROUP)] == []
    assert [name for name in FOR_THE_GROUP + FOR_NOBODY if reach(settings, name, OTHERS)] == []
    assert [name for name in FOR_NOBODY if reach(settings, name, GROUP)] == []
    assert not stat.S_IMODE(settings.warehouse_dir.stat().st_mode) & 0o004  # passed through, never listed


def test_the_setting_narrows_who_reads(passable: Path) -> None:
    settings = publish(passable / "owner", 0o022, "owner")
    every = FOR_EVERYBODY + FOR_THE_GROUP + FOR_NOBODY
    assert [name for name in every if reach(settings, name, OTHERS) or reach(settings, name, GROUP)] == []
    settings = publish(passable / "group", 0o000, "group")
    assert [name for name in every if reach(settings, name, OTHERS)] == []
    assert [name for name in FOR_EVERYBODY + FOR_THE_GROUP if not reach(settings, name, GROUP)] == []


def test_what_an_earlier_release_left_is_opened_and_closed_at_the_next_night(passable: Path) -> None:
    """Under umask 077 nobody could read the site, under 022 anybody the lake and the facts of single dossiers."""
    settings = publish(passable, 0o077)
    places = [settings.warehouse_dir, *settings.warehouse_dir.rglob("*")]
    for path in places:
        if not path.is_symlink() and not path.is_relative_to(settings.restricted_dir):
            path.chmod(0o755 if path.is_dir() else 0o644)
    ensure_access(settings)
    assert [name for name in FOR_NOBODY if reach(settings, name, OTHERS) or reach(settings, name, GROUP)] == []
    assert not reach(settings, "current/tthc.duckdb", OTHERS)
    for path in places:
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)
    ensure_access(settings)
    assert [name for name in FOR_EVERYBODY if not reach(settings, name, OTHERS)] == []


def test_a_second_look_changes_nothing(passable: Path) -> None:
    settings = publish(passable, 0o022)
    looks = {path: path.lstat().st_ctime_ns for path in settings.warehouse_dir.rglob("*")}
    ensure_access(settings)
    assert {path: path.lstat().st_ctime_ns for path in looks} == looks


def test_the_group_of_the_warehouse_stays_the_group_of_what_is_published(passable: Path) -> None:
    (passable / "kho").mkdir()
    (passable / "kho").chmod(0o2751)
    settings = publish(passable, 0o077)
    assert all(path.stat().st_mode & stat.S_ISGID for path in (settings.warehouse_dir, settings.current_link.resolve()))


def _read_as(user: int, group: int, path: Path) -> bool:
    done = subprocess.run(["cat", str(path)], user=user, group=group, extra_groups=[], capture_output=True, check=False)
    return done.returncode == 0


@ROOT_ONLY
def test_another_user_reads_sites_and_open_data_and_the_group_the_warehouse(passable: Path) -> None:
    (passable / "kho").mkdir()
    os.chown(passable / "kho", 0, 65_500)
    (passable / "kho").chmod(0o2751)
    settings = publish(passable, 0o077)
    kho = settings.warehouse_dir
    web, analyst = (65_534, 65_534), (65_533, 65_500)
    assert [name for name in FOR_EVERYBODY if not _read_as(*web, kho / name)] == []
    assert [name for name in FOR_THE_GROUP + FOR_NOBODY if _read_as(*web, kho / name)] == []
    assert [name for name in FOR_EVERYBODY + FOR_THE_GROUP[:2] if not _read_as(*analyst, kho / name)] == []
    assert [name for name in FOR_NOBODY if _read_as(*analyst, kho / name)] == []
