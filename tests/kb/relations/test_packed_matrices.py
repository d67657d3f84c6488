"""What an adapter may change, as one text: the same comes back, and a damaged text is an error."""

from __future__ import annotations

import pytest

from archkb.kb.errors import StoreError
from archkb.kb.relations.adapter import ModuleNames, match_targets, targets, tensor_shapes, widths
from archkb.kb.relations.packed_matrices import pack_targets, pack_widths, unpack_targets, unpack_widths
from tests.kb.relations.test_adapter import BASE, adapter
from tests.kb.relations.test_fingerprint import tables
from tests.queries.diff.diff_nets import transformer


def test_targets_come_back_as_they_were() -> None:
    found = targets(adapter("lora_unet_{}", "lora_down", "lora_up") | {"x.lokr_w1": (4, 4), "y.lora_A.weight": (4, 8)})
    assert [t.whole for t in found.values()].count(False) == 1
    assert list(unpack_targets(pack_targets(found)).items()) == list(found.items())


def test_a_structure_says_its_matrices_and_an_adapter_what_it_changes() -> None:
    net = tables(transformer(3))
    assert unpack_widths(net.facts["matrices"]) == widths(net.nodes)
    assert len(widths(net.nodes)) > 10
    lora = tables(adapter("diffusion_model.{}", "lora_A", "lora_B"))
    assert unpack_targets(lora.facts["matrices"]) == targets(tensor_shapes(lora.nodes))


def test_the_order_of_modules_is_no_part_of_a_match() -> None:
    found = targets(adapter("lora_unet_{}", "lora_down", "lora_up"))
    there = match_targets(found, ModuleNames(BASE))
    back = match_targets(found, ModuleNames(dict(reversed(BASE.items()))))
    assert there == back


@pytest.mark.parametrize("text", ["", "AAAA", pack_widths({"a": (1, 2)})[:-8]])
def test_a_damaged_text_is_an_error_with_a_cure(text: str) -> None:
    with pytest.raises(StoreError, match="ingest the model anew"):
        unpack_widths(text)
