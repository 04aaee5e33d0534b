"""What a rule needs to offer fixes; it imports LibCST, so a rule imports it inside `fix`."""

from truthline.checking.concrete import ConcreteFile
from truthline.checking.rewriting import Edit, Prepend, Replace

__all__ = ["ConcreteFile", "Edit", "Prepend", "Replace"]
