"""The child process in which formats are decoded that can attack their reader: Excel, HTML, Parquet.

Started by `sandbox` as `python -m pipelines.parsing.decoding KIND PATH PACKED MEMORY`. It imports little, because it
starts anew for every file, and knows no contract. `limits` says how much a file may hold.
"""
