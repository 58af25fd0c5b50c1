"""Print the SQL that a dbt model compiles to: `python -m scripts.dbt_model fct_apologies`.

Belongs here: compiling in a folder of its own, so that no warehouse is needed and none is touched.
"""

import json
import sys
import tempfile
from pathlib import Path

from pipelines.common.errors import TthcError
from pipelines.settings import Settings
from pipelines.storage.run_spec import candidate_dir
from pipelines.transform.dbt import run_dbt, target_dir


def compiled_models(*names: str) -> dict[str, str]:
    """Return the SQL of each model by its name. Raises TthcError where the project does not compile."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(warehouse_dir=Path(folder))
        candidate_dir(settings).mkdir(parents=True)
        run_dbt(settings, "compile", "--select", *names)
        nodes = json.loads((target_dir(settings) / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = {node["name"]: node for node in nodes.values() if node["resource_type"] == "model"}
    return {name: str(models[name]["compiled_code"]) for name in names if name in models}


def main() -> int:
    """Print the models that the command line names; 1 where one is unknown or does not compile."""
    names = sys.argv[1:]
    try:
        found = compiled_models(*names) if names else {}
    except TthcError as error:
        print(error, file=sys.stderr)
        return 1
    for name, sql in found.items():
        print(f"-- {name}\n{sql.strip()}\n")
    return int(not names or set(found) != set(names))


if __name__ == "__main__":
    sys.exit(main())
