"""Attribution: which words made the label. Importing the package loads no torch."""

from core.attribution.table import CHEAP, METHODS, USUAL, Cost, Method, MethodOption, method_of

__all__ = ["CHEAP", "METHODS", "USUAL", "Cost", "Method", "MethodOption", "method_of"]
