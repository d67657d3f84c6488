"""What is inferred must not depend on how a checkpoint was wrapped, shuffled, doubled or quantised.

Every case is made from corpus files: the tensors are changed, the prediction's paths are changed back, and the score is
held against that of the plain file.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archkb.ingest.pipeline import analyse
from archkb.ingest.scorer_format import predictions
from archkb.kb.values import Header, TensorSpec
from archkb.queries.bench.corpus import Record, records, specs
from archkb.queries.bench.counts import mean
from archkb.queries.bench.run import MAIN, score_record

Specs = tuple[TensorSpec, ...]
SAMPLE = 7
"""Every seventh model is taken: all libraries, a fair share of the time."""


def _prefixed(prefix: str) -> Callable[[Specs], Specs]:
    return lambda tensors: tuple(t._replace(key=prefix + t.key) for t in tensors)


def _shuffled(tensors: Specs) -> Specs:
    out = list(tensors)
    random.Random(len(out)).shuffle(out)
    return tuple(out)


def _doubled(tensors: Specs) -> Specs:
    """The model beside the running average of its weights."""
    return (*_prefixed("model.")(tensors), *_prefixed("model_ema.")(tensors))


def _fp8(tensors: Specs) -> Specs:
    """Matrices in 8 bits with one scale for the weight and one for the input."""
    out = []
    for t in tensors:
        if t.key.endswith(".weight") and len(t.shape) == 2:
            out.append(t._replace(dtype="F8_E4M3"))
            out.extend(TensorSpec(t.key.removesuffix("weight") + n, "F32", ()) for n in ("weight_scale", "input_scale"))
        else:
            out.append(t)
    return tuple(out)


CASES: dict[str, tuple[Callable[[Specs], Specs], str]] = {
    "distributed data parallel": (_prefixed("module."), "module."),
    "torch.compile": (_prefixed("_orig_mod."), "_orig_mod."),
    "a bundle's prefix": (_prefixed("model.diffusion_model."), "model.diffusion_model."),
    "PEFT": (_prefixed("base_model.model."), "base_model.model."),
    "keys shuffled": (_shuffled, ""),
    "EMA twin": (_doubled, "model."),
    "fp8 scales": (_fp8, ""),
}


def _predict(tensors: Specs, prefix: str) -> dict[str, Any]:
    """The prediction for what lies under the prefix, with the prefix taken away."""
    found = predictions(analyse(Header(tensors)))
    cut = len(prefix)

    def inside(path: str) -> bool:
        return path.startswith(prefix)

    found["modules"] = {p[cut:]: v for p, v in found["modules"].items() if inside(p) or p == prefix[:-1]}
    for task in ("stacks", "attention", "mlp"):
        found[task] = [{**i, "path": i["path"][cut:]} for i in found[task] if inside(i["path"])]
    found["residual"] = [
        {**r, "around": [a[cut:] for a in r["around"]]} for r in found["residual"] if all(map(inside, r["around"]))
    ]
    return found


@pytest.fixture(scope="module")
def sample(shared: Path) -> list[tuple[Record, Specs]]:
    return [(r, specs(r)) for i, r in enumerate(records(shared / "corpus" / "models")) if i % SAMPLE == 0]


def _macro(
    sample: list[tuple[Record, Specs]], change: Callable[[Specs], Specs], prefix: str
) -> dict[str, float | None]:
    scored = [score_record(r, _predict(change(tensors), prefix)) for r, tensors in sample]
    return {task: mean(s.tasks[task].f1 for s in scored if task in s.tasks) for task in MAIN}


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_figures_stay_under_wrappers(sample: list[tuple[Record, Specs]], case: str) -> None:
    plain = _macro(sample, lambda tensors: tensors, "")
    wrapped = _macro(sample, *CASES[case])
    for task in MAIN:
        before, after = plain[task], wrapped[task]
        assert before is not None
        assert after is not None
        assert after >= before - 0.005, f"{case}: {task} falls from {before:.4f} to {after:.4f}"
