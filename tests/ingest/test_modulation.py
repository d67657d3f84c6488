"""Modulation: rows of tables and matrices that shift, scale and gate."""

from __future__ import annotations

from archkb.ingest.analysis import Modulation
from archkb.ingest.layers.find_layers import leaf_kinds
from archkb.ingest.modulation import find_modulations
from archkb.ingest.tree.module_tree import build
from tests.nets import Shapes, header, repeated


def modulations(net: Shapes) -> dict[str, Modulation]:
    tree = build(header(net).tensors)
    return find_modulations(tree, leaf_kinds(tree))


def rows(net: Shapes) -> dict[str, tuple[object, int]]:
    return {path: (found.rows.value, found.width) for path, found in modulations(net).items()}


BLOCK = {"q.weight": (64, 64), "k.weight": (64, 64), "fc1.weight": (256, 64), "fc2.weight": (64, 256)}


def test_a_table_and_the_matrix_it_is_added_to() -> None:
    block = {**BLOCK, "scale_shift_table": (6, 64)}
    net = {**repeated("blocks", 2, block), "adaln_single.linear.weight": (384, 64), "adaln_single.linear.bias": (384,)}
    assert rows(net) == {"blocks.0": (6, 64), "adaln_single.linear": (6, 64)}
    assert modulations(net)["blocks.0"].tables == {"scale_shift_table": (6, 64)}


def test_several_tables_of_a_block() -> None:
    block = {
        **BLOCK,
        "scale_shift_table": (9, 64),
        "prompt_scale_shift_table": (2, 64),
        "audio_scale_shift_table": (9, 32),
    }
    found = modulations(repeated("blocks", 2, block))["blocks.0"]
    assert (found.rows.value, found.width) == (9, 64)
    assert found.tables == {
        "scale_shift_table": (9, 64),
        "prompt_scale_shift_table": (2, 64),
        "audio_scale_shift_table": (9, 32),
    }
    assert "prompt_scale_shift_table [2, 64]" in found.rows.evidence.detail


def test_a_table_is_told_by_the_one_beside_it() -> None:
    block = {**BLOCK, "mod_table": (6, 64), "bridge_table": (5, 64), "registers": (4, 64), "_": (3, 64)}
    assert modulations(repeated("blocks", 2, block))["blocks.0"].tables == {
        "mod_table": (6, 64),
        "bridge_table": (5, 64),
    }


def test_a_table_alone_is_none() -> None:
    assert not modulations(repeated("blocks", 2, {**BLOCK, "position_table": (5, 64)}))


def test_a_parameter_with_a_leading_one() -> None:
    assert rows(repeated("blocks", 2, {**BLOCK, "modulation": (1, 6, 64)})) == {"blocks.0": (6, 64)}


def test_rows_are_of_the_stream_and_not_of_the_condition() -> None:
    block = {**BLOCK, "adaLN_modulation.1.weight": (384, 32), "adaLN_modulation.1.bias": (384,)}
    assert rows(repeated("blocks", 2, block)) == {"blocks.0.adaLN_modulation.1": (6, 64)}


def test_each_of_two_streams_has_its_own_width() -> None:
    block = {**BLOCK, "aq.weight": (32, 32), "ak.weight": (32, 32), "av.weight": (32, 32)}
    net = {**repeated("blocks", 2, block), "audio_adaln.linear.weight": (192, 32), "adaln.linear.weight": (384, 64)}
    assert rows(net) == {"audio_adaln.linear": (6, 32), "adaln.linear": (6, 64)}


def test_a_matrix_in_a_norm() -> None:
    net = repeated("blocks", 2, {**BLOCK, "norm1.linear.weight": (384, 64), "norm2.linear.weight": (64, 64)})
    assert rows(net) == {"blocks.0.norm1.linear": (6, 64)}


def test_projections_and_wide_tables_are_none() -> None:
    block = {**BLOCK, "qkv.weight": (192, 64), "relative_position_bias_table": (225, 6), "scale": (64,)}
    assert rows(repeated("blocks", 2, block)) == {}


def _single(path: str, rows: int, width: int) -> Shapes:
    embedder = {f"{path}.emb.one.weight": (width, 256), f"{path}.emb.two.weight": (width, width)}
    return {**embedder, f"{path}.out.weight": (rows * width, width)}


def test_whatever_it_is_called_a_matrix_beside_its_own_embedder_feeds_the_tables() -> None:
    block = {**BLOCK, "scale_shift_table": (6, 64), "audio_scale_shift_table": (6, 32)}
    net = {**repeated("blocks", 2, block), **_single("time", 6, 64), **_single("sound", 4, 32)}
    assert rows(net) == {"blocks.0": (6, 64), "time.out": (6, 64), "sound.out": (4, 32)}


def test_without_tables_of_its_width_an_embedder_modulates_nothing() -> None:
    block = {**BLOCK, "scale_shift_table": (6, 64)}
    assert "time.out" not in rows({**repeated("blocks", 2, block), **_single("time", 6, 32)})
    assert "time.out" not in rows({**repeated("blocks", 2, BLOCK), **_single("time", 6, 64)})
