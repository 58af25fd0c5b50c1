"""How and where things are stored: the ledger of deliveries, the list of runs, the Parquet files of the lake."""
