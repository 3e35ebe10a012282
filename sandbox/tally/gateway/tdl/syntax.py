"""The tree of a TDL expression, and the parser that builds it.

Loosest to tightest: ``if c then a else b``; OR; AND; NOT; comparison; ``+ -``; ``* /``; sign; terms. The arguments of
``$$Function:a:b`` are terms, a nested function takes as many as it knows; ``$Method:Type:Name`` looks the method up in
another object, told from an argument list by a type's name between two colons.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sandbox.tally.gateway.tdl.lexer import Kind, TdlError, Token, read_tokens


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number or logical written out; a bare word is its own text."""

    value: str | Decimal | bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a dotted path; ``index`` is ``First``, ``Last``, a number, or an expression."""

    name: str
    index: Node | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """``$Name``, ``$..Name``, ``$List[Last].Name``; ``up`` counts the objects to climb first."""

    up: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """``$Name:Ledger:$LedgerName``: a method of another object found by its name."""

    method: Method
    type_name: str
    key: Node


@dataclass(frozen=True, slots=True)
class Call:
    """``$$Name:a:b``."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """``##Name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Formula:
    """``@@Name``, or ``#Name`` for a field of the report."""

    name: str
    is_field: bool


@dataclass(frozen=True, slots=True)
class Unary:
    """``NOT x`` or ``-x``."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Choice:
    """``if condition then yes else no``."""

    condition: Node
    yes: Node
    no: Node


Node = Literal | Method | Lookup | Call | Variable | Formula | Unary | Binary | Choice

Arity = Callable[[str], int]
"""How many arguments a function takes at most; raises ``TdlError`` for an unknown one."""

COMPARISONS = {
    "=": "=", "<>": "<>", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "equals": "=", "is": "=",
    "contains": "contains", "containing": "contains", "in": "in", "like": "contains", "starting": "starts",
    "beginning": "starts", "ending": "ends", "between": "between",
}  # fmt: skip
_RESERVED = frozenset({"if", "then", "else", "and", "or", "not"})
LOGICALS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def parse_expression(source: str, arity: Arity, is_type: Callable[[str], bool]) -> Node:
    """Parse one expression.

    Args:
        source: The text as it stands in the request, XML references resolved.
        arity: Gives how many arguments a function may take.
        is_type: Says whether a word names a type of objects.

    Raises:
        TdlError: It is not an expression, or calls an unknown function.
    """
    parser = _Parser(source, arity, is_type)
    node = parser.choice()
    parser.expect(Kind.END)
    return node


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, source: str, arity: Arity, is_type: Callable[[str], bool]) -> None:
        self._source = source
        self._tokens = read_tokens(source)
        self._at = 0
        self._arity = arity
        self._is_type = is_type

    def choice(self) -> Node:
        if not self._accept_word("if"):
            return self._either()
        condition = self._either()
        self._need_word("then")
        yes = self.choice()
        no: Node = self.choice() if self._accept_word("else") else Literal("")
        return Choice(condition, yes, no)

    def expect(self, kind: Kind, text: str = "") -> Token:
        token = self._tokens[self._at]
        if token.kind is not kind or (text and token.text != text):
            raise TdlError(f"expected {text or kind} before {self._source[token.at :][:20]!r} in {self._source!r}")
        self._at += 1
        return token

    def _peek(self, ahead: int = 0) -> Token:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def _accept_word(self, word: str) -> bool:
        token = self._peek()
        if token.kind is Kind.WORD and token.text.casefold() == word:
            self._at += 1
            return True
        return False

    def _need_word(self, word: str) -> None:
        if not self._accept_word(word):
            raise TdlError(f"expected {word} in {self._source!r}")

    def _accept(self, *operators: str) -> str | None:
        token = self._peek()
        if token.kind is Kind.OPERATOR and token.text in operators:
            self._at += 1
            return token.text
        return None

    def _either(self) -> Node:
        node = self._both()
        while self._accept_word("or"):
            node = Binary("or", node, self._both())
        return node

    def _both(self) -> Node:
        node = self._negation()
        while self._accept_word("and"):
            node = Binary("and", node, self._negation())
        return node

    def _negation(self) -> Node:
        if self._accept_word("not"):
            return Unary("not", self._negation())
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        negated = False
        while (operator := self._comparison_operator()) is not None:
            if operator == "not":
                negated = True
                continue
            left = self._between(left) if operator == "between" else Binary(operator, left, self._sum())
            if negated:
                left, negated = Unary("not", left), False
        return left

    def _comparison_operator(self) -> str | None:
        token = self._peek()
        if token.kind not in {Kind.OPERATOR, Kind.WORD}:
            return None
        word = token.text.casefold()
        following = self._peek(1).text.casefold()
        if token.kind is Kind.WORD and word == "not" and following in COMPARISONS:
            self._at += 1
            return "not"
        operator = COMPARISONS.get(word)
        if operator is None:
            return None
        self._at += 1
        if operator in {"starts", "ends"}:
            self._need_word("with")
        if word == "is":
            self._accept_word("equal") and self._accept_word("to")
        return operator

    def _between(self, left: Node) -> Node:
        low = self._sum()
        self._need_word("and")
        return Binary("and", Binary(">=", left, low), Binary("<=", left, self._sum()))

    def _sum(self) -> Node:
        node = self._product()
        while (operator := self._accept("+", "-")) is not None:
            node = Binary(operator, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._sign()
        while (operator := self._accept("*", "/")) is not None:
            node = Binary(operator, node, self._sign())
        return node

    def _sign(self) -> Node:
        match self._accept("-", "+"):
            case "-":
                return Unary("-", self._sign())
            case "+":
                return self._sign()
            case _:
                return self._term()

    def _term(self) -> Node:  # noqa: PLR0911 - one line per kind of token
        token = self._peek()
        self._at += 1
        match token.kind:
            case Kind.TEXT:
                return Literal(token.text)
            case Kind.NUMBER:
                return Literal(Decimal(token.text))
            case Kind.VARIABLE:
                return Variable(token.text)
            case Kind.FORMULA | Kind.FIELD:
                return Formula(token.text, token.kind is Kind.FIELD)
            case Kind.FUNCTION:
                return self._call(token.text)
            case Kind.METHOD:
                return self._method_or_lookup(token.text)
            case Kind.WORD if token.text.casefold() not in _RESERVED:
                return Literal(LOGICALS.get(token.text.casefold(), token.text))
            case Kind.OPERATOR if token.text == "(":
                return self._parenthesised()
            case Kind.OPERATOR if token.text == "..":
                return self._method_or_lookup(f"..{self.expect(Kind.WORD).text}")
            case _:
                raise TdlError(f"no value before {self._source[token.at :][:20]!r} in {self._source!r}")

    def _parenthesised(self) -> Node:
        node = self.choice()
        self.expect(Kind.OPERATOR, ")")
        return node

    def _call(self, name: str) -> Node:
        most = self._arity(name)
        arguments: list[Node] = []
        while len(arguments) < most and self._accept(":"):
            arguments.append(self._argument())
        return Call(name, tuple(arguments))

    def _argument(self) -> Node:
        if self._peek().kind is Kind.OPERATOR and self._peek().text in {":", ")"}:
            return Literal("")
        return self._sign()

    def _method_or_lookup(self, text: str) -> Node:
        if text == "":
            return self._object_lookup()
        method = self._path(text)
        if self._peek().text != ":" or self._peek(1).kind is not Kind.WORD or self._peek(2).text != ":":
            return method
        if not self._is_type(self._peek(1).text):
            return method
        self._at += 1
        type_name = self.expect(Kind.WORD).text
        self.expect(Kind.OPERATOR, ":")
        return Lookup(method, type_name, self._sign())

    def _object_lookup(self) -> Node:
        """``$(Ledger, $LedgerName).Parent``."""
        self.expect(Kind.OPERATOR, "(")
        type_name = self.expect(Kind.WORD).text
        self.expect(Kind.OPERATOR, ",")
        key = self.choice()
        self.expect(Kind.OPERATOR, ")")
        self.expect(Kind.OPERATOR, ".")
        return Lookup(self._path(self.expect(Kind.WORD).text), type_name, key)

    def _path(self, text: str) -> Method:
        up = 0
        while text.startswith(".."):
            up, text = up + 1, text[2:]
        steps = [self._step(text.removeprefix("."))]
        while self._peek().text == "." and self._peek(1).kind is Kind.WORD:
            self._at += 1
            steps.append(self._step(self.expect(Kind.WORD).text))
        return Method(up, tuple(steps))

    def _step(self, name: str) -> Step:
        if not self._accept("["):
            return Step(name)
        index = self.choice()
        if self._accept(","):
            index = self.choice()
        self.expect(Kind.OPERATOR, "]")
        return Step(name, index)
