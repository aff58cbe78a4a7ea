#!/usr/bin/env python3
"""co_await stands alone: as a statement, a whole initializer, a whole right side, or after co_return.

GCC 12 destroys aggregates, owning closures and ternaries twice inside larger co_await expressions (docs/design: GCC 12 and
temporaries). A lazy coroutine outlives the caller's temporaries, so it takes no const& and no string_view. doctest's CAPTURE and INFO
belong to a thread; a coroutine may leave their scope on another one, and would take away somebody else's.
"""

import sys

from cpp_scan import closing, lint, tokens

ASSIGN = {"=", "+=", "-=", "*=", "/=", "|=", "&=", "^=", "%="}
BINARY = ASSIGN | set("+-*/%^|?:!,<>&") | {"==", "!=", "<=", ">=", "&&", "||", "<<", "<=>"}
HEADS = {"if", "for", "while", "switch", "constexpr"}
AWAITING = {"co_await", "co_return", "co_yield"}
OF_A_THREAD = {"CAPTURE", "INFO", "DOCTEST_CAPTURE", "DOCTEST_INFO"}


def opening(toks, end):
    """Index of the parenthesis that toks[end] closes, or -1."""
    depth = 0
    for i in range(end, -1, -1):
        depth += {")": 1, "(": -1}.get(toks[i][0], 0)
        if depth == 0:
            return i
    return -1


def stands_alone(toks, i):
    before = toks[i - 1][0] if i else ";"
    if before == ")":
        head = opening(toks, i - 1)
        return head > 0 and toks[head - 1][0] in HEADS
    if before == ":":  # a label's, not a conditional's
        start = max(k for k in range(i) if k == 0 or toks[k][0] in (";", "{", "}"))
        return "?" not in [t for t, _ in toks[start:i]]
    return before in ASSIGN | {";", "{", "}", "co_return", "else", "do"}


def angle_end(toks, i):
    """Index of the > that closes the template argument list opened at i, or i when it is a comparison."""
    depth = 0
    for j in range(i, len(toks)):
        t = toks[j][0]
        if t in (";", "{", "&&", "||"):
            return i
        depth += {"<": 1, ">": -1}.get(t, 0)
        if depth == 0:
            return j
    return i


def lambda_at(toks, i):
    """Whether the [ at i opens a capture list rather than a subscript or an attribute."""
    before, after = toks[i - 1][0], toks[min(i + 1, len(toks) - 1)][0]
    subscript = before in (")", "]") or (before.isidentifier() and before not in ("return", "co_return", "co_await", "co_yield"))
    return not subscript and "[" not in (before, after)


def owning(capture):
    """Whether a capture list holds anything by value (what a reference or this points at is somebody else's)."""
    items, depth = [[]], 0
    for t in capture:
        depth += (t in "([{") - (t in ")]}")
        if t == "," and depth == 0:
            items.append([])
        else:
            items[-1].append(t)
    return any(item and item[0] != "&" and item != ["this"] and "= &" not in " ".join(item[1:3]) for item in items)


def body_of_lambda(toks, i):
    """Index of the { that opens the body of the lambda whose capture list closes at i."""
    while i < len(toks) and toks[i][0] not in ("{", ";"):
        i = closing(toks, i) + 1 if toks[i][0] == "(" else i + 1
    return i


def awaited_problems(toks, i):
    """Problems of the expression behind the co_await at i, lambda bodies left out."""
    depth, j = 0, i + 1
    while j < len(toks):
        t, line = toks[j]
        if t == "[" and lambda_at(toks, j):
            end = closing(toks, j)
            if owning([x for x, _ in toks[j + 1:end]]):
                yield line, "closure with captures by value inside a co_await expression: name it first"
            j = closing(toks, body_of_lambda(toks, end + 1)) + 1
            continue
        if t == "?":
            yield line, "conditional inside a co_await expression: use if and else"
        if t == "<" and angle_end(toks, j) > j:
            j = angle_end(toks, j) + 1
            continue
        depth += (t in "([{") - (t in ")]}")
        if depth < 0 or (depth == 0 and (t in BINARY and j > i + 1)):
            yield line, f"co_await is part of a larger expression (next is {t}): name its result first"
            return
        if depth == 0 and t == ";":
            return
        j += 1


