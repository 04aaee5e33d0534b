"""How any rule runs: protocol, registration, selection, suppression. No rule lives here."""
