"""The commands of docs/open-data.md do what the page says, in a folder that somebody has taken home."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import PROJECT_DIR
from tests.open_data.conftest import Edition, spoil

PAGE = (PROJECT_DIR / "docs" / "open-data.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
CHECKS = re.findall(r"`((?:frictionless|csvwvalidate) [^`]+)`", PAGE)
# Rows and the sum of one column, whatever kind of table the block has made.
TELL = """
frame = values.df() if hasattr(values, "df") else values
print(len(frame), int(frame["tu_so"].sum()), int(frame["tu_so"].isna().sum()), list(frame.columns) == {columns})
"""


def test_every_way_of_loading_gives_the_same_table(edition: Edition) -> None:
    assert len(BLOCKS) == 3
    columns = [column.name for column in edition.register.table("chi-tieu").columns]
    reported = {
        subprocess.run([sys.executable, "-c", block + TELL.format(columns=columns)], cwd=edition.folder, check=True,
                       capture_output=True, text=True).stdout
        for block in BLOCKS
    }  # fmt: skip
    assert len(reported) == 1
    rows, total, hidden, same = reported.pop().split()
    wanted = next(table.rows for table in edition.description.tables if table.name == "chi-tieu")
    assert (int(rows), same) == (wanted, "True") and int(total) > 0 < int(hidden)


@pytest.mark.parametrize("command", CHECKS)
def test_a_copy_is_checked_by_the_commands_of_the_page(edition: Edition, tmp_path: Path, command: str) -> None:
    program, *arguments = command.split()
    beside = str(Path(sys.executable).parent / program)
    assert subprocess.run([beside, *arguments], cwd=edition.folder, capture_output=True, check=False).returncode == 0
    shutil.copytree(edition.folder, tmp_path / "copy")
    spoil(tmp_path / "copy", "ky", "tu_ngay", "hôm nay")
    found = subprocess.run([beside, *arguments], cwd=tmp_path / "copy", capture_output=True, text=True, check=False)
    assert found.returncode != 0 or "FAIL" in found.stdout


def test_both_checks_are_on_the_page() -> None:
    assert [command.split()[0] for command in CHECKS] == ["frictionless", "csvwvalidate"]
