"""Readings: tables, steps and formulas, all derived from the steps of one run."""
