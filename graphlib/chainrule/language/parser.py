"""From tokens to items: operator precedence with a stack of its own, never by recursion.

What waits for its right operand stands on `_stack`, what is finished on `_values`; each
finished operation is appended to the flat list of items at once. From loose to tight:

    a if c else b
    or, and, not
    < <= > >= == !=   a chain is joined by and
    +  -          from left to right
    sign, and a function without brackets, over the factors that follow
    *  /  @       from left to right; a product without a sign binds like *
    sign directly behind * / @ ^, root sign
    ^             from right to left
    !
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from chainrule.language.lexer import COMPARISONS, NOTHING, Token
from chainrule.language.pile import LOGIC, Pile
from chainrule.language.stack import (
    CHOICE,
    COMPARE,
    INFIX,
    NOT,
    POWER,
    PRODUCT,
    ROOTS,
    SIGN,
    SUM,
    TIGHT_SIGN,
    Doubt,
    Pending,
    is_doubtful,
)
from chainrule.language.syntax import Span

BEGINS_FACTOR = frozenset({"name", "constant", "function", "root", "(", "|"})
NEEDS_OPERAND = frozenset({")", ",", "*", "/", "@", "^", "=", "compare", "and", "or", "else", "if"})
CHOOSING = frozenset({"where", "cases"})


class Parser(Pile):
    """Parses the statements of one text into one list of items.

    Parameters
    ----------
    text
        The whole input.
    functions
        Operations by function name.
    notes
        Where readings are noted and looked up.
    """

    def parse(self, tokens: Sequence[Token]) -> int:
        """Return the item that holds the formula of one statement.

        Parameters
        ----------
        tokens
            At least one, with every word read.

        Raises
        ------
        ParseError
            At the token that cannot stand where it stands.
        LimitError
            At the token with which a limit is passed.
        """
        self._begin(tokens)
        operand_next = True
        while not self._next.ended:
            operand_next = self._operand() if operand_next else self._operator()
        if operand_next:
            raise self._refuse.missing_operand(tokens[-1], NOTHING)
        self._reduce_group()
        if self._stack:
            raise self._refuse.unclosed(self._stack[-1].token)
        return self._number(self._values.pop()).item

    # Where an operand is expected; each answers whether another operand must follow.

    def _operand(self) -> bool:
        token = self._next.take()
        if token.kind == "number":
            self._leaf(self.writer.number(token), token.start, token.stop, plain=True)
        elif token.kind in ("name", "constant"):
            plain = token.kind == "constant"
            self._leaf(self.writer.name(token), token.start, token.stop, plain)
        elif token.kind == "parameter" and self._groups[-1].kind == "call":
            return self._parameter(token)
        elif token.kind == "(":
            self._push(Pending("group", "", 0, token, token.start))
            return True
        elif token.kind == "|":
            self._push(Pending("bar", "abs", 0, token, token.start))
            return True
        elif token.kind in ("+", "-"):
            return self._sign(token)
        elif token.kind == "not":
            self._push(Pending("prefix", "not", NOT, token, token.start))
            return True
        elif token.kind in ("function", "root"):
            self._function(token)
            return True
        else:
            raise self._refuse.missing_operand(self._next.peek(-2), token)
        return False

    def _sign(self, token: Token) -> bool:
        """Take a sign; directly before a number it makes a negative number."""
        number, behind = self._next.peek(), self._next.peek(1)
        top = self._stack[-1] if self._stack else None
        if top is not None and top.kind == "function":
            # sin -x is read, sin - 1 and sin + 1 lack an operand.
            before = self._next.peek(-2)
            if token.kind == "+" or before.stop == token.start or number.start != token.stop:
                raise self._refuse.missing_operand(top.token, token)
        raised = behind.kind in ("^", "superscript", "!")
        if token.kind == "-" and number.kind == "number" and not raised:
            self._next.take()
            self._leaf(self.writer.number(number, token), token.start, number.stop, plain=True)
            return False
        tight = top is not None and top.kind != "function" and top.binding >= PRODUCT
        binding = TIGHT_SIGN if tight else SIGN
        what = "neg" if token.kind == "-" else ""
        self._push(Pending("prefix", what, binding, token, token.start))
        return True

    def _function(self, token: Token) -> None:
        """Take a function, its power as in sin^2 x, and the bracket that follows."""
        exponent = None
        if token.kind == "function":
            exponent = self._power_of_function(token)
        else:
            token = token._replace(text=ROOTS.get(token.text, "sqrt"))
        if self._next.peek().kind == "(" and self._next.peek().text:
            self._next.take()
            self._push(Pending("call", token.text, 0, token, token.start, exponent=exponent))
        elif token.kind == "root":
            self._push(Pending("prefix", token.text, TIGHT_SIGN, token, token.start))
        elif self._next.peek().kind in NEEDS_OPERAND or not self._next.peek().kind:
            raise self._refuse.missing_operand(token, NOTHING)
        else:
            function = Pending("function", token.text, SIGN, token, token.start, exponent=exponent)
            self._push(function)
            self._groups[-1].functions.append(function)

    def _power_of_function(self, function: Token) -> Token | None:
        power = self._next.peek()
        if power.kind == "^":
            self._next.take()
        elif power.kind != "superscript":
            return None
        exponent = self._next.peek()
        if exponent.kind == "-" or exponent.text.startswith("-"):
            raise self._refuse.inverse(function, exponent)
        if exponent.kind not in ("number", "name", "superscript"):
            raise self._refuse.power_of_function(function, power)
        return self._next.take()

    def _parameter(self, token: Token) -> bool:
        """Take `name=number` behind the operands of a function."""
        call = self._groups[-1]
        op = self._functions[call.what]
        if token.text not in op.parameters or token.text in dict(call.parameters):
            raise self._refuse.parameter(token, call.token, op)
        if self._stack[-1] is not call or not call.operands:
            raise self._refuse.parameter(token, call.token, op)
        self._next.take()
        call.parameters += ((token.text, self._next.quotient(self._refuse)),)
        if self._next.peek().kind not in (",", ")"):
            raise self._refuse.missing_operand(self._next.peek(-1), self._next.peek())
        closing = self._next.take()
        if closing.kind == ")":
            self._finish_call(call, closing)
        return closing.kind == ","

    # Where an operator is expected.

    def _operator(self) -> bool:
        token = self._next.peek()
        factor = token.kind in BEGINS_FACTOR or (token.kind == "number" and token.whole)
        if factor and not (token.kind == "|" and self._groups[-1].kind == "bar"):
            if token.kind == "|":
                self._note_bars(token)
            self._product(Token("*", "", token.start, token.start))
            return True
        self._next.take()
        if token.kind in ("+", "-"):
            while self._stack and self._stack[-1].binding >= SUM:
                self._reduce()
            self._infix(token, SUM)
        elif token.kind == "^":
            self._check_root()
            while self._stack and self._stack[-1].binding > POWER:
                self._reduce()
            self._infix(token, POWER)
        elif token.kind in INFIX:
            self._product(token)
        elif token.kind == "compare":
            self._compare(token)
        elif token.kind in LOGIC:
            self._reduce_to(LOGIC[token.kind])
            start = self._values[-1].start
            self._push(Pending("infix", token.kind, LOGIC[token.kind], token, start))
        elif token.kind in ("if", "else", "?", ":"):
            self._choose(token)
        elif token.kind == ",":
            return self._comma(token)
        else:
            self._close(token)
            return False
        return True

    def _note_bars(self, token: Token) -> None:
        """Note that |x|y|z| is read as |x|·y·|z|, not as |x·|y|·z|."""
        text = self._refuse.text
        between = text[self._bar : token.start]
        if self._bar and between.strip() and not set(between) & set("|+-*/,;=<>"):
            shown = f"|…|·{between.strip()}·|…|"
            self._notes.tell(f"bars:{token.start}", Span(self._bar - 1, token.stop), shown)

    def _reduce_to(self, binding: int) -> None:
        while self._stack and self._stack[-1].binding >= binding:
            self._reduce()

    def _compare(self, token: Token) -> None:
        """Take a comparison; of a chain a < b < c the middle one stands in both."""
        self._reduce_to(COMPARE + 1)
        top = self._stack[-1] if self._stack else None
        if top is not None and top.binding == COMPARE:
            middle = self._values[-1]
            self._reduce()
            left = self._values[-1]
            self._push(Pending("infix", "and", COMPARE, token, left.start))
            self._values.append(middle)
        pending = Pending("infix", COMPARISONS[token.text], COMPARE, token, self._values[-1].start)
        self._push(pending)

    def _choose(self, token: Token) -> None:
        """Take the if or the else of `a if c else b`, the signs of `c ? a : b`."""
        self._reduce_to(CHOICE + 1)
        if token.kind in ("if", "?"):
            self._push(Pending("infix", token.kind, CHOICE, token, self._values[-1].start))
            return
        while self._stack and self._stack[-1].what in ("choice", "condition first"):
            self._reduce()
        top = self._stack[-1] if self._stack else None
        if top is None or top.what not in ("if", "?") or (token.kind == ":" and top.what == "if"):
            raise self._refuse.misplaced(self._next.peek(-2), token)
        top.what = "choice" if top.what == "if" else "condition first"

    def _infix(self, token: Token, binding: int) -> Pending:
        pending = Pending("infix", INFIX[token.kind][0], binding, token, self._values[-1].start)
        self._push(pending)
        return pending

    def _product(self, token: Token) -> None:
        """Take a product or quotient; a product without a sign has an empty text."""
        functions = self._groups[-1].functions
        following = self._next.peek()
        if following.kind == "function":
            while functions:
                self._reduce()
        doubts: list[Doubt] = []
        binding = self._reduce_products(token, doubts)
        if functions and self._ends_function(functions[-1], token):
            left = len(functions) - 1
            while len(functions) > left:
                self._reduce()
            binding = self._reduce_products(token, doubts)
        self._infix(token, binding).doubts = doubts

    def _reduce_products(self, token: Token, doubts: list[Doubt]) -> int:
        """Finish what binds like a product or tighter, and return the binding of this one.

        `1/2x` and `e^2x` are read from left to right; where the user chose so, the product
        without a sign goes first.
        """
        while self._stack and self._stack[-1].binding >= PRODUCT:
            top = self._stack[-1]
            if self._is_first(top, token):
                return top.binding + 1
            if not token.text and self._is_doubtful(top, token):
                left, right = self._values[-2:]
                if self._choices.product_first(top, left, right, doubts):
                    return top.binding + 1
            self._reduce()
        return PRODUCT

    def _is_first(self, top: Pending, token: Token) -> bool:
        """Return whether the user let x^1/2 be a root, or √2x that of the product."""
        right, following = self._values[-1], self._next.peek()
        glued = right.stop == token.start and following.start == token.stop
        if token.text == "/" and top.what == "power" and following.kind == "number" and glued:
            exponent = self.writer.items[right.item]
            one = exponent.kind == "number" and exponent.text in ("1", "-1")
            return one and self._choices.fraction_first(top.start, right, following)
        root = top.kind == "prefix" and top.token.kind == "root" and right.plain
        return root and not token.text and glued and self._choices.under_root(top, right, following)

    def _is_doubtful(self, top: Pending, token: Token) -> bool:
        if top.kind != "infix":
            return False
        if top.key:
            return True
        base, right = self._values[-2:]
        items = self.writer.items
        glued = right.stop == token.start
        return is_doubtful(top, items[base.item], items[right.item], glued, self._next.peek())

    def _ends_function(self, function: Pending, token: Token) -> bool:
        """Return whether a function without brackets ends before this product."""
        left = self._values[-1]
        # sin 2x is sin(2x) for everybody.
        usual = function.token.text != "sqrt"
        if usual and function.first is None and left.plain and token.kind == "*":
            return False
        return self._choices.ends(function, left)

    def _check_root(self) -> None:
        top = self._stack[-1] if self._stack else None
        root = top is not None and top.kind == "prefix" and top.what == "sqrt"
        if top is not None and root and self._choices.ends(top, self._values[-1]):
            self._reduce()

    def _comma(self, token: Token) -> bool:
        """Take a comma; answer whether an operand must follow it."""
        if self._next.peek().kind == "else":
            return False  # x if x > 0, else 0
        self._reduce_group()
        call = self._groups[-1]
        if call.kind != "call":
            raise self._refuse.comma(token, call.token)
        call.operands += 1
        op = self._functions[call.what]
        if op.arity != call.operands or self._next.peek().kind == "parameter":
            return True
        # leaky_relu(x, 0.01): what is chosen about a function of one operand, by its place.
        chosen = [name for name in op.parameters if op.kink is None or name != op.kink.choice]
        number = self._next.peek()
        if op.arity > 1 or len(chosen) != 1 or number.kind != "number":
            raise self._refuse.operands(token, op, call.token, call.operands + 1)
        call.parameters += ((chosen[0], self._next.quotient(self._refuse)),)
        shown = f"{chosen[0]} = {number.text}"
        self._notes.tell(f"parameter:{op.name}", number, shown)
        closing = self._next.take() if self._next.peek().kind == ")" else token
        if closing is token:
            raise self._refuse.operands(token, op, call.token, call.operands + 1)
        call.operands -= 1
        self._close_call(call, closing)
        return False

    def _close(self, token: Token) -> None:
        """Take a raised number or what ends a group; anything else is out of place."""
        if token.kind == "superscript":
            self._superscript(token)
            return
        if token.kind == "!":
            self._factorial(token)
            return
        if token.kind == "index":
            base = self._values.pop()
            at = tuple(int(place) for place in token.text.split(","))
            self._value("index", (base.item,), base.start, token.stop, (("at", at),))
            return
        if token.kind not in (")", "|"):
            raise self._refuse.misplaced(self._next.peek(-2), token)
        self._reduce_group()
        group = self._groups[-1]
        if group.kind == "outside":
            raise self._refuse.unopened(token)
        if group.kind == "bar" and token.kind == ")":
            raise self._refuse.unclosed(group.token)
        if group.kind == "call":
            self._close_call(group, token)
            return
        self._pop()
        inside = self._values.pop()
        if group.kind == "bar":
            self._bar = token.stop
            self._value("abs", (inside.item,), group.start, token.stop)
        else:
            self._leaf(inside.item, group.start, token.stop, inside.plain)

    def _close_call(self, call: Pending, token: Token) -> None:
        call.operands += 1
        self._finish_call(call, token)

    def _finish_call(self, call: Pending, token: Token) -> None:
        op = self._functions[call.what]
        if op.arity is not None and op.arity != call.operands:
            raise self._refuse.operands(token, op, call.token, call.operands)
        if op.name == "where" and call.operands != 3:
            raise self._refuse.where(token, call.token, call.operands)
        self._pop()
        if op.name in CHOOSING and call.exponent is None:
            values = self._values[-call.operands :]
            del self._values[-call.operands :]
            if op.name == "cases":  # which have the value first, and then its condition
                values[:-1:2], values[1::2] = values[1::2], values[: len(values) // 2 * 2 : 2]
            self._choice(values, call.start, token.stop, exact=call.token.whole)
            return
        operands = tuple(self._number(value).item for value in self._values[-call.operands :])
        del self._values[-call.operands :]
        self._applied(call, operands, token.stop)

    def _factorial(self, token: Token) -> None:
        """Take x!, which is Γ(x + 1) and binds tighter than a power."""
        base = self._values.pop()
        if self._next.peek().kind == "!" or self._refuse.text[base.stop - 1] == "!":
            raise self._refuse.at(token, "A double factorial is not read", "Write (x!)! for two.")
        stop = token.stop
        shown = self._refuse.text[base.start : base.stop]
        self._notes.tell("factorial", Span(base.start, stop), f"Γ({shown} + 1)")
        one = self.writer.number(Token("number", "1", token.start, stop, Fraction(1)))
        above = self.writer.apply("add", (self._number(base).item, one), base.start, stop)
        self._value("gamma", (above,), base.start, stop)

    def _superscript(self, token: Token) -> None:
        self._check_root()
        base = self._values.pop()
        if token.text == "T":
            self._value("transpose", (base.item,), base.start, token.stop)
        else:
            operands = (base.item, self.writer.raised(token))
            self._value("power", operands, base.start, token.stop)
