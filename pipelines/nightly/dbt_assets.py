"""The dbt models as Dagster assets and their tests as asset checks, with progress.

Does not belong here: dbt's options and target folder (`transform.dbt`).
"""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from pipelines.gate.run import import_in_background
from pipelines.nightly.context import Nightly
from pipelines.settings import Settings
from pipelines.transform.dbt import dbt_executable, dbt_options, ensure_manifest, target_dir

log = logging.getLogger("tthc.dbt")


class Translator(DagsterDbtTranslator):
    """Group assets by model folder, and name them as in SQL: schema and table."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return dbt_resource_props["fqn"][1] if dbt_resource_props["resource_type"] == "model" else None

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "model":
            return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])
        return super().get_asset_key(dbt_resource_props)


def dbt_model_assets(settings: Settings) -> dg.AssetsDefinition:
    """Return all models as assets of one dbt build; dbt's manifest is created if there is none."""
    manifest = ensure_manifest(settings)
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    events = sum(node["resource_type"] in ("model", "test") for node in nodes)

    @dbt_assets(manifest=manifest, name="dbt_build", dagster_dbt_translator=Translator())
    def models(
        context: dg.AssetExecutionContext, nightly: dg.ResourceParam[Nightly], dbt: DbtCliResource
    ) -> Iterator[Any]:
        nightly.stages.begin("transform")
        # Unit tests are for development: they see the run's variables and would build on nothing here.
        arguments = ["build", "--exclude-resource-type", "unit_test", *dbt_options(nightly.settings)]
        # The target folder that `ensure_manifest` parsed into: with another path or limit dbt would parse all again.
        build = dbt.cli(arguments, context=context, target_path=target_dir(nightly.settings))
        import_in_background()  # dbt runs in a process of its own, so one core is free
        for done, event in enumerate(build.stream(), 1):
            log.info("dbt", extra={"progress": (done, events)})
            yield event

    return models


def dbt_resource(settings: Settings) -> DbtCliResource:
    """Return Dagster's resource for dbt: the executable beside our Python; the profile is written for each run."""
    folder = str(settings.dbt_project_dir)
    return DbtCliResource(project_dir=folder, dbt_executable=dbt_executable())


def published_tables(settings: Settings) -> list[str]:
    """Return the names of the models with the tag `published`, sorted; dbt's manifest is created if there is none."""
    nodes = json.loads(ensure_manifest(settings).read_text(encoding="utf-8"))["nodes"].values()
    return sorted(node["name"] for node in nodes if node["resource_type"] == "model" and "published" in node["tags"])
