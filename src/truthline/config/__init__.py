"""Contracts: their schema, where they are found, and what is said when they are wrong."""
