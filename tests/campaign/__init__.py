"""What takes longer than the suite: faults, misleading files, falsified deliveries and spoilt SQL, counted."""
