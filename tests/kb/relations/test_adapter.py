"""Low-rank adapters laid on small bases, in the spellings training programs use."""

from __future__ import annotations

import pytest

from archkb.kb.relations.adapter import ModuleNames, match_targets, targets

BASE = {
    f"model.diffusion_model.blocks.{i}.attn.{name}": (64, 32 if name == "to_k" else 64)
    for i in range(3)
    for name in ("to_q", "to_k", "to_out.0")
}


def adapter(form: str, down: str, up: str, rank: int = 4) -> dict[str, tuple[int, ...]]:
    out: dict[str, tuple[int, ...]] = {}
    for path, (reads, writes) in BASE.items():
        short = path.removeprefix("model.diffusion_model.")
        name = form.format(short) if "." in form else form.format(short.replace(".", "_"))
        out |= {f"{name}.{down}.weight": (rank, reads), f"{name}.{up}.weight": (writes, rank), f"{name}.alpha": ()}
    return out


@pytest.mark.parametrize(
    "given",
    [
        adapter("diffusion_model.{}", "lora_A", "lora_B"),
        adapter("base_model.model.{}", "lora_A.default", "lora_B.default"),
        adapter("transformer.{}", "lora.down", "lora.up"),
        adapter("lora_unet_{}", "lora_down", "lora_up"),
    ],
    ids=["plain", "peft", "diffusers", "kohya"],
)
def test_every_spelling_finds_its_base(given: dict[str, tuple[int, ...]]) -> None:
    found = targets(given)
    assert len(found) == len(BASE)
    assert {t.rank for t in found.values()} == {4}
    match = match_targets(found, ModuleNames(BASE))
    assert sorted(match.touched.values()) == sorted(BASE)
    assert match.no_ops == 0


def test_a_target_the_base_has_not_is_a_silent_no_op() -> None:
    given = adapter("diffusion_model.{}", "lora_A", "lora_B")
    given["diffusion_model.blocks.7.attn.to_q.lora_A.weight"] = (4, 64)
    given["diffusion_model.blocks.7.attn.to_q.lora_B.weight"] = (64, 4)
    match = match_targets(targets(given), ModuleNames(BASE))
    assert match.missing == ("diffusion_model.blocks.7.attn.to_q",)
    assert len(match.touched) == len(BASE)


def test_one_factor_alone_changes_nothing() -> None:
    given = adapter("diffusion_model.{}", "lora_A", "lora_B")
    del given["diffusion_model.blocks.1.attn.to_q.lora_B.weight"]
    match = match_targets(targets(given), ModuleNames(BASE))
    assert match.incomplete == ("diffusion_model.blocks.1.attn.to_q",)
    assert match.no_ops == 1


def test_a_target_of_another_width_does_not_fit() -> None:
    given = adapter("diffusion_model.{}", "lora_A", "lora_B")
    given["diffusion_model.blocks.1.attn.to_k.lora_B.weight"] = (96, 4)
    assert match_targets(targets(given), ModuleNames(BASE)).misfits == ("diffusion_model.blocks.1.attn.to_k",)


def test_convolutions_count_their_kernel() -> None:
    given = {"lora_unet_conv_in.lora_down.weight": (8, 4, 3, 3), "lora_unet_conv_in.lora_up.weight": (320, 8, 1, 1)}
    (target,) = targets(given).values()
    assert (target.rank, target.reads, target.writes) == (8, 36, 320)
    assert match_targets(targets(given), ModuleNames({"unet.conv_in": (36, 320)})).touched == {
        "lora_unet_conv_in": "unet.conv_in"
    }


def test_other_low_rank_forms_are_targets_without_widths() -> None:
    given = {f"lycoris_x.hada_w{i}_{h}": (8, 8) for i in (1, 2) for h in "ab"}
    (target,) = targets(given).values()
    assert target.whole
    assert target.reads is None


def test_a_plain_model_has_no_targets() -> None:
    assert targets({f"{path}.weight": (1, 1) for path in BASE}) == {}


def test_what_is_no_matrix_is_no_factor() -> None:
    assert not targets({"x.lora_B.weight": (16,)})["x"].whole
    factors = {"x.lora_A.weight": (4, 8), "x.lora_B.weight": (16, 4)}
    beside = {"x.lora_A.weight_scale": (), "x.lora_A.bias": (4,), "x.lora_magnitude_vector": (16,)}
    assert targets(factors | beside) == targets(beside | factors) == targets(factors)
    assert targets({k.replace("weight", "default.weight"): s for k, s in factors.items()}) == targets(factors)


def _pair(path: str) -> dict[str, tuple[int, ...]]:
    return {f"{path}.lora_A.weight": (4, 8), f"{path}.lora_B.weight": (16, 4)}


def test_a_target_of_one_word_is_found() -> None:
    for path in ("proj", "diffusion_model.proj"):
        assert match_targets(targets(_pair(path)), ModuleNames({"proj": (8, 16), "x.proj": (3, 3)})).touched == {
            path: "proj"
        }


def test_dots_tell_apart_what_reads_alike_without_them() -> None:
    base = {"a.b_c": (8, 16), "a_b.c": (5, 5)}
    assert match_targets(targets(_pair("a.b_c")), ModuleNames(base)).touched == {"a.b_c": "a.b_c"}
    assert match_targets(targets(_pair("model.a.b_c")), ModuleNames(dict(reversed(base.items())))).touched == {
        "model.a.b_c": "a.b_c"
    }
