"""What takes a night's first ten seconds, imported once: only imports, for threads do not survive a fork."""

import dagster  # noqa: F401
import dbt.adapters.duckdb.impl
import dbt.cli.main  # noqa: F401

import pipelines.gate.evaluate
import pipelines.nightly.assets
import pipelines.nightly.checks
import pipelines.nightly.dbt_assets
import pipelines.nightly.run  # noqa: F401
