"""Where the browser of the tests comes from: this machine, Playwright's own folder, or Debian's package.

Nothing is downloaded from anywhere but the machine's own package source; where that cannot be, the command to run is
said and the tests fail: without a browser nothing is known about the pages.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = ("apt-get update", "apt-get install -y --no-install-recommends chromium")
ARGUMENTS = [
    *(["--no-sandbox"] if os.getuid() == 0 else []),  # Chromium refuses to run as root with it
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def find_chromium(playwright: "Playwright") -> str:
    """Return the path of a Chromium.

    Installs Debian's as root; else fails with the command to run.
    """
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    own = Path(playwright.chromium.executable_path)
    if found is None and own.is_file():
        found = str(own)
    if found is None and os.getuid() == 0 and shutil.which("apt-get"):
        for command in INSTALL:
            subprocess.run(command.split(), check=False, capture_output=True, timeout=600)
        found = shutil.which("chromium")
    if found is None:
        pytest.fail(f"no Chromium on this machine; run: sudo {' && sudo '.join(INSTALL)}")
    return found
