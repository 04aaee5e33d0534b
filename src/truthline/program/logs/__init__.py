"""What the program logs: which calls log or measure, with what event and fields, and where they must stand."""
