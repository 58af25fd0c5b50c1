"""Running `decoding` on one file: its output as a stream, its refusal as ours, its death as a refusal too.

Belongs here: starting, timing and ending the child process. What it decodes is its own matter.
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
# How long a child that has written all it will may take to end.
GRACE_SECONDS = 2


@contextmanager
def decoded(kind: str, path: Path, packed: bool, limits: ReadLimits) -> Iterator[IO[bytes]]:
    """Open the output of the child process that decodes a file.

    Raises:
        FileRefused: If it refused the file, ran out of memory or time, or died; the caller's own trouble with the
            stream that broke off is then not reported.
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
            # The caller's own verdict on what came; the rest is not wanted.
            child.kill()
            raise
        except Exception:
            _raise_its_cause(child)
            raise
        except BaseException:
            child.kill()
            raise
        else:
            _raise_its_cause(child)
        finally:
            alarm.cancel()


def _raise_its_cause(child: subprocess.Popen[bytes]) -> None:
    """Raise FileRefused if the child has failed; a child that still runs is ended without a cause."""
    try:
        code = child.wait(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return
    if code == EXIT_FILE_REFUSED and child.stderr is not None:
        # Libraries may have said something before it.
        refusal = json.loads(child.stderr.read().splitlines()[-1])
        raise FileRefused(refusal["code"], **refusal["params"]) from None
    if code != 0:
        raise FileRefused("reader_died") from None
