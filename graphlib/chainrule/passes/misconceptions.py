"""Common mistakes, each the same pass with one rule changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.passes.walks import Ledger


class OverwritingLedger(Ledger):
    """`overwrite-instead-of-accumulate`: the last contribution replaces the earlier ones."""

    def add(self, node: int, amount: Any) -> Any:
        """Put `amount` in place of what was there."""
        self.entries[node] = amount
        return amount


LEDGERS: Mapping[str, type[Ledger]] = {"overwrite-instead-of-accumulate": OverwritingLedger}
