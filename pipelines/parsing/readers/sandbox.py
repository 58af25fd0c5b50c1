"""Runs `decoding` in a child process: its output is a stream; its refusal, crash or timeout refuses the file.

Belongs here: starting, timing and ending the child. Does not belong here: what it decodes (`decoding`).
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipelines.common.errors import EXIT_FILE_REFUSED, FileRefused
from pipelines.settings import PROJECT_DIR, ReadLimits

WALL_SECONDS = 900
# How long a child may take to exit after its output has ended.
GRACE_SECONDS = 2


@contextmanager
def decoded(kind: str, path: Path, packed: bool, limits: ReadLimits) -> Iterator[IO[bytes]]:
    """Open the output of a child process that decodes a file.

    Args:
        kind: `parquet`, `xlsx`, `xls` or `form` (see `decoding`).
        path: The file.
        packed: Whether it is gzip.
        limits: How much memory the child may use.

    Raises:
        FileRefused: If the child refused the file, ran out of memory or time, or crashed. An error of the caller about
            the incomplete stream is then replaced by this one.
    """
    arguments = [kind, str(path.absolute()), "1" if packed else "0", str(limits.decoder_memory)]
    command = [sys.executable, "-m", "pipelines.parsing.decoding", *arguments]
    with subprocess.Popen(  # noqa: S603 (our own module; the path is one argument, never a shell's)
        command, cwd=PROJECT_DIR, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        alarm = threading.Timer(WALL_SECONDS, child.kill)
        alarm.start()
        try:
            yield child.stdout
        except FileRefused:
            # The caller refused the file by the output so far; the rest is not needed.
            child.kill()
            raise
        except Exception:
            _raise_refusal(child)
            raise
        except BaseException:
            child.kill()
            raise
        else:
            _raise_refusal(child)
        finally:
            alarm.cancel()


def _raise_refusal(child: subprocess.Popen[bytes]) -> None:
    """Raise FileRefused if the child has failed; a child that is still running is killed."""
    try:
        code = child.wait(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return
    if code == EXIT_FILE_REFUSED and child.stderr is not None:
        # The last line is the refusal; libraries may have written others before it.
        refusal = json.loads(child.stderr.read().splitlines()[-1])
        raise FileRefused(refusal["code"], **refusal["params"]) from None
    if code != 0:
        raise FileRefused("reader_died") from None
