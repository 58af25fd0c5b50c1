"""Registers: decisions of officials (units, periods, indicators, targets, limits, publication), read and validated.

Each module reads one register or a group of them; `tables` lists those that dbt reads, `checks` compares registers with
each other, `watched` makes their cells comparable between versions. Does not belong here: any figure.
"""
