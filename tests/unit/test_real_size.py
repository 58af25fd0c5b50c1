"""The campaign at real size notices what it is there to notice."""

import json
import os
import sys
from pathlib import Path

import psutil
import pytest

from benchmarks.measure import MIB, Measured, disk_below, memory_of_tree, ratio, run_measured
from benchmarks.real_size import faults, lost_rows
from pipelines.common.checksums import with_checksum


def version(tmp_path: Path, accepted: int) -> Path:
    """Return a published version of which the manifest counts a hundred rows."""
    rows = {"ho_so": {"files": 1, "rows_in": 100, "accepted": accepted, "rejected": 7, "superseded": 3}}
    (tmp_path / "current").mkdir()
    (tmp_path / "current" / "manifest.json").write_text(json.dumps(with_checksum({"rows": rows})))
    return tmp_path


@pytest.mark.parametrize(("accepted", "lost"), [(90, []), (89, ["ho_so"]), (91, ["ho_so"])])
def test_a_lost_row_is_noticed(tmp_path: Path, accepted: int, lost: list[str]) -> None:
    assert lost_rows(version(tmp_path, accepted)) == lost


def test_a_night_that_fails_or_takes_too_much_is_noticed() -> None:
    limit = 100 * MIB
    assert faults("night", Measured(memory=limit), limit, list) == []
    assert faults("night", Measured(memory=limit + 1), limit, list) != []
    assert faults("night", Measured(code=3), limit, list) == ["night: exit code 3"]
    assert faults("night", Measured(), limit, lambda: ["ho_so"]) == ["night: rows of ho_so are not accounted for"]


def test_memory_and_disk_are_measured(tmp_path: Path) -> None:
    held = bytearray(os.urandom(1 << 16)) * 512
    assert len(held) < memory_of_tree(psutil.Process()) < 100 * len(held) + (4 << 30)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"x" * MIB)
    (tmp_path / "link").symlink_to("/")
    assert MIB <= disk_below(tmp_path) < 2 * MIB


def test_time_and_memory_of_a_command_hold_those_of_the_processes_below_it() -> None:
    busy = "import time\nheld = b'x' * (64 << 20)\nwhile time.process_time() < 0.4: pass"
    below = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}]); print('done')"
    found = run_measured([sys.executable, "-c", below], every=0.05)
    assert (found.code, found.output) == (0, "done\n")
    assert found.cpu >= 0.4
    assert found.seconds >= 0.4
    assert found.memory > 64 * MIB
    assert run_measured([sys.executable, "-c", "raise SystemExit(3)"]).code == 3


def test_the_ratio_is_the_median_of_pairs() -> None:
    assert ratio([10.0, 30.0, 1.0], [1.0, 2.0, 1.0]) == 10.0
