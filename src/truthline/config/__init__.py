"""Contracts: their schema, where they are found, and what is said when they are wrong."""

from truthline.config.load import load, load_or_default
from truthline.config.options import read_options
from truthline.config.problems import ConfigError, Problem, did_you_mean, nearest
from truthline.config.schema import Config

__all__ = ["Config", "ConfigError", "Problem", "did_you_mean", "load", "load_or_default", "nearest", "read_options"]
