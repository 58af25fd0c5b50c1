"""Dagster sees the whole way of a number: every step an asset, every published table checked before publication."""

import itertools

import dagster as dg
import pytest

from tests.conftest import Night

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def definitions(night: Night) -> dg.Definitions:
    from pipelines.nightly.build import build_definitions

    return build_definitions(night.settings)


def test_the_definitions_load_and_the_job_holds_every_asset_but_the_days(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)
    graph = definitions.resolve_asset_graph()
    job = definitions.resolve_job_def("nightly")
    days = {key for key in graph.executable_asset_keys if key.path[0] == "deliveries"}
    assert set(job.asset_layer.executable_asset_keys) == set(graph.executable_asset_keys) - days


def test_a_number_travels_from_landing_to_the_published_version(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    way = ["landing", "lake/ho_so", "state/base_ho_so", "staging/stg_dossier", "core/int_dossier",
           "marts/handling_status", "candidate", "published_version"]  # fmt: skip
    for earlier, later in itertools.pairwise(way):
        key = dg.AssetKey.from_user_string(later)
        upstream = {key} | graph.get_ancestor_asset_keys(key)
        assert dg.AssetKey.from_user_string(earlier) in upstream, (earlier, later)


def test_every_published_table_has_a_blocking_gate_check(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    tables = {key.path[-1] for key in graph.get_all_asset_keys() if key.path[0] == "marts"}
    gate = {key.name: graph.get_check_spec(key) for key in graph.asset_check_keys if key.name.startswith("gate_")}
    assert {name.removeprefix("gate_") for name in gate} == tables | {"as_a_whole"}
    assert all(spec.blocking for spec in gate.values())


def test_the_schedule_starts_the_same_job_at_night_in_viet_nam(definitions: dg.Definitions) -> None:
    (schedule,) = definitions.get_repository_def().schedule_defs
    assert (schedule.job_name, schedule.execution_timezone) == ("nightly", "Asia/Ho_Chi_Minh")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
