"""Derivatives as functions of another library: readable source, and the function it makes."""

from chainrule.compile.compiled import Compiled, compiled

__all__ = ["Compiled", "compiled"]