def parameter_problems(toks, start):
    """Problems of the parameter list whose ( is at start."""
    depth = 0
    seen_const = False
    for t, line in toks[start + 1:closing(toks, start)]:
        depth += (t in ("(", "<", "{", "[")) - (t in (")", ">", "}", "]"))
        if depth > 0:
            continue
        seen_const = t != "," and (seen_const or t == "const")
        if t == "string_view":
            yield line, "a coroutine takes no string_view: it dangles in a lazy awaitable, take std::string"
        elif t == "&" and seen_const:
            yield line, "a coroutine takes no const&: it dangles in a lazy awaitable, take it by value"


def parameters_of(toks, i):
    """Index of the ( of the parameters of the function whose return type's `awaitable` is at i, or None."""
    end = angle_end(toks, i + 1)
    j = end + 1
    while j < len(toks) and (toks[j][0].isidentifier() or toks[j][0] == "::"):
        j += 1
    if end > i + 1 and j > end + 1 and j < len(toks) and toks[j][0] == "(":
        return j
    k = i
    while k > 0 and (toks[k][0].isidentifier() or toks[k][0] == "::"):
        k -= 1
    arrow = toks[k][0] == "->"
    while toks[k - 1][0] in ("mutable", "noexcept"):
        k -= 1
    return opening(toks, k - 1) if arrow and toks[k - 1][0] == ")" else None


def opens_function(toks, i):
    """Whether the { at i opens the body of a function or lambda rather than a scope, a class or an initializer."""
    k = i - 1
    while k > 0 and (toks[k][0].isidentifier() or toks[k][0] in ("::", "->", "<", ">", "*", "&")):
        k -= 1  # const, noexcept, -> awaitable<void>
    if k < 0 or toks[k][0] not in (")", "]"):
        return False
    head = opening(toks, k) if toks[k][0] == ")" else k
    return toks[head - 1][0] not in HEADS | {"catch"}


def context_problems(toks):
    """CAPTURE and INFO whose innermost function is a coroutine."""
    bodies = [[False, False, []]]  # whether a function, whether a coroutine, the lines of its CAPTUREs
    for i, (t, line) in enumerate(toks):
        if t == "{":
            bodies.append([opens_function(toks, i), False, []])
        elif t == "}" and len(bodies) > 1:
            function, coroutine, lines = bodies.pop()
            if not function:
                bodies[-1][1] |= coroutine
                bodies[-1][2] += lines
            elif coroutine:
                yield from ((n, "CAPTURE and INFO belong to a thread, a coroutine does not: use CHECK_MESSAGE") for n in lines)
        elif t in AWAITING:
            bodies[-1][1] = True
        elif t in OF_A_THREAD:
            bodies[-1][2].append(line)


def check(path, text):
    toks = tokens(text)
    yield from context_problems(toks)
    for i, (t, line) in enumerate(toks):
        if t == "co_await":
            if stands_alone(toks, i):
                yield from awaited_problems(toks, i)
            else:
                yield line, f"co_await out of place (behind {toks[i - 1][0]}): give its result a name of its own"
        elif t == "awaitable" and i + 1 < len(toks) and toks[i + 1][0] == "<":
            start = parameters_of(toks, i)
            if start is not None:
                yield from parameter_problems(toks, start)


if __name__ == "__main__":
    sys.exit(lint(check, "include/*.hpp", "lib/*.?pp", "cli/*.?pp", "examples/*.?pp", "tests/*.?pp", "benches/*.?pp"))
