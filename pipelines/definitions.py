"""The code location that Dagster loads: `dagster dev`, `dagster job execute -j nightly` and the schedule.

`tthc run` builds the same definitions from its own settings (`nightly.build`). Nothing else belongs here.
"""

import dagster as dg

from pipelines.nightly.build import build_definitions
from pipelines.settings import Settings


# Loaded on demand: importing this module runs nothing.
@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the installation that the environment describes."""
    return build_definitions(Settings())
