"""Readings: tables, steps and formulas, all derived from the steps of one run."""

from chainrule.readings import render

__all__ = ["render"]
