"""The exceptions that truthline raises for what a user can cause."""


class TruthlineError(Exception):
    """Base of every error that ends in one clear sentence and not in a traceback."""
