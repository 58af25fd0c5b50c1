"""A part of `make faults` on the session's own night: nothing silently wrong, nothing lost, no violation, no hand."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import PROJECT_DIR
from tests.campaign.faults.campaign import Verdict
from tests.campaign.faults.notes import Notes
from tests.campaign.faults.report import MARK, lines, write
from tests.conftest import Night

pytestmark = pytest.mark.slow


@pytest.mark.campaign
def test_a_few_faults_do_no_harm(night: Night, tmp_path: Path) -> None:
    """On the session's own night, in a process of its own.

    Nights are forked from one that has used neither polars nor DuckDB.
    """
    command = [sys.executable, "-m", "tests.campaign.faults", "--few", "--seed", "4", "--streams", "1", "--json",
               "--folder", str(tmp_path), "--on", str(night.raw), str(night.warehouse)]  # fmt: skip
    env = {**os.environ, "TZ": "Pacific/Kiritimati", "TTHC_REGISTERS_DIR": str(night.registers)}
    done = subprocess.run(command, cwd=PROJECT_DIR, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    families = json.loads(done.stdout.splitlines()[-1])
    assert set(families) == {"kill -9"}
    assert all(found["injected"] for found in families.values())
    assert [name for name, found in families.items() if found["troubles"]] == []


def test_the_table_counts_what_went_wrong(tmp_path: Path) -> None:
    """The count itself must be able to fail."""
    verdicts = [
        Verdict("a", "x", injected=3, refused=2),
        Verdict("a", "y", silently_wrong=("I4 other figures",), rows_lost=("I3 …", "I3 …")),
        Verdict("b", "z", quarantined=5, violations=("I1 …",)),
    ]
    assert [line.cells for line in lines(verdicts)] == [
        ["a", "4", "2", "0", "1", "2", "0"],
        ["b", "1", "0", "5", "0", "0", "1"],
        ["together", "5", "2", "5", "1", "2", "1"],
    ]
    page = tmp_path / "page.md"
    page.write_text(f"before\n{MARK}\nold\n{MARK}\nafter\n", encoding="utf-8")
    write(verdicts, page, seed=1)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "| together | 5 | 2 | 5 | 1 | 2 | 1 |" in text


def test_what_was_tried_before_is_not_tried_again(tmp_path: Path) -> None:
    """By the name of the trial: a verdict's own name may say more."""
    path = tmp_path / "notes.jsonl"
    Notes(path).add(Verdict("network", "no network at all (60 s)", trial="none", violations=("I1 …",)))
    later = Notes(path)
    assert ("network", "none") in later and ("network", "no network at all (60 s)") not in later
    assert [(one.violations, bool(one.code)) for one in later.verdicts] == [(("I1 …",), True)]


def test_the_page_says_what_was_found() -> None:
    """The published table, where there is one, shows no wrong figure, no lost row, no violation."""
    text = (PROJECT_DIR / "docs" / "reliability.md").read_text(encoding="utf-8").split(MARK)[1]
    rows = re.findall(r"^\| (?!family)(.+) \|$", text, re.MULTILINE)
    assert [row for row in rows if row.split(" | ")[-3:] != ["0", "0", "0"]] == []
