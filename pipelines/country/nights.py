"""Nights of several provinces at a time: each is `tthc run` in a process of its own, under its province's settings.

Belongs here: starting as many as memory and the list allow, following their logs, and stopping them together. A night
writes to its own log, never into a pipe, so one that outlives this process goes on to its end. Does not belong here:
how a night ended for its province (`night_ends`), showing progress (`cli.country`).
"""

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.common.errors import (
    EXIT_FAULT,
    EXIT_LOCKED,
    EXIT_OPEN_DATA_KEPT,
    EXIT_PUBLISHED,
    EXIT_REFUSED,
    EXIT_USAGE,
    TthcError,
)
from pipelines.common.files import private_folder
from pipelines.common.i18n import language
from pipelines.country.provinces import Installation, province_of

NIGHT = (sys.executable, "-m", "pipelines", "run")
LOGS_KEPT = 10  # of each province
LOOKED_EVERY = 0.2  # seconds
# From the worst to the best: the exit code of several nights is the worst of theirs.
WORST_FIRST = (EXIT_FAULT, EXIT_USAGE, EXIT_LOCKED, EXIT_REFUSED, EXIT_OPEN_DATA_KEPT, EXIT_PUBLISHED)
Tell = Callable[[str, str], None]


@dataclass(frozen=True)
class NightEnd:
    """The process of one province's night, after its end.

    Attributes:
        code: Code of the province.
        exit_code: As of `tthc run`; 1 also where the process was killed.
        seconds: How long it took.
        pid: Its number, under which the ledger knows the run; None if it was never started.
        log: What it printed; None if it was never started.
        why: Why it was not started; None if it was.
    """

    code: str
    exit_code: int
    seconds: float = 0.0
    pid: int | None = None
    log: Path | None = None
    why: TthcError | None = None


@dataclass
class _Night:
    code: str
    process: subprocess.Popen[bytes]
    log: Path
    memory: int
    began: float = field(default_factory=time.monotonic)
    read_to: int = 0

    def new_lines(self) -> Iterator[str]:
        """Yield the lines that the night has printed since the last look, whole ones only."""
        with self.log.open("rb") as stream:
            stream.seek(self.read_to)
            whole, newline, _ = stream.read().rpartition(b"\n")
        self.read_to += len(whole) + len(newline)
        yield from whole.decode(errors="replace").splitlines()

    def end(self) -> NightEnd:
        """Return how the process ended, once it has."""
        code = self.process.returncode
        exit_code = code if code in WORST_FIRST else EXIT_FAULT
        return NightEnd(self.code, exit_code, time.monotonic() - self.began, self.process.pid, self.log)


def worst_of(exit_codes: Iterable[int]) -> int:
    """Return the exit code of several nights: the worst of theirs, 0 for none."""
    return min(exit_codes, key=WORST_FIRST.index, default=EXIT_PUBLISHED)


def run_nights(
    installation: Installation, codes: Sequence[str], tell: Tell, *, at_once: int | None = None,
    command: Sequence[str] = NIGHT,
) -> list[NightEnd]:  # fmt: skip
    """Run the nights of some provinces, several at a time, and return how each ended, in their order.

    A night begins as soon as there is room for it: fewer than `at_once` go on, and its memory and theirs together are
    within the installation's. What becomes of one changes nothing for the others.

    Args:
        installation: All provinces.
        codes: Those whose nights are run, in the order in which they begin.
        tell: Called with the province's code and a line that its night has printed.
        at_once: How many may go on at a time; default: as the list says.
        command: What runs one night under the environment of its province.

    Raises:
        KeyboardInterrupt: If this process was interrupted: all nights were told to stop, and have.
    """
    waiting, going_on, ends = list(codes), list[_Night](), dict[str, NightEnd]()
    most = at_once or installation.at_once
    try:
        while waiting or going_on:
            for code in list(waiting):
                if len(going_on) < most and _has_room(installation, going_on, code):
                    waiting.remove(code)
                    started = _start(installation, code, command)
                    if isinstance(started, NightEnd):
                        ends[code] = started
                    else:
                        going_on.append(started)
            time.sleep(LOOKED_EVERY)
            for night in list(going_on):
                has_ended = night.process.poll() is not None  # before its last lines are read
                for line in night.new_lines():
                    with contextlib.suppress(Exception):  # a fault of the display never reaches a night
                        tell(night.code, line)
                if has_ended:
                    going_on.remove(night)
                    ends[night.code] = night.end()
    except BaseException:  # Ctrl-C, or Dagster's own interrupt
        _stop(going_on)
        raise
    return [ends[code] for code in codes]


def _has_room(installation: Installation, going_on: Sequence[_Night], code: str) -> bool:
    taken = sum(night.memory for night in going_on)
    return taken + int(installation.provinces[code].memory) <= installation.memory


def _start(installation: Installation, code: str, command: Sequence[str]) -> _Night | NightEnd:
    """Start the night of a province, or return why its registers or folders do not allow it."""
    try:
        province_of(installation, code)
        log = _new_log(installation.folder / "nights", code)
        with log.open("wb") as stream:
            # A session of its own: Ctrl-C at the terminal reaches this process alone, which stops each night once.
            process = subprocess.Popen(  # noqa: S603 - our own command
                command, env={**os.environ, **night_environment(installation, code)}, stdout=stream, stderr=stream,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
    except TthcError as error:
        return NightEnd(code, error.exit_code, why=error)
    except OSError as error:
        why = TthcError("run_broke", kind=type(error).__name__, where=f": {error.strerror}, {error.filename}")
        return NightEnd(code, EXIT_FAULT, why=why)
    return _Night(code, process, log, int(installation.provinces[code].memory))


def night_environment(installation: Installation, code: str) -> Mapping[str, str]:
    """Return the variables with which a night of a province is started, beside those of this process."""
    return {**installation.environment_of(code), "TTHC_LANG": language.get(), "PYTHONUNBUFFERED": "1", "COLUMNS": "160"}


def _new_log(folder: Path, code: str) -> Path:
    """Return the path of a new log, and remove the oldest of that province beyond those kept."""
    private_folder(folder)
    for old in sorted(folder.glob(f"{code}-*.log"))[: -LOGS_KEPT + 1]:
        old.unlink(missing_ok=True)
    moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S")
    return folder / f"{code}-{moment}-{os.getpid()}.log"


def _stop(nights: Sequence[_Night]) -> None:
    """Tell nights to stop, as the machine does when it shuts down, and wait for their ends."""
    for night in nights:
        with contextlib.suppress(ProcessLookupError):
            night.process.send_signal(signal.SIGTERM)
    for night in nights:
        night.process.wait()
