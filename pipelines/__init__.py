"""The pipeline, one package per step: landing, parsing, transform, open_data, site, gate, publish.

`definitions.py` assembles the steps for Dagster, `cli` is the `tthc` command; neither contains logic. Does not belong
here: knowledge about the domain, which is in `contracts/`, `registers/`, `expectations/` and `dbt_project/`.
"""
