"""The version of the parser: one name for all that a parsing result depends on besides the delivered file.

These are the contracts, our own code, its libraries and the secret. So a repaired parser also parses again what was
delivered before, and one name never stands for two results. Belongs here: computing that name. Does not belong here:
its use (`update_lake`).
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

# Code and SQL that decide what a row becomes, below `pipelines/`.
PARSER_CODE = ("parsing", "contracts", "storage/lake.py", "common/patterns.py", "common/sql.py")
# Libraries that read bytes, check cells or write the lake.
LIBRARIES = ("ijson", "lxml", "numpy", "olefile", "polars", "polars-hash", "pyarrow", "python-calamine")


def parser_version(settings: Settings, secret: str) -> str:
    """Return 24 hex digits that change with contracts, code, libraries or secret, and reveal nothing of the secret."""
    contracts = fingerprint(settings.contracts_dir, names=CONTRACT_FILES)
    return hashlib.sha256(json.dumps([contracts, code_and_libraries(), key_id(secret)]).encode()).hexdigest()[:24]


@cache
def code_and_libraries() -> str:
    """Return a hash of the parser's code and its libraries; cached, since neither changes while a process runs."""
    folder = PROJECT_DIR / "pipelines"
    code = [fingerprint(folder / part) for part in PARSER_CODE]
    libraries = {name: version(name) for name in LIBRARIES}
    return hashlib.sha256(json.dumps([code, libraries, sys.version_info[:2]]).encode()).hexdigest()
