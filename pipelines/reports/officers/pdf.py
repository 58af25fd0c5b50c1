"""PDF of written reports through LibreOffice, where it is installed.

Belongs here: finding and running it, in a profile of its own that is thrown away. Does not belong here: the files.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipelines.common.files import atomic_write
from pipelines.reports.officers.files import FILE_MODE

PROGRAMS = ("soffice", "libreoffice")
SECONDS = 300
# Numbers and days as Vietnamese papers write them; LibreOffice knows the language though the machine may not.
VIETNAMESE = {"LANG": "vi_VN.UTF-8", "LC_ALL": "vi_VN.UTF-8"}


def office_program() -> str | None:
    """Return the path of LibreOffice; None if it is not installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def write_pdfs(paths: Sequence[Path]) -> list[Path]:
    """Write a PDF beside each file, and return those that were made; none where LibreOffice is not installed."""
    program = office_program()
    if program is None:
        return []
    with tempfile.TemporaryDirectory(prefix="tthc-pdf-") as folder:
        command = [program, f"-env:UserInstallation={Path(folder, 'profile').as_uri()}", "--headless", "--convert-to",
                   "pdf", "--outdir", folder, *map(str, paths)]  # fmt: skip
        try:
            subprocess.run(  # noqa: S603 - our own files
                command, check=False, capture_output=True, timeout=SECONDS, env={**os.environ, **VIETNAMESE}
            )
        except (OSError, subprocess.TimeoutExpired):
            return []
        return [made for path in paths if (made := _keep(Path(folder, f"{path.stem}.pdf"), path)) is not None]


def _keep(made: Path, source: Path) -> Path | None:
    if not made.is_file():
        return None
    target = source.with_suffix(".pdf")
    with atomic_write(target, FILE_MODE) as waiting:
        shutil.copyfile(made, waiting)
    return target
