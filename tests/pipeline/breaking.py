"""`python -m tests.pipeline.breaking …`.

The `tthc` command with a fault in every function of landing and parsing, each for one file of its own.

A function breaks when it is given the name of its file. Which did is written to the file that BROKEN_FUNCTIONS names.
"""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from pipelines.cli import main
from pipelines.storage.delivery import Delivery
from pipelines.storage.ledger import Arrival
from tests.pipeline.test_one_file import OF_THE_WHOLE, Broken, functions, places

# What can name a file; nothing else is looked at.
NAMES_FILES = (str, Path, Delivery, Arrival)
FUNCTIONS = [found for found in functions() if found[0] not in OF_THE_WHOLE]


def file_of(number: int) -> str:
    """Return the name of the file for which the function of that number breaks."""
    return f"breaks-{number:03}.csv"


def _breaking(function: Callable[..., Any], file: str, note: Path) -> Callable[..., Any]:
    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if any(file in str(one) for one in (*args, *kwargs.values()) if isinstance(one, NAMES_FILES)):
            with note.open("a", encoding="utf-8") as out:
                out.write(f"{file}\n")
            raise Broken
        return function(*args, **kwargs)

    return wrapped


if __name__ == "__main__":
    for number, (_, owner, member) in enumerate(FUNCTIONS):
        broken = _breaking(vars(owner)[member], file_of(number), Path(os.environ["BROKEN_FUNCTIONS"]))
        for place, name in list(places(owner, member)):
            setattr(place, name, broken)
    main()
