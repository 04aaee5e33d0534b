"""Until when an allowance holds."""

from datetime import date

from truthline.config.schema import Allowance


def is_void(allowance: Allowance, today: date) -> bool:
    """Whether the last day of the allowance has passed."""
    return allowance.until is not None and today > allowance.until
