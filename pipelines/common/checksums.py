"""Seals: a JSON document carries the hash of its own content, so that a changed byte is noticed.

Belongs here: making and checking that hash. It guards against damage, not against somebody who seals anew.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SEAL = "seal"


def with_checksum(content: Mapping[str, object]) -> dict[str, Any]:
    """Return the document with its seal; a seal that it already has is replaced."""
    return {**content, SEAL: _hash(content)}


def checksum_matches(content: Mapping[str, object]) -> bool:
    """Return True if the document has a seal that matches its content."""
    return content.get(SEAL) == _hash(content)


def _hash(content: Mapping[str, object]) -> str:
    unsealed = {name: value for name, value in content.items() if name != SEAL}
    return hashlib.sha256(json.dumps(unsealed, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
