"""Contracts: what each source may look like, read from `contracts/`.

Belongs here: the model of a contract, types of cells, the shape of the rows that readers produce, and hints on how to
correct a rejected row. Does not belong here: reading files and checking rows (`parsing`).
"""
