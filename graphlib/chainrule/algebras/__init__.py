"""Kinds of value: double precision, any number of digits, arrays of either.

Two more stand where they belong: the building algebra, whose values are nodes
(`chainrule.graph.builder`), and SymPy expressions (`chainrule.graph.sympy_view`).
"""
