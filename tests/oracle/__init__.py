"""The oracle: a second, slow implementation of the indicators over plain records, for tests only."""
