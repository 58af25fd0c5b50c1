"""A synthetic province in the landing layout, with the numbers that must come out of it (`truth.json`).

All data made here are invented; shares and rates are set in `behaviour.yml`. `province` is the entry point: it draws
events (`arrivals`, `lifecycles`, `papers`, `events`, …), lays them out under the national field names (`dossier_table`,
`child_tables`, `lists`), writes files (`extracts`) and computes the expected figures (`truth`).
"""

from pipelines.sample.province import TRUTH_FILE, write_province

__all__ = ["TRUTH_FILE", "write_province"]
