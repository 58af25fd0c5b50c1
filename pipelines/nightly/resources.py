"""The Dagster resource that every asset of the nightly job receives: the run under way.

Does not belong here: beginning and ending a run (`context`).
"""

from collections.abc import Generator

import dagster as dg

from pipelines.nightly.context import Nightly, open_run
from pipelines.settings import Settings


def nightly_resource(settings: Settings, run: Nightly | None = None) -> dg.ResourceDefinition:
    """Return the resource of a whole run.

    Args:
        settings: The installation.
        run: The run that the caller opened and will close; None if Dagster itself starts the job, which then opens and
            closes a run of its own.
    """

    @dg.resource(description="The run under way, and the lock that makes it the only one.")
    def nightly(_: dg.InitResourceContext) -> Generator[Nightly, None, None]:
        if run is not None:
            yield run
        else:
            with open_run(settings) as own:
                yield own

    return nightly
