"""Values on demand: what a register can hold, and what a call can execute."""
