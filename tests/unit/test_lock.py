"""The lock of a night: one run at a time, and none at all where the file system cannot lock."""

import errno
import fcntl
from pathlib import Path

import pytest

from pipelines.common.errors import RunLocked, TthcError
from pipelines.nightly.lock import file_system, run_lock
from pipelines.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(warehouse_dir=tmp_path / "kho dữ liệu")


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_without_flock_nothing_runs_and_the_file_system_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def flock(*_: object) -> None:
        raise OSError(code, "no locks here")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(TthcError) as caught, run_lock(settings):
        pytest.fail("it ran")
    assert caught.value.code == "lock_impossible" and not isinstance(caught.value, RunLocked)
    kind = file_system(settings.warehouse_dir)
    assert kind != "?" and kind in str(caught.value) and str(settings.warehouse_dir) in str(caught.value)
    monkeypatch.undo()
    with run_lock(settings):  # nothing was left that looks like a lock
        pass


def test_other_faults_of_the_disk_stay_what_they_are(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OSError, match="broken disk"), run_lock(settings):
        pytest.fail("it ran")


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    kho = tmp_path / "kho dữ liệu"
    kho.mkdir()
    mounts = tmp_path / "mountinfo"
    place = str(kho).replace(" ", r"\040")
    mounts.write_text(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"2 1 0:30 / {place} rw,relatime shared:3 - cifs //server/kho rw\n"
        "3 1 0:31 / /elsewhere rw - nfs4 server:/ rw\n",
        encoding="utf-8",
    )
    assert file_system(kho / "versions", mounts) == "cifs"
    assert file_system(tmp_path, mounts) == "ext4"
    assert file_system(kho, tmp_path / "none") == "?"
