"""`tthc check`: hold files against contracts and against each other without keeping anything of them."""
