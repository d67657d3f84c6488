"""One class of change a test, on small nets made by hand."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from archkb.queries.diff.align import RULES, align
from archkb.queries.diff.align.model.weight_tree import Module, modules_of
from archkb.queries.diff.align.modules.links import LENIENT, link_modules
from archkb.queries.tensor_types import Spec
from tests.queries.diff.diff_nets import META, Net, linear, net, pairs, spelt, transformer


def test_a_renamed_net_is_found_whole_and_role_by_role() -> None:
    shapes = transformer()
    found = align(net(shapes), net(spelt(shapes, *META)))
    assert not found.removed
    assert not found.added
    assert pairs(found) == {(k,): tuple(spelt({k: ()}, *META)) for k in shapes}
    assert {p.kind for p in found.pairs} == {"rename"}


def test_every_pair_says_how_it_was_found() -> None:
    shapes = transformer()
    for p in align(net(shapes), net(spelt(shapes, *META))).pairs:
        assert p.rule in RULES
        assert p.evidence
        assert 0 < p.confidence <= 1


def _fused(shapes: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    out = {k: v for k, v in shapes.items() if not any(f".{x}_proj." in k for x in "qkv")}
    for i in range(4):
        parts = [shapes[f"model.layers.{i}.self_attn.{x}_proj.weight"] for x in "qkv"]
        out |= linear(f"model.layers.{i}.self_attn.qkv_proj", sum(rows for rows, _ in parts), parts[0][1])
    return out


def test_three_projections_become_one() -> None:
    shapes = transformer()
    found = align(net(shapes), net(_fused(shapes)))
    fused = [p for p in found.pairs if p.kind == "fuse"]
    assert len(fused) == 8
    assert not found.removed
    assert not found.added
    whole = "model.layers.2.self_attn.qkv_proj.weight"
    (one,) = [p for p in fused if p.b == (whole,)]
    assert set(one.a) == {f"model.layers.2.self_attn.{x}_proj.weight" for x in "qkv"}


@pytest.mark.parametrize("renamed", [False, True])
def test_three_projections_become_one_in_a_wider_model(renamed: bool) -> None:
    a, b = transformer(), _fused(transformer(width=96, hidden=384))
    if renamed:
        b = spelt(b, ("model.layers", "blocks"), ("self_attn", "attention"), ("mlp", "ffn"), ("layernorm", "norm"))
    found = align(net(a), net(b))
    fused = {p.a: p for p in found.pairs if p.kind == "fuse"}
    for i in range(4):
        for role in ("weight", "bias"):
            pair = fused.pop(tuple(f"model.layers.{i}.self_attn.{x}_proj.{role}" for x in "qkv"))
            assert pair.b[0].endswith(f".{i}.{'attention' if renamed else 'self_attn'}.qkv_proj.{role}")
            assert "at another width" in pair.evidence
    assert not fused
    assert not found.removed
    assert not found.added


def _grouped(width: int, *, fused: bool) -> dict[str, tuple[int, ...]]:
    """A net whose keys and values have one head of 16 at any width."""
    out = transformer(width=width)
    for i in range(4):
        for x in "kv":
            out |= linear(f"model.layers.{i}.self_attn.{x}_proj", 16, width)
    return _fused(out) if fused else out


def test_keys_and_values_may_keep_their_size_where_queries_grow() -> None:
    found = align(net(_grouped(64, fused=False)), net(_grouped(96, fused=True)))
    assert sum(p.kind == "fuse" and len(p.a) == 3 for p in found.pairs) == 8
    assert not found.removed


def test_a_query_alone_does_not_become_what_holds_query_key_and_value() -> None:
    def attention(path: str, shapes: dict[str, tuple[int, ...]]) -> list[Module]:
        block = net({k: shape for k, shape in shapes.items() if k.startswith(path)})
        return modules_of(block, block)

    apart = {k: shape for k, shape in _grouped(64, fused=False).items() if "k_proj" not in k}
    ours = attention("model.layers.0.self_attn", apart)
    theirs = attention("blocks.0.attn", spelt(_grouped(96, fused=True), ("model.layers", "blocks"), ("self_", "")))
    links = link_modules(ours, theirs, (4, 3), LENIENT)
    assert [(link.a[0].path[-1], link.b[0].path[-1]) for link in links] == [("o_proj", "o_proj")]


def test_a_split_under_other_names() -> None:
    shapes = transformer()
    found = align(net(_fused(shapes)), net(spelt(shapes, *META)))
    assert sum(p.kind == "split" for p in found.pairs) == 8
    assert not found.removed
    assert not found.added


def test_a_list_of_experts_becomes_one_tensor_with_an_axis_more() -> None:
    def moe(experts: dict[str, tuple[int, ...]], i: int) -> dict[str, tuple[int, ...]]:
        return {f"layers.{i}.{k}": v for k, v in ({"norm.weight": (64,), "router.weight": (8, 64)} | experts).items()}

    listed = {f"mlp.experts.{e}.{n}.weight": (32, 64) for e in range(8) for n in ("gate_proj", "up_proj")}
    listed |= {f"mlp.experts.{e}.down_proj.weight": (64, 32) for e in range(8)}
    stacked = {"mlp.experts.gate_up_proj": (8, 64, 64), "mlp.experts.down_proj": (8, 64, 32)}
    a = {k: v for i in range(2) for k, v in moe(listed, i).items()}
    b = {k: v for i in range(2) for k, v in moe(stacked, i).items()}
    found = align(net(a), net(b))
    assert not found.removed
    assert not found.added
    assert sorted((len(p.a), p.kind) for p in found.pairs if p.kind == "fuse") == [(8, "fuse")] * 2 + [(16, "fuse")] * 2


def test_transposed_weights() -> None:
    shapes = transformer()
    turned = {k: v[::-1] if ".ffn." in k else v for k, v in spelt(shapes, *META).items()}
    found = align(net(shapes), net(turned))
    assert sum(p.kind == "transpose" for p in found.pairs) == 8
    assert not found.reshaped


def test_widened_layers_keep_their_role() -> None:
    found = align(net(transformer(hidden=256)), net(spelt(transformer(hidden=320), *META)))
    assert not found.removed
    assert not found.added
    assert {p.a[0].split(".")[4] for p in found.reshaped} == {"up_proj", "down_proj"}


@pytest.mark.parametrize("renamed", [False, True])
def test_more_blocks_are_added_blocks(renamed: bool) -> None:
    more = transformer(6)
    found = align(net(transformer(4)), net(spelt(more, *META) if renamed else more))
    assert not found.removed
    assert len(found.added) == 2 * 14
    assert {k.split(".")[1 if renamed else 2] for k in found.added} == {"4", "5"}


def test_fewer_blocks_are_removed_blocks() -> None:
    found = align(net(transformer(5)), net(spelt(transformer(4), *META)))
    assert len(found.removed) == 14
    assert not found.added


def _gates(shapes: dict[str, tuple[int, ...]], path: str) -> dict[str, tuple[int, ...]]:
    out = dict(shapes)
    for i in range(4):
        out |= linear(path.format(i), 4, 64)
    return out


@pytest.mark.parametrize("renamed", [False, True])
def test_added_gates_and_nothing_else(renamed: bool) -> None:
    shapes = transformer()
    b = spelt(shapes, *META) if renamed else shapes
    path = "blocks.{}.attention.to_gate_logits" if renamed else "model.layers.{}.self_attn.to_gate_logits"
    found = align(net(shapes), net(_gates(b, path)))
    assert not found.removed
    assert len(found.added) == 8
    assert all("gate_logits" in k for k in found.added)


def test_quantised_weights_and_their_scales() -> None:
    a = net(transformer())
    b = dict(a)
    for key, spec in a.items():
        if ".mlp." in key and key.endswith(".weight"):
            b[key] = Spec("F8_E4M3", spec.shape)
            b[key + "_scale"] = Spec("F32", ())
    found = align(a, b)
    assert len(found.retyped) == 8
    assert len(found.added) == 8
    assert not found.removed


def test_side_cars_follow_their_weights() -> None:
    a = {"x.proj.weight": Spec("F8_E4M3", (8, 4)), "x.proj.weight_scale": Spec("F32", ())}
    b = {"y.proj.weight": Spec("F8_E4M3", (8, 4)), "y.proj.weight_scale": Spec("F32", ())}
    assert pairs(align(a, b)) == {(k,): (k.replace("x.", "y."),) for k in a}


def test_an_averaged_copy_is_added() -> None:
    shapes = transformer()
    b = spelt(shapes, *META)
    found = align(net(shapes), net(b | {f"model_ema.{k}": v for k, v in b.items()}))
    assert {k.startswith("model_ema.") for k in found.added} == {True}
    assert len(found.added) == len(shapes)


def test_dropped_biases() -> None:
    shapes = transformer()
    b = {k: v for k, v in spelt(shapes, *META).items() if not k.endswith("fc2.bias")}
    found = align(net(shapes), net(b))
    assert set(found.removed) == {f"model.layers.{i}.mlp.down_proj.bias" for i in range(4)}
    assert not found.added


def test_a_moved_prefix() -> None:
    shapes = transformer()
    found = align(net(shapes), net({f"module.net.{k}": v for k, v in shapes.items()}))
    assert pairs(found) == {(k,): (f"module.net.{k}",) for k in shapes}
    assert {p.rule for p in found.pairs} == {"prefix"}


def test_opaque_names_leave_only_equal_siblings_open() -> None:
    shapes = transformer()
    words: dict[tuple[str, ...], str] = {}

    def opaque(key: str) -> str:
        parts = key.split(".")
        return ".".join(
            p if p.isdigit() else words.setdefault(tuple(parts[: i + 1]), f"x{hash_of(parts[: i + 1])}")
            for i, p in enumerate(parts)
        )

    def hash_of(parts: list[str]) -> int:
        return sum(ord(c) * 31**i for i, c in enumerate("/".join("#" if p.isdigit() else p for p in parts))) % 999983

    b = {opaque(k): v for k, v in shapes.items()}
    found = align(net(shapes), net(b))
    assert not found.removed
    assert not found.added
    assert all(p.a[0].split(".")[2:3] == p.b[0].split(".")[2:3] for p in found.pairs if ".layers." in p.a[0])
    assert any(p.ambiguous for p in found.pairs)
    assert not any(p.ambiguous for p in found.pairs if ".mlp." in p.a[0])


def test_flat_opaque_names_pair_by_shape() -> None:
    a = net(transformer(2))
    b = {f"t{i:03d}": spec for i, spec in enumerate(a.values())}
    found = align(a, b)
    assert not found.removed
    assert not found.added
    assert not found.reshaped


def test_regrouped_blocks_are_found_again() -> None:
    def block(path: str, width: int) -> dict[str, tuple[int, ...]]:
        return {
            f"{path}.conv1.weight": (width, width, 3, 3),
            f"{path}.norm1.weight": (width,),
            f"{path}.conv2.weight": (width, 8),
        }

    a = {k: v for i in range(6) for k, v in block(f"input_blocks.{i}.0", 16 * (1 + i // 2)).items()}
    b = {k: v for i in range(6) for k, v in block(f"down_blocks.{i // 2}.resnets.{i % 2}", 16 * (1 + i // 2)).items()}
    expected = {
        (k,): (k.replace(f"input_blocks.{i}.0", f"down_blocks.{i // 2}.resnets.{i % 2}"),)
        for i in range(6)
        for k in block(f"input_blocks.{i}.0", 1)
    }
    assert pairs(align(net(a), net(b))) == expected


def test_numbers_that_run_backwards() -> None:
    def block(path: str, width: int) -> dict[str, tuple[int, ...]]:
        return {
            f"{path}.conv1.weight": (width, width, 3, 3),
            f"{path}.norm1.weight": (width,),
            f"{path}.conv2.weight": (width, 8),
        }

    widths = (16, 32, 64, 64)
    a = {k: v for i, w in enumerate(widths) for k, v in block(f"dec.up.{i}", w).items()}
    b = {k: v for i, w in enumerate(widths) for k, v in block(f"decoder.up_blocks.{3 - i}", w).items()}
    found = pairs(align(net(a), net(b)))
    assert found["dec.up.3.conv1.weight",] == ("decoder.up_blocks.0.conv1.weight",)
    assert found["dec.up.2.conv1.weight",] == ("decoder.up_blocks.1.conv1.weight",)


def test_two_designs_share_nothing() -> None:
    other = {f"stages.{i}.conv.weight": (48 * (i + 1), 24, 7, 7) for i in range(8)}
    other |= {f"stages.{i}.norm.weight": (48 * (i + 1),) for i in range(8)}
    assert not align(net(transformer()), net(other)).pairs


def test_empty_models() -> None:
    assert align({}, {}).empty
    found = align({}, net(transformer(2)))
    assert len(found.added) == len(transformer(2))
    assert not found.pairs


def test_many_equal_siblings_go_by_their_numbers() -> None:
    def flat(stem: str, numbers: Iterable[int]) -> Net:
        return net({f"{stem}_m{i}.{half}.weight": (8, 4) for i in numbers for half in ("one", "two")})

    found = align(flat("lora_unet", range(450)), flat("adapter", reversed(range(450))))

    assert pairs(found) == {
        (f"lora_unet_m{i}.{half}.weight",): (f"adapter_m{i}.{half}.weight",)
        for i in range(450)
        for half in ("one", "two")
    }


def test_what_an_encoder_gained_is_not_taken_from_the_decoder() -> None:
    def coder(words: tuple[str, str, str], down: int, up: int) -> Net:
        stack, first, second = words
        paths = [f"encoder.{stack}.{i}" for i in range(down)] + [f"decoder.{stack}.{i}" for i in range(up)]
        out = {f"{p}.{name}.weight": (64, 64, 3, 3) for p in paths for name in (first, second)}
        ends = {"encoder.inlet.weight": (64, 3, 3, 3), "decoder.outlet.weight": (3, 64, 3, 3)}
        return net(out | {f"{p}.extra.weight": (64,) for p in paths} | ends)

    found = align(coder(("blocks", "conv1", "conv2"), 3, 8), coder(("stages", "body", "tail"), 6, 5))

    assert {(p.a[0].partition(".")[0], p.b[0].partition(".")[0]) for p in found.pairs} == {
        ("encoder", "encoder"), ("decoder", "decoder")
    }  # fmt: skip
    assert len(found.added) == len(found.removed) == 9


def _vision(qkv: str, scale: str, prefix: str) -> dict[str, tuple[int, ...]]:
    """Blocks whose scales of the residual branches are spelt in one of two ways."""
    out: dict[str, tuple[int, ...]] = {}
    for i in range(6):
        at = f"{prefix}.{i}"
        out |= linear(f"{at}.{qkv}.qkv", 192, 64) if qkv == "attn" else {}
        for name in () if qkv == "attn" else ("query", "key", "value"):
            out |= linear(f"{at}.attention.{qkv}.{name}", 64, 64)
        out |= linear(f"{at}.mlp.fc1", 256, 64) | linear(f"{at}.mlp.fc2", 64, 256)
        for n in (1, 2):
            out |= {f"{at}.norm{n}.weight": (64,), f"{at}.norm{n}.bias": (64,), f"{at}.{scale.format(n)}": (64,)}
    return out


def test_leftovers_of_one_shape_in_matched_blocks_are_paired_in_their_order() -> None:
    a = _vision("attn", "ls{}.gamma", "blocks")
    b = _vision("self", "layer_scale{}.lambda1", "encoder.layer")
    found = align(net(a), net(b))
    assert (found.removed, found.added) == ((), ())
    became = pairs(found)
    for i in range(6):
        for n in (1, 2):
            assert became[f"blocks.{i}.ls{n}.gamma",] == (f"encoder.layer.{i}.layer_scale{n}.lambda1",)
