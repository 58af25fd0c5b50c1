"""Readers: turn the bytes of one delivered file into batches of text cells, one module per family of formats.

Does not belong here: types of cells, and rules for rows (`parsing.validate`).
"""
