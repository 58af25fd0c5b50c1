"""The way a number travels, one package per step: landing, parsing, privacy, transform, gate, publish.

`definitions.py` assembles the steps for Dagster, `cli` is the `tthc` command; neither holds logic. Knowledge about
the domain is not here: see `contracts/`, `registers/`, `expectations/`, `dbt_project/`.
"""
