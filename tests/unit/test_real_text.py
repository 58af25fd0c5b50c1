"""Text that nobody here wrote, through the strict reader: exact, or refused or rejected, never silently wrong."""

import json
import unicodedata
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts import Contract
from pipelines.parsing.judge import Judges
from pipelines.parsing.reading import read
from pipelines.settings import PROJECT_DIR

from .conftest import DAY

REAL = PROJECT_DIR.parent / "shared" / "real"
SPECTRUM = sorted((REAL / "csv_spectrum").glob("*.csv"))
# The corpus contradicts itself once: its JSON has a made-up phone number where its CSV has this one.
MENDED = {"location_coordinates": {"Contact Phone Number": "2095257564"}}
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="shared/real is not beside the checkout")


def contract_of(columns: list[str]) -> Contract:
    """A contract under which every column is plain text."""
    said = {"vi": "chữ", "en": "text"}
    fields = [{"name": name, "type": "text", "description": said} for name in columns]
    return Contract.model_validate(
        {"source": "chu", "title": said, "grain": said, "key": columns[:1], "fields": fields}
    )


def accepted(path: Path, contract: Contract) -> pl.DataFrame:
    judge = Judges({"chu": contract}, DAY)
    frames = [judge(batch)[0] for batch in read(path, path.name, contract, {"chu": contract})]
    return pl.concat(frames).sort("_row_number").drop("_row_number")


@pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.stem)
def test_csv_spectrum_is_read_exactly(path: Path) -> None:
    written = json.loads((REAL / "csv_spectrum_expected" / f"{path.stem}.json").read_text(encoding="utf-8"))
    expected = [record | MENDED.get(path.stem, {}) for record in (written if isinstance(written, list) else [written])]
    found = accepted(path, contract_of(list(expected[0]))).to_dicts()
    assert [{name: cell or "" for name, cell in row.items()} for row in found] == expected


def test_naughty_strings_come_through_byte_for_byte_or_are_refused(tmp_path: Path) -> None:
    """Written by polars, a peer that knows nothing of us. NFC is the one change that the contract asks for."""
    strings = json.loads((REAL / "naughty_strings.json").read_text(encoding="utf-8"))
    contract = contract_of(["n", "s"])
    exact = changed = refused = 0
    for number, text in enumerate(strings):
        path = tmp_path / f"{number}.csv"
        try:
            pl.DataFrame({"n": ["x"], "s": [text]}).write_csv(path, quote_style="always")
        except UnicodeEncodeError:
            refused += 1
            continue
        (row,) = accepted(path, contract).to_dicts()
        if row["s"] == (unicodedata.normalize("NFC", text) or None):
            exact += 1
        else:
            changed += 1
    assert (changed, exact + refused) == (0, len(strings))
    assert exact > 500
