"""No header is too strange: whatever names and shapes it has, there are tables, and they keep the schema."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.tree.name_words import vocabulary
from archkb.kb.tables import check
from archkb.kb.values import Header, TensorSpec

_WORDS = sorted(
    vocabulary(
        "0 1 2 7 attn self_attn to_q to_k to_v to_out qkv q k v o mlp fc1 fc2 gate_proj up_proj down_proj conv1 conv2"
        " norm1 norm q_norm k_norm blocks layers encoder decoder vae down up experts router lora_A lora_B weight_v se"
        " shortcut downsample embed pos_embed in_proj relative_position_bias_table adaLN_modulation lstm A_log ü a-b"
    )
)
_LOCALS = sorted(
    vocabulary(
        "weight bias weight_g weight_v weight_scale input_scale running_mean running_var num_batches_tracked gamma beta"
        " in_proj_weight in_proj_bias qweight qzeros scales weight_ih_l0 weight_hh_l0 gate_up_proj down_proj alpha"
        " table parametrizations.weight.original0 parametrizations.weight.original1 scale_shift_table"
    )
)
_SIZES = st.sampled_from([0, 1, 2, 3, 4, 8, 16, 32, 48, 64, 96, 5000])

_KEYS = st.builds(
    lambda path, local: ".".join([*path, local]),
    st.lists(st.sampled_from(_WORDS), max_size=5),
    st.sampled_from(_LOCALS),
)
_SHAPES = st.lists(_SIZES, max_size=5).map(tuple)
_TENSORS = st.dictionaries(_KEYS, _SHAPES, min_size=1, max_size=40)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_TENSORS, st.sampled_from(["F32", "F8_E4M3", "I64"]))
def test_any_header_has_tables(tensors: dict[str, tuple[int, ...]], dtype: str) -> None:
    header = Header(tuple(TensorSpec(k, dtype, s) for k, s in tensors.items()))
    tables = to_tables(analyse(header), name="any")
    check(tables)
    assert sum(len(t.rows) for t in tables.nodes if t.primary == "Tensor") == len(tensors)


@settings(max_examples=100, deadline=None)
@given(_TENSORS, st.randoms(use_true_random=False))
def test_order_of_keys_does_not_matter(tensors: dict[str, tuple[int, ...]], dice: object) -> None:
    specs = [TensorSpec(k, "F32", s) for k, s in tensors.items()]
    mixed = list(specs)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    one, two = (to_tables(analyse(Header(tuple(s))), name="any") for s in (specs, mixed))
    assert one.uid == two.uid
    for a, b in zip(one.nodes, two.nodes, strict=True):
        assert (a.primary, a.role, set(map(repr, a.rows))) == (b.primary, b.role, set(map(repr, b.rows)))
