"""Makes mutants of a module's text: one small change each, at one place that runs."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SWAPPED: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or,
    ast.Or: ast.And, ast.Pow: ast.Mult,
}  # fmt: skip
_NAMES = {"any": "all", "min": "max", "minimum": "maximum", "floor": "ceil", "argmin": "argmax"}
_NAMES |= {there: here for here, there in _NAMES.items()}
_LEFT_OUT = (ast.Raise, ast.JoinedStr, ast.arg, ast.AnnAssign)


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the node with one small change each."""
    yield from _of_operators(node)
    yield from _of_values(node)
    if isinstance(node, ast.Call):
        yield from _of_calls(node)
    if isinstance(node, ast.If | ast.While | ast.IfExp) and isinstance(node.test, ast.Name):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _of_operators(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            yield _with(node, ops=[*node.ops[:i], _SWAPPED[type(op)](), *node.ops[i + 1 :]])
    elif isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        if type(node.op) in _SWAPPED:
            yield _with(node, op=_SWAPPED[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
        yield node.operand


def _of_values(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, int | float):
            yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Return):
        if node.value and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Slice) and node.lower is None:
        yield _with(node, lower=ast.Constant(1))


def _of_calls(node: ast.Call) -> Iterator[ast.AST]:
    if isinstance(node.func, ast.Name) and node.func.id in _NAMES:
        yield _with(node, func=ast.Name(_NAMES[node.func.id]))
    if isinstance(node.func, ast.Attribute) and node.func.attr in _NAMES:
        yield _with(node, func=_with(node.func, attr=_NAMES[node.func.attr]))
    for i, keyword in enumerate(node.keywords):
        if keyword.arg and keyword.arg != "strict":  # a guard: it raises or does nothing
            yield _with(node, keywords=node.keywords[:i] + node.keywords[i + 1 :])


def _with(node: Any, **changed: Any) -> Any:
    made = copy.copy(node)
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def mutants(text: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield what is changed, and the changed text of the module."""
    lines = text.encode().splitlines(keepends=True)
    starts = [sum(map(len, lines[:i])) for i in range(len(lines))]
    whole = text.encode()
    seen: Counter[tuple[str, str, str]] = Counter()
    for name, node in _nodes(ast.parse(text), ""):
        for changed in variants(node):
            first = starts[node.lineno - 1] + node.col_offset
            last = starts[node.end_lineno - 1] + node.end_col_offset
            old, new = ast.unparse(node), ast.unparse(changed)
            if isinstance(node, ast.If | ast.While):  # the rest of it stays
                test = node.test
                first = starts[test.lineno - 1] + test.col_offset
                last = starts[(test.end_lineno or 0) - 1] + (test.end_col_offset or 0)
                old, new = ast.unparse(test), ast.unparse(_with(changed).test)
            bare = isinstance(node, ast.stmt | ast.Slice)
            put = new if bare else f"({new})"
            seen[name, old, new] += 1
            about = {"where": name, "line": node.lineno, "old": old, "new": new}
            about["nth"] = seen[name, old, new]  # among those that read alike
            yield about, (whole[:first] + put.encode() + whole[last:]).decode()


def _nodes(node: ast.AST, name: str) -> Iterator[tuple[str, Any]]:
    """Walk what runs: no annotations, decorators, texts of errors, logs or names for people."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.AnnAssign) and child.value:
            child = ast.Expr(child.value)
        within = name
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            within = f"{name}.{child.name}".lstrip(".")
            child.decorator_list = []
            if isinstance(child, ast.FunctionDef):
                child.returns = None
        if _is_left_out(child):
            continue
        if hasattr(child, "lineno") and within == name:
            yield within, child
        yield from _nodes(child, within)


def _is_left_out(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    if isinstance(node, ast.Expr):
        return ast.unparse(node).startswith(("_log", "'", '"'))
    if isinstance(node, ast.keyword):
        return node.arg == "strict"
    return isinstance(node, _LEFT_OUT) or getattr(node, "name", "") == "__repr__"
