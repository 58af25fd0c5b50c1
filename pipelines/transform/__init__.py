"""Transform: dbt turns the lake into facts and indicators, in a new candidate file each run.

`workspace` lays out what dbt reads, `dbt` runs it. The models themselves are in `dbt_project/`.
"""
