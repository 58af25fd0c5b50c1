"""The dbt models stand in layers that a number passes in one direction, and what is published says so."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow

LAYERS = ("state", "staging", "core", "profile", "metrics", "marts")
PUBLISHED = "published"
# Views beside the published tables, in the published file: cases, and what they add up to.
BESIDE = ("cases", "indicators")


@pytest.fixture(scope="module")
def models(compiled_project: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {key: node for key, node in compiled_project["nodes"].items() if node["resource_type"] == "model"}


def layer(node: dict[str, Any]) -> str:
    """Return the folder below dbt_project/models that it stands in."""
    return str(node["fqn"][1])


def test_no_model_reads_one_of_a_later_layer(models: dict[str, dict[str, Any]]) -> None:
    assert {layer(node) for node in models.values()} == set(LAYERS)
    backwards = [
        f"{layer(node)}.{node['name']} reads {layer(models[read])}.{models[read]['name']}"
        for node in models.values()
        for read in node["depends_on"]["nodes"]
        if read in models and LAYERS.index(layer(models[read])) > LAYERS.index(layer(node))
    ]
    assert backwards == []


def test_views_of_the_published_file_read_that_file_alone(models: dict[str, dict[str, Any]]) -> None:
    views = [node for node in models.values() if node["database"] == "tthc" and node["schema"] in BESIDE]
    assert {node["name"] for node in views if node["schema"] == "indicators"} == {
        "ind_by_day", "ind_by_period", "ind_counted",
    }  # fmt: skip
    assert len(views) > 30 and {node["config"]["materialized"] for node in views} == {"view"}
    for node in views:
        read = [models[key] for key in node["depends_on"]["nodes"] if key in models]
        assert {one["database"] for one in read} == {"tthc"}, node["name"]


def test_published_is_what_has_the_tag(models: dict[str, dict[str, Any]]) -> None:
    published = {node["name"] for node in models.values() if PUBLISHED in node["tags"]}
    assert published == {node["name"] for node in models.values() if node["schema"] == "marts"}
    assert published == {
        node["name"] for node in models.values() if node["database"] == "tthc" and node["schema"] not in BESIDE
    }
    assert {node["name"] for node in models.values() if layer(node) == "marts"} <= published
