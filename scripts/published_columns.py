"""Write expectations/columns.json: the columns of each published table, as the YAML of its model declares them.

The gate refuses a table that has others. Belongs here: reading the YAML files of dbt_project/models.
"""

import json
from pathlib import Path

import yaml

PUBLISHED = ("*/published/*.yml", "marts/*.yml")


def published_columns(dbt_project: Path) -> str:
    """Return JSON: by published table the names of its columns, one table a line."""
    files = sorted(path for pattern in PUBLISHED for path in (dbt_project / "models").glob(pattern))
    models = [model for path in files for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]]
    lines = [
        f" {json.dumps(model['name'])}: {json.dumps([column['name'] for column in model['columns']])}"
        for model in sorted(models, key=lambda model: str(model["name"]))
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"
