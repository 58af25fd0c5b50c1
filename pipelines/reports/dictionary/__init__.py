"""The dictionary of a version: every published table, column and indicator in two languages, as page and workbook.

It describes and holds no figure and no row. Belongs here: what is said of tables (`facts`), where an indicator comes
from (`lineage`, `picture`), page, workbook and dbt's own page, and writing them into a version (`write`). Does not
belong here: descriptions of models and columns (their YAML in dbt_project), definitions of indicators (registers/).
"""
