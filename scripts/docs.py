"""Write everything that follows from contracts, registers, models and settings (`make docs`).

Pages of docs/, the cookbook's queries, the contracts' JSON Schema, the columns that the gate expects, and what dbt has
to know; tests keep them current. Belongs here: which files these are. What stands in each is in a module of its own.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from pipelines.contracts.model import Contract, load_contracts
from pipelines.registers.levels import load_levels
from pipelines.registers.model import load_indicators
from pipelines.settings import PROJECT_DIR, Settings
from scripts.cookbook import write_question_files
from scripts.dbt_indicators import indicator_files
from scripts.dbt_levels import level_files
from scripts.dbt_metrics import metric_files
from scripts.dbt_sources import source_files
from scripts.docs_architecture import architecture_page
from scripts.docs_cookbook import english_page, vietnamese_page
from scripts.docs_indicators import indicators_page
from scripts.docs_metrics import metrics_page
from scripts.docs_refusals import refusals_page
from scripts.docs_scale import scale_page
from scripts.docs_settings import settings_page
from scripts.docs_sources import sources_page
from scripts.published_columns import published_columns

PAGES: Mapping[str, Callable[[Settings], str]] = MappingProxyType({
    "sources.md": sources_page, "indicators.md": indicators_page, "refusals.md": refusals_page,
    "settings.md": settings_page, "architecture.md": architecture_page, "metrics.md": metrics_page,
    "scale.md": scale_page, "cookbook.md": english_page, "cookbook.vi.md": vietnamese_page,
})  # fmt: skip


def contract_schema() -> str:
    """Return contracts/schema.json: what editors check a contract against while it is written."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Contract.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def generated_files(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Yield each generated file that is not a page, in the folders that the settings name, and its content."""
    yield settings.contracts_dir / "schema.json", contract_schema()
    yield settings.expectations_dir / "columns.json", published_columns(settings.dbt_project_dir)
    yield from source_files(load_contracts(settings.contracts_dir), settings.dbt_project_dir)
    indicators = load_indicators(settings.registers_dir / "vietnam")
    yield from indicator_files(indicators, settings.dbt_project_dir)
    yield from metric_files(indicators, settings.dbt_project_dir)
    yield from level_files(load_levels(settings.country_dir), settings.dbt_project_dir)


def write_generated_files(settings: Settings) -> None:
    """Write what `generated_files` yields."""
    for path, content in generated_files(settings):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def main() -> None:
    """Write every page and every other generated file."""
    settings = Settings()
    for name, page in PAGES.items():
        (PROJECT_DIR / "docs" / name).write_text(page(settings), encoding="utf-8")
    write_generated_files(settings)
    write_question_files()


if __name__ == "__main__":
    main()
