"""Verdicts on paper, line by line: a campaign of hours that is stopped goes on where it was."""

import dataclasses
import json
import subprocess
from pathlib import Path
from typing import Any

from pipelines.settings import PROJECT_DIR
from tests.campaign.faults.campaign import Verdict


class Notes:
    """The verdicts so far, of this try and of the file's earlier ones; without a file only of this try."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.verdicts: list[Verdict] = []
        if path is not None and path.exists():
            self.verdicts = [_verdict(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]

    def __contains__(self, family_and_name: tuple[str, str]) -> bool:
        return family_and_name in {(verdict.family, verdict.trial) for verdict in self.verdicts}

    def add(self, verdict: Verdict) -> None:
        """One more verdict, with the commit of the code that it judges."""
        self.verdicts.append(dataclasses.replace(verdict, code=_commit()))
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(dataclasses.asdict(self.verdicts[-1]), ensure_ascii=False) + "\n")


def _verdict(noted: dict[str, Any]) -> Verdict:
    lists = {name: tuple(noted[name]) for name in ("silently_wrong", "rows_lost", "violations")}
    return Verdict(**{**noted, **lists})


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT_DIR, capture_output=True, text=True,
                          check=False)  # fmt: skip
    return done.stdout.strip()
