"""Evidence: which calls execute SQL, and which tables and columns that SQL reads, writes and constrains."""
