"""The key and the pseudonym: HMAC-SHA256 as the standard library computes it, keyed per installation."""

import errno
import hmac
import os
import stat
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.common.errors import TthcError
from pipelines.contracts.model import Contract
from pipelines.parsing.privacy import protect
from pipelines.parsing.pseudonyms import keyed_hash
from pipelines.parsing.secret import key_id, load_key


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "sâu" / "secret.key"
    key = load_key(path)
    assert load_key(path) == key and len(bytes.fromhex(key)) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(tmp_path / "other.key") != key


def _as_link(path: Path) -> None:
    path.with_name("elsewhere").write_text("k" * 32 + "l" * 32)
    path.with_name("elsewhere").chmod(0o600)
    path.symlink_to(path.with_name("elsewhere"))


def _holding(content: str, mode: int = 0o600) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(content)
        path.chmod(mode)

    return write


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (_holding(""), "secret_too_short"),  # what a crash between open and write left
        (_holding("abc\n"), "secret_too_short"),
        (_holding("0123456789abcdef0123456789abcde"), "secret_too_short"),  # one byte short of 32
        (_holding("\0" * 64), "secret_too_short"),  # what a crash left of a file that was never synced
        (_holding("0123456789abcdef" * 4, mode=0o644), "secret_open_to_others"),
        (_holding("0123456789abcdef" * 4, mode=0o620), "secret_open_to_others"),
        (_as_link, "secret_not_a_file"),
        (lambda path: path.symlink_to("nowhere"), "secret_not_a_file"),
        (os.mkfifo, "secret_not_a_file"),
        (Path.mkdir, "secret_not_a_file"),
    ],
)
def test_what_cannot_be_a_secret_stops_the_run_with_a_sentence(
    tmp_path: Path, make: Callable[[Path], object], code: str
) -> None:
    path = tmp_path / "secret.key"
    make(path)
    with pytest.raises(TthcError) as refused:
        load_key(path)
    assert refused.value.code == code and str(path) in str(refused.value)


def test_a_secret_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(_: int) -> None:
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="disk full"):
        load_key(tmp_path / "secret.key")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert len(load_key(tmp_path / "secret.key")) == 64


def test_the_mark_of_a_secret_tells_keys_apart_and_holds_nothing_of_them() -> None:
    assert key_id("k" * 64) == key_id("k" * 64) != key_id("l" * 64)
    assert key_id("k" * 64) not in "k" * 64


@given(st.text(min_size=1))
def test_a_pseudonym_is_the_keyed_hash_and_nothing_of_the_value(value: str) -> None:
    frame = pl.DataFrame({"id": [value, None, value]})
    expected = hmac.digest(b"k" * 64, value.encode(), "sha256").hex()[:32]
    assert frame.select(keyed_hash(pl.col("id"), "k" * 64))["id"].to_list() == [expected, None, expected]
    assert frame.select(keyed_hash(pl.col("id"), "l" * 64))["id"][0] != expected


def test_protect_drops_and_replaces_by_contract(contracts: dict[str, Contract]) -> None:
    frame = pl.DataFrame({"MaHoSo": ["A", "B"], "SoGiayToChuHoSo": ["079", None], "ChuHoSo": ["Mẫu", "Mẫu"]})
    kept = protect(frame, contracts["ho_so"], "k" * 64)
    assert kept.columns == ["MaHoSo", "SoGiayToChuHoSo"]
    assert kept["SoGiayToChuHoSo"].to_list() == [hmac.digest(b"k" * 64, b"079", "sha256").hex()[:32], None]
