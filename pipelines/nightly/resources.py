"""The Dagster resource that every asset of the nightly job receives: the run under way.

Does not belong here: beginning and ending a run (`context`, and `dagster_runs` where Dagster started it).
"""

from collections.abc import Generator

import dagster as dg

from pipelines.common.errors import TthcError
from pipelines.nightly.context import Nightly
from pipelines.nightly.dagster_runs import open_dagster_run, refusal
from pipelines.settings import Settings


def nightly_resource(settings: Settings, run: Nightly | None = None) -> dg.ResourceDefinition:
    """Return the resource of a whole run.

    Args:
        settings: The installation.
        run: The run that the caller opened and will close; None if Dagster itself starts the job, which then opens and
            closes a run of its own.
    """

    @dg.resource(description="The run under way, and the lock that makes it the only one.")
    def nightly(context: dg.InitResourceContext) -> Generator[Nightly, None, None]:
        if run is not None:
            yield run
            return
        if context.run is None or context.instance is None:
            raise ValueError("a run of Dagster's is needed")
        opened = open_dagster_run(settings, context.run, context.instance)
        try:
            own = opened.__enter__()
        except TthcError as error:
            if context.log is not None:
                context.log.error(str(error))
            raise refusal(error) from None
        try:
            yield own
        finally:
            opened.__exit__(None, None, None)

    return nightly
