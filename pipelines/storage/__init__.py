"""Storage: how and where data is kept on disk.

Belongs here: the ledger of deliveries, the runs, the Parquet files of the lake, the manifest of a version, and the
shapes of the JSON documents that one step writes and another reads. Does not belong here: deciding what is stored.
"""
