"""Watching a real run, and holding what it called against the program. The check path never comes here."""
