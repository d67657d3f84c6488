"""Dotted paths of a state dict: order, what is above, what is inside, and the pattern that like paths share.

>>> sorted(["a.10", "a.9", "a.b"], key=natural)
['a.9', 'a.10', 'a.b']
>>> list(above("a.0.weight"))
['a', 'a.0']
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence


def natural_name(name: str) -> tuple[bool, int, str]:
    """Sort key of one name: numbers by value before words by spelling."""
    return (False, int(name), "") if name.isdigit() else (True, 0, name)


def in_natural_order(names: Collection[str]) -> list[str]:
    """Names in the order of :func:`natural_name`, at the speed of a plain sort where all or none are numbers.

    >>> in_natural_order(["10", "9"]), in_natural_order(["b", "a"]), in_natural_order(["a", "1"])
    (['9', '10'], ['a', 'b'], ['1', 'a'])
    """
    numbers = sum(map(str.isdigit, names))
    if not numbers:
        return sorted(names)
    return sorted(names, key=int if numbers == len(names) else natural_name)


def natural(path: str) -> list[tuple[bool, int, str]]:
    """Sort key of a path, name by name."""
    return [natural_name(name) for name in path.split(".")]


def above(path: str) -> Iterator[str]:
    """The modules a path lies in, the outermost first; itself left out."""
    at = path.find(".")
    while at > 0:
        yield path[:at]
        at = path.find(".", at + 1)


def first_number(names: Sequence[str]) -> int | None:
    """Where the first name that is a number stands; None where there is none.

    >>> first_number(["blocks", "3", "norm"]), first_number(["head"])
    (1, None)
    """
    return next((i for i, name in enumerate(names) if name.isdigit()), None)


def parent(path: str) -> str:
    """The module a path lies in; empty for what lies in the root.

    >>> parent("blocks.0.attn"), parent("head")
    ('blocks.0', '')
    """
    return path.rpartition(".")[0]


def child_path(module: str, name: str) -> str:
    """The path of what has a name, which may be empty, in a module; the path of the root is empty.

    >>> child_path("blocks.0", "attn"), child_path("", "attn"), child_path("a", "")
    ('blocks.0.attn', 'attn', 'a.')
    """
    return f"{module}.{name}" if module else name


def part_path(block: str, part: str) -> str:
    """The path of a part of a block; the empty part is the block itself.

    >>> part_path("blocks.0", "attn"), part_path("", "attn"), part_path("blocks.0", "")
    ('blocks.0.attn', 'attn', 'blocks.0')
    """
    return child_path(block, part) if part else block


def within(path: str, root: str) -> bool:
    """Whether a path is `root` or lies below it; everything lies below the empty path.

    >>> within("a.b", "a"), within("ab", "a"), within("a", "a"), within("a", "")
    (True, False, True, True)
    """
    return not root or path == root or path.startswith(f"{root}.")


def pattern(path: str) -> str:
    """The path with every number as {i}: equal for the like modules of a stack.

    >>> pattern("blocks.12.attn.to_out.0")
    'blocks.{i}.attn.to_out.{i}'
    """
    return ".".join("{i}" if name.isdigit() else name for name in path.split("."))


def in_block(path: str, stack: str) -> tuple[int, str] | None:
    """(number of the block, what follows it) of a path in a stack; None where it is in no block of it.

    >>> in_block("layers.12.attn.q", "layers"), in_block("layers.norm", "layers")
    ((12, 'attn.q'), None)
    """
    if not path.startswith(f"{stack}."):
        return None
    index, _, rest = path[len(stack) + 1 :].partition(".")
    return (int(index), rest) if index.isdigit() else None


def outermost(paths: Iterable[str]) -> list[str]:
    """Those of the paths that lie in no other of them, sorted.

    >>> outermost(["a.b", "a", "c.d"])
    ['a', 'c.d']
    """
    found = set(paths)
    return sorted(path for path in found if not any(up in found for up in above(path)))
