"""The code location that Dagster loads for several provinces (`tthc country dagster`).

Nothing else belongs here; a single province has `pipelines.definitions`.
"""

import dagster as dg

from pipelines.country.jobs import build_country_definitions
from pipelines.country.provinces import load_installation
from pipelines.settings import Settings


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the list of provinces that the environment names (`TTHC_PROVINCES_FILE`)."""
    return build_country_definitions(load_installation(Settings()))
