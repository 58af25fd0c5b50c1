"""How much the gate notices: falsified deliveries of a synthetic province, and honest ones, judged by its own SQL."""
