"""The key and the pseudonym: HMAC-SHA256 as the standard library computes it, keyed per installation."""

import hmac
import stat
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts import Contract
from pipelines.privacy import load_key, protect, pseudonym


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "sâu" / "secret.key"
    key = load_key(path)
    assert load_key(path) == key and len(bytes.fromhex(key)) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(tmp_path / "other.key") != key


@given(st.text(min_size=1))
def test_a_pseudonym_is_the_keyed_hash_and_nothing_of_the_value(value: str) -> None:
    frame = pl.DataFrame({"id": [value, None, value]})
    expected = hmac.digest(b"k" * 64, value.encode(), "sha256").hex()[:32]
    assert frame.select(pseudonym("id", "k" * 64))["id"].to_list() == [expected, None, expected]
    assert frame.select(pseudonym("id", "l" * 64))["id"][0] != expected


def test_protect_drops_and_replaces_by_contract(contracts: dict[str, Contract]) -> None:
    frame = pl.DataFrame({"MaHoSo": ["A", "B"], "SoGiayToChuHoSo": ["079", None], "ChuHoSo": ["Mẫu", "Mẫu"]})
    kept = protect(frame, contracts["ho_so"], "k" * 64)
    assert kept.columns == ["MaHoSo", "SoGiayToChuHoSo"]
    assert kept["SoGiayToChuHoSo"].to_list() == [hmac.digest(b"k" * 64, b"079", "sha256").hex()[:32], None]
