"""The plain, frozen values that every room speaks. Nothing here computes."""
