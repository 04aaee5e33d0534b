"""From bytes to a tree: finding files, decoding, parsing, comments, and the worker processes that do it."""
