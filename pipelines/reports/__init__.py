"""Read-only views of a version, a run or the warehouse: summary, status, explain, SQL shell, quality page.

Does not belong here: anything that changes the warehouse, or computes a figure.
"""
