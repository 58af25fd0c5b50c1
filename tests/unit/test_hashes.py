"""A hash is remembered as long as nothing touches its file, and not a moment longer."""

import os
import time
from pathlib import Path

import pytest

from pipelines.common import files
from pipelines.common.files import link_or_copy, sha256_of, sha256_once


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the files that are read, as they are."""
    read: list[Path] = []

    def noted(path: Path) -> str:
        read.append(path)
        return sha256_of(path)

    monkeypatch.setattr(files, "sha256_of", noted)
    return read


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file last written a while ago; the while is short, but longer than a step of the kernel's clock."""
    monkeypatch.setattr(files, "SETTLED", 0.1)
    path = tmp_path / "a"
    path.write_bytes(b"one")
    time.sleep(0.15)
    return path


def test_an_untouched_file_is_read_once(settled: Path, reads: list[Path]) -> None:
    assert {sha256_once(settled) for _ in range(3)} == {sha256_of(settled)}
    assert reads == [settled]


def test_a_fresh_file_is_read_each_time(tmp_path: Path, reads: list[Path]) -> None:
    """Its next change may fall into the same step of the kernel's clock."""
    path = tmp_path / "a"
    path.write_bytes(b"one")
    first = sha256_once(path)
    path.write_bytes(b"two")
    assert sha256_once(path) == sha256_of(path) != first
    assert reads == [path, path]


def test_every_change_is_noticed_even_one_that_hides_its_time(settled: Path, reads: list[Path]) -> None:
    first, before = sha256_once(settled), settled.stat()
    settled.write_bytes(b"two")
    os.utime(settled, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert settled.stat().st_mtime_ns == before.st_mtime_ns
    assert sha256_once(settled) == sha256_of(settled) != first


def test_a_file_in_its_place_is_another(settled: Path, reads: list[Path]) -> None:
    first = sha256_once(settled)
    other = settled.with_name("b")
    other.write_bytes(b"two")
    other.replace(settled)
    assert sha256_once(settled) != first


def test_a_link_or_another_mode_is_a_change_too(settled: Path, reads: list[Path]) -> None:
    sha256_once(settled)
    link_or_copy(settled, settled.with_name("b"))
    sha256_once(settled)
    settled.chmod(0o444)
    sha256_once(settled)
    assert reads == [settled] * 3
