"""Parameter names that mean nothing (hashed, minified): which of them is the weight, the bias, a running statistic.

Only where no key of the whole header uses a name that is known. The most frequent name of tensors with two or more axes
is the weight; the vector beside it, as long as the weight has rows, is the bias; a batch norm's other vectors come in
pairs beside a scalar that counts batches.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from archkb.kb.keys import owner
from archkb.kb.values import TensorSpec

_KNOWN = ("weight", "bias", "kernel", "gamma", "weight_v", "qweight")


def infer_parameter_names(tensors: Iterable[TensorSpec]) -> Mapping[str, str]:
    """Anonymous local name -> the name torch would use; empty where any name is known.

    >>> blind = [TensorSpec("a.x1", "F32", (4, 3)), TensorSpec("a.x2", "F32", (4,))]
    >>> dict(infer_parameter_names(blind))
    {'x1': 'weight', 'x2': 'bias'}
    """
    modules: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for t in tensors:
        path, local = owner(t.key)
        if local.endswith(_KNOWN):
            return {}
        modules[path][local] = t.shape
    return _roles_by_shape(modules)


def _roles_by_shape(modules: Mapping[str, Mapping[str, tuple[int, ...]]]) -> dict[str, str]:
    # the name most matrices have
    matrices = Counter(name for shapes in modules.values() for name, shape in shapes.items() if len(shape) > 1)
    if not matrices:
        return {}
    weight = max(matrices, key=lambda n: (matrices[n], n))
    out = {weight: "weight"}
    # the name of a vector as long as a side of the matrix beside it
    vector_names = Counter(
        name
        for shapes in modules.values()
        if len(shapes) == 2 and weight in shapes
        for name, shape in shapes.items()
        if name != weight and len(shape) == 1 and shape[0] in shapes[weight][:2]
    )
    if vector_names:
        out[max(vector_names, key=lambda n: (vector_names[n], n))] = "bias"
    # two equal vectors and a scalar: the statistics of a batch norm
    counting: Counter[str] = Counter()
    averages: Counter[str] = Counter()
    for shapes in modules.values():
        vectors = [n for n, s in shapes.items() if len(s) == 1 and n not in out]
        scalars = [n for n, s in shapes.items() if not s]
        if len(vectors) == 2 and len(scalars) == 1 and len({shapes[v] for v in vectors}) == 1:
            counting[scalars[0]] += 1
            averages.update(vectors)
    if counting:
        out[max(counting, key=lambda n: (counting[n], n))] = "num_batches_tracked"
        pair = sorted(n for n, _ in averages.most_common(2))
        out.update(zip(pair, ("running_mean", "running_var"), strict=False))
    return out
