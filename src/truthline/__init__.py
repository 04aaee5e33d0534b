"""truthline keeps decisions on the right side of the source of truth."""

__version__ = "0.1.0"
