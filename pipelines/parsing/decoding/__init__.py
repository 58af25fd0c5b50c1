"""Decodes formats whose files can attack their reader (Excel, HTML, Parquet), in a child process.

`readers.sandbox` starts it as `python -m pipelines.parsing.decoding KIND PATH PACKED MEMORY`. It imports little, since
it starts for every file. Does not belong here: contracts, and which cells are a header or data (`readers`).
"""
