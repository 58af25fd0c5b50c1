"""The stages of a run: each is shown as it begins, and the ledger gets the seconds of the one before it.

The ledger is written at each beginning, so the seconds of a killed run are known up to its last stage. Does not belong
here: showing stages (`cli.progress`) and seconds (`reports.timings`).
"""

import contextlib
import logging
import re
import sqlite3
import time
from pathlib import Path

from pipelines.common.i18n import say
from pipelines.storage.ledger import open_ledger
from pipelines.storage.runs import note_seconds

log = logging.getLogger("tthc.stage")
# The others pass without a line of their own: start-up and the end.
SHOWN = {"landing", "parsing", "workspace", "spark", "transform", "candidate", "gate", "publish"}
# How the beginning of a stage is printed without a terminal, and how whoever follows a night by its log finds it there.
STAGE_LINE, STAGE_OF_LINE = "{seconds:6.1f} s  {message}", re.compile(r"^ *\d+\.\d s  (.+)$")


class Stages:
    """The stages of one run, of which one is under way at a time; the first is `start`."""

    def __init__(self, ledger_file: Path, run: int, began: float | None = None) -> None:
        """Begin with the stage `start`.

        Args:
            ledger_file: The ledger.
            run: The number of the run in it.
            began: When the run began, by `time.monotonic`; default: now.
        """
        self.seconds: dict[str, float] = {}
        self._ledger_file, self._run, self._begun = ledger_file, run, set[str]()
        self._stage, self._since = "start", time.monotonic() if began is None else began

    def begin(self, stage: str) -> None:
        """End the stage under way and begin another (messages.yml: `stage_…`), or go on with an earlier one."""
        self.end()
        self._stage = stage
        if stage in SHOWN - self._begun:
            log.info(say(f"stage_{stage}"), extra={"stage": stage})
        self._begun.add(stage)

    def end(self) -> None:
        """Note in the ledger how long the stage under way has taken so far; what cannot be noted stops no run."""
        now = time.monotonic()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._since = now
        with contextlib.suppress(sqlite3.Error, OSError), open_ledger(self._ledger_file) as ledger:
            note_seconds(ledger, self._run, {self._stage: round(self.seconds[self._stage], 3)})
