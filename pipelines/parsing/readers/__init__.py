"""Readers: the bytes of one delivered file as batches of text cells, one module per family of formats."""
