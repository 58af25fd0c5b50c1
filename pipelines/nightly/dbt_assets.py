"""The dbt models as Dagster assets and their tests as asset checks, with progress.

Does not belong here: dbt's options and target folder, and starting it before Dagster is loaded (`transform.dbt`).
"""

import logging
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, dbt_assets
from packaging.version import Version

from pipelines.gate.run import import_in_background
from pipelines.nightly.asset_facts import ANALYST
from pipelines.nightly.context import Nightly
from pipelines.nightly.steps import compute_elsewhere
from pipelines.settings import Settings
from pipelines.transform.dbt import build_arguments, dbt_executable, target_dir

log = logging.getLogger("tthc.dbt")


class Translator(DagsterDbtTranslator):
    """Group assets by model folder, and name them as in SQL: schema and table."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return dbt_resource_props["fqn"][1] if dbt_resource_props["resource_type"] == "model" else None

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str] | None:
        return [ANALYST]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> dict[str, str]:
        published = {"published": "true"} if "published" in dbt_resource_props.get("tags", []) else {}
        return {"layer": dbt_resource_props["fqn"][1], **published}

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "model":
            return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])
        return super().get_asset_key(dbt_resource_props)


def dbt_model_assets(settings: Settings, manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """Return all models as assets of one dbt build."""
    events = sum(node["resource_type"] in ("model", "test") for node in manifest["nodes"].values())
    translator = Translator()

    @dbt_assets(manifest=manifest, name="dbt_build", dagster_dbt_translator=translator)
    def models(context: dg.AssetExecutionContext, nightly: dg.ResourceParam[Nightly]) -> Iterator[Any]:
        if nightly.dbt is None:
            compute_elsewhere(nightly)
            nightly.stages.begin("transform")
            build = _start(settings, context)
        else:  # the command has started the build of all models, before it loaded Dagster
            build = DbtCliInvocation(
                process=nightly.dbt, manifest=manifest, dagster_dbt_translator=translator, context=context,
                project_dir=settings.dbt_project_dir, target_path=target_dir(settings), raise_on_error=True,
                cli_version=Version(version("dbt-core")),
            )  # fmt: skip
        import_in_background()  # dbt runs in a process of its own, so one core is free
        for done, event in enumerate(build.stream(), 1):
            log.info("dbt", extra={"progress": (done, events)})
            yield event

    return models


def _start(settings: Settings, context: dg.AssetExecutionContext) -> DbtCliInvocation:
    """Start dbt on the models that Dagster wants, which may be some of them where a person chose so."""
    dbt = DbtCliResource(project_dir=str(settings.dbt_project_dir), dbt_executable=dbt_executable())
    # The target folder that `ensure_manifest` parsed into: with another path or limit dbt would parse all again.
    return dbt.cli(build_arguments(settings), context=context, target_path=target_dir(settings))


def published_tables(manifest: Mapping[str, Any]) -> list[str]:
    """Return the names of the models with the tag `published`, sorted."""
    nodes = manifest["nodes"].values()
    return sorted(node["name"] for node in nodes if node["resource_type"] == "model" and "published" in node["tags"])
