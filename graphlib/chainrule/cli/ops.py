"""`chainrule ops`: the operations, or all that is known of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainrule.cli.request import Output
from chainrule.errors import InputError, no_such

if TYPE_CHECKING:
    from chainrule.readings.reference import Reference

Name = Annotated[
    str | None,
    typer.Argument(help="An operation, by its name or as it is typed.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="As data, with formulas as text and LaTeX.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="All operations as one page.")]


def ops(
    name: Name = None, json: Json = False, markdown: Markdown = False, output: Output = None
) -> None:
    """List the operations, or show one.

    Its formula, local partials, domain, kinks and values.

    \b
      chainrule ops
      chainrule ops gelu
      chainrule ops arctan --json
      chainrule ops --markdown -o docs/ops.md
    """
    from chainrule.cli.output import deliver
    from chainrule.readings import reference
    from chainrule.readings.render.json import written

    if markdown and (json or name):
        raise InputError("--markdown writes the page of all operations", allowed="Use it alone.")
    if markdown:
        deliver(reference.page().markdown(), output)
    elif name is None:
        listed = [(title, [reference.reference(op) for op in ops]) for title, ops in _families()]
        if json:
            records = [_record(entry, title) for title, ops in listed for entry in ops]
            deliver(written({"operations": records}), output)
        else:
            deliver("\n".join(_list(listed)) + "\n", output)
    else:
        entry = reference.reference(_found(name))
        deliver(written(_record(entry)) if json else entry.text(), output)


def _families() -> Any:
    from chainrule.readings.reference import families

    return families()


def _found(name: str) -> Any:
    from chainrule.ops import OPS
    from chainrule.readings.reference import found

    op = found(name)
    if op is not None and op.arity != 0:
        return op
    raise no_such("operation", name, OPS.spelled, allowed="`chainrule ops` lists them.")


def _record(entry: Reference, family: str = "") -> dict[str, Any]:
    from chainrule.readings.latex import latex
    from chainrule.readings.reference import record
    from chainrule.readings.terms import text

    data = record(entry, lambda term: {"text": text(term), "latex": latex(term)})
    return data | ({"family": family} if family else {})


def _list(listed: list[tuple[str, list[Reference]]]) -> list[str]:
    shown = []
    for title, entries in listed:
        shown += ["", title]
        for entry in entries:
            typed = entry.calls[0] if entry.calls else entry.op.sign or entry.op.name
            shown.append(f"  {typed:<24} {entry.op.doc}")
    return shown[1:]
