"""Disclosure control: suppression and rounding of protected counts, and the attacks that they must withstand.

`case_keys`, `counts` and `breakdowns` count the cases, `suppress` hides and rounds, `cell_history` keeps published
cells stable, `subjects`, `constraints`, `attack` and `defence` find and close inferences, `run_attacks` runs them all.
"""
