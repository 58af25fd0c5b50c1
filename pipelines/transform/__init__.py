"""Transform: dbt computes facts and indicators from the lake, in a new candidate file each run.

`specify_run` decides what a run computes, `workspace` builds the database that dbt reads, `dbt` runs it. Belongs here
too: SQL of the models for other steps (`row_rules`, `handovers`), and the delivered row of a published one
(`delivered`). Does not belong here: the models themselves (`dbt_project/`), and what is published.
"""
