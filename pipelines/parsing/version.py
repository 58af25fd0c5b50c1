"""What the outcome of parsing depends on beside the file: contracts, our own code, its libraries, and the secret.

Belongs here: one name for all that, so that a repaired parser reaches what was delivered before, and one name never
stands for two contents. Does not belong here: what is done with it.
"""

import hashlib
import json
import sys
from functools import cache
from importlib.metadata import version

from pipelines.common.files import fingerprint
from pipelines.contracts.model import CONTRACT_FILES
from pipelines.parsing.secret import key_id
from pipelines.settings import PROJECT_DIR, Settings

# Code that decides what a row becomes, below `pipelines/`.
PARSER_CODE = ("parsing", "contracts", "storage/lake.py", "common/patterns.py")
# Everything that reads bytes, judges cells or writes the lake.
LIBRARIES = ("ijson", "lxml", "numpy", "olefile", "polars", "polars-hash", "pyarrow", "python-calamine")


def parser_version(settings: Settings, secret: str) -> str:
    """Return a name that changes with contracts, parser, libraries or secret.

    It tells nothing of the secret.
    """
    contracts = fingerprint(settings.contracts_dir, names=CONTRACT_FILES)
    return hashlib.sha256(json.dumps([contracts, code_and_libraries(), key_id(secret)]).encode()).hexdigest()[:24]


@cache
def code_and_libraries() -> str:
    """Return a name of the parser's code and its libraries; neither changes while a process runs."""
    folder = PROJECT_DIR / "pipelines"
    code = [fingerprint(folder / part, names="*.py") for part in PARSER_CODE]
    libraries = {name: version(name) for name in LIBRARIES}
    return hashlib.sha256(json.dumps([code, libraries, sys.version_info[:2]]).encode()).hexdigest()
