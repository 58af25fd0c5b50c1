"""Checksums within JSON documents: a document carries the hash of its own content, so that damage is noticed.

Belongs here: adding and verifying that hash. It detects damage, not deliberate changes with a new checksum.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SEAL = "seal"


def with_checksum(content: Mapping[str, object]) -> dict[str, Any]:
    """Return the document with its checksum, replacing an existing one."""
    return {**content, SEAL: _hash(content)}


def checksum_matches(content: Mapping[str, object]) -> bool:
    """Return True if the document has a checksum that matches its content."""
    return content.get(SEAL) == _hash(content)


def _hash(content: Mapping[str, object]) -> str:
    unsealed = {name: value for name, value in content.items() if name != SEAL}
    return hashlib.sha256(json.dumps(unsealed, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
