"""Contracts: what each source may look like, read from `contracts/`; cell types and the hints to a reason."""
