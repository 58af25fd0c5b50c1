"""The dbt models stand in layers that a number passes in one direction, and what is published says so."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow

LAYERS = ("state", "staging", "core", "profile", "metrics", "marts")
PUBLISHED = "published"


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


def test_cases_read_published_tables_alone(models: dict[str, dict[str, Any]]) -> None:
    """They are views in the published file, where nothing else is."""
    cases = [node for node in models.values() if node["schema"] == "cases"]
    assert cases
    for node in cases:
        read = [models[key] for key in node["depends_on"]["nodes"] if key in models]
        assert {one["database"] for one in read} == {"tthc"}, node["name"]


def test_published_is_what_has_the_tag(models: dict[str, dict[str, Any]]) -> None:
    published = {node["name"] for node in models.values() if PUBLISHED in node["tags"]}
    assert published == {node["name"] for node in models.values() if node["schema"] == "marts"}
    assert published == {
        node["name"] for node in models.values() if node["database"] == "tthc" and node["schema"] != "cases"
    }
    assert {node["name"] for node in models.values() if layer(node) == "marts"} <= published
