"""What Jinja alone makes of a model, for whoever judges by the models' words, is what dbt compiles it to."""

import re
from typing import Any

import pytest

from pipelines.settings import Settings
from pipelines.transform.dbt_macros import render_model

pytestmark = pytest.mark.slow
RELATION = re.compile(r'(?:"?\w+"?\.){2}"?(\w+)"?')


def plain(sql: str) -> str:
    """Return SQL with every relation by its bare name and single blanks."""
    return " ".join(RELATION.sub(r"\1", sql).split())


def test_the_models_that_judge_rows_are_rendered_as_dbt_compiles_them(compiled_project: dict[str, Any]) -> None:
    nodes = [node for node in compiled_project["nodes"].values() if node["resource_type"] == "model"]
    judging = [node for node in nodes if node["fqn"][1] == "state"]
    assert len(judging) > 16
    for node in judging:
        rendered = render_model(Settings().dbt_project_dir, f"state/{node['name']}")
        assert plain(rendered) == plain(node["compiled_code"]), node["name"]
