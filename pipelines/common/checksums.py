"""Seals: a JSON document that carries the hash of its own content tells when a byte of it was changed.

Belongs here: making and checking that hash. It guards against damage, not against somebody who seals anew.
"""

import hashlib
import json
from typing import Any

SEAL = "seal"


def with_checksum(content: dict[str, Any]) -> dict[str, Any]:
    """The document with its seal, in place of one that it may have had."""
    return content | {SEAL: _hash(content)}


def checksum_matches(content: dict[str, Any]) -> bool:
    """True where the document has a seal and that is of this content."""
    return content.get(SEAL) == _hash(content)


def _hash(content: dict[str, Any]) -> str:
    unsealed = {name: value for name, value in content.items() if name != SEAL}
    return hashlib.sha256(json.dumps(unsealed, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
