"""What dbt has to know of the contracts, made by `make docs`, since dbt cannot read them while it parses its models.

Belongs here: the terms that decide which row counts, a model for each source that has none, and what dbt says of
sources and models. Does not belong here: SQL; what a model does is dbt_project/macros/disposition.sql.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.contracts.model import Contract
from pipelines.transform.generated_macros import contract_terms
from scripts.sql_text import formatted_sql

TERMS = """\
{{#
    Made by `make docs` out of contracts/, not by hand: what decides which row of a source counts, by source.

    key          the fields that together identify one thing
    newness      the field that says how new a row is
    tombstone    the flag that says a thing is gone
    lookups      fields whose value must be found in a column of a relation; the reason given while it is not
    subject      whom a rejected row is about: SQL of its unit, the first that is not null; the field of its dossier
    untold       fields that a row in a sync message may leave unsaid, each with the sources of such messages
#}}
{{% macro contract_terms() %}}
    {{{{ return({terms}) }}}}
{{% endmacro %}}
"""
BASE_MODEL = '{{{{ disposition("{source}") }}}}\n'
BASE_YAML = """\
# Made by `make docs` out of contracts/, not by hand.
version: 2
models:
"""
BASE_DESCRIPTION = (
    "{title.vi}: mọi dòng đã nhận và số phận của nó. Một dòng cho mỗi dòng của hồ dữ liệu / "
    "{title.en}: every delivered row and its fate. One row per row of the lake"
)
LAKE_DESCRIPTION = "{title.vi}. {grain_vi} / {title.en}. {grain_en}"
BASE_ENTRY = """\
  - name: base_{source}
    description: {description}
    columns:
      - name: disposition
        data_tests:
          - accepted_values: {{arguments: {{values: [accepted, superseded, rejected]}}}}
"""
LAKE_YAML = """\
# Made by `make docs` out of contracts/, not by hand. The views are those of pipelines/transform/workspace.py.
version: 2
sources:
  - name: lake
    description: "Accepted rows as parsed, one view per source over its Parquet files / Dòng đã nhận, mỗi nguồn một \
khung nhìn trên các tệp Parquet"
    schema: "{{ 'global_temp' if target.type == 'spark' else 'lake' }}"
    tables:
"""
LAKE_ENTRY = """\
      - name: {source}
        description: {description}
        meta: {{dagster: {{asset_key: [lake, {source}]}}}}
"""


def contract_terms_macro(contracts: Mapping[str, Contract]) -> str:
    """Return dbt_project/macros/contract_terms.sql: by source what decides which of its rows count."""
    return formatted_sql(TERMS.format(terms=json.dumps(contract_terms(contracts))))


def _entry(template: str, description: str, contract: Contract) -> str:
    grain_vi, grain_en = (text[:1].upper() + text[1:] for text in (contract.grain.vi, contract.grain.en))
    text = description.format(title=contract.title, grain_vi=grain_vi, grain_en=grain_en)
    # JSON's way of quoting is also YAML's.
    return template.format(source=contract.source, description=json.dumps(text, ensure_ascii=False))


def source_files(contracts: Mapping[str, Contract], dbt_project: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file of the dbt project that follows from the contracts, and its content.

    A source whose model is there already keeps it, so that a model may have SQL of its own.
    """
    yield dbt_project / "macros" / "contract_terms.sql", contract_terms_macro(contracts)
    base = [_entry(BASE_ENTRY, BASE_DESCRIPTION, contract) for contract in contracts.values()]
    yield dbt_project / "models" / "state" / "_base.yml", BASE_YAML + "".join(base)
    lake = [_entry(LAKE_ENTRY, LAKE_DESCRIPTION, contract) for contract in contracts.values()]
    yield dbt_project / "models" / "sources" / "_lake.yml", LAKE_YAML + "".join(lake)
    for source in contracts:
        model = dbt_project / "models" / "state" / f"base_{source}.sql"
        if not model.is_file():
            yield model, BASE_MODEL.format(source=source)
