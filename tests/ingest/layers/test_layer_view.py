"""One view of a layer for all stages: what it reads, what it writes, and over how many dimensions it looks about."""

from __future__ import annotations

import pytest

from archkb.ingest.layers.layer_view import Layer, layer_of
from tests.ingest.layers.test_find_layers import leaves


@pytest.mark.parametrize(
    ("weight", "view", "extent"),
    [
        ((10, 4), Layer("at", 4, 10), 0),
        ((64, 32, 3, 5), Layer("at", 32, 64, kernel=5, dimensions=2), 2),
        ((64, 32, 1, 1), Layer("at", 32, 64, kernel=1, dimensions=2), 0),
        ((96, 1, 7, 7), Layer("at", 96, 96, kernel=7, dimensions=2, depthwise=True), 2),
    ],
)
def test_widths_and_kernel(weight: tuple[int, ...], view: Layer, extent: int) -> None:
    layer = layer_of(leaves({"fc.weight": weight, "fc.bias": weight[:1]})["fc"], "at")

    assert layer == view
    assert layer.extent == extent
    assert layer.conv == (len(weight) > 2)


def test_a_transposed_convolution_reads_its_rows() -> None:
    layer = layer_of(leaves({"up.weight": (64, 32, 4, 4), "up.bias": (32,)})["up"], "up")

    assert layer is not None
    assert (layer.widths, layer.transposed) == ((64, 32), True)


@pytest.mark.parametrize(
    "net", [{"x.bias": (10,)}, {"x.weight": (10,), "x.bias": (10,)}, {"x.weight_hh_l0": (32, 8)}, {"x.scale": ()}]
)
def test_what_is_no_map_of_known_widths_has_no_view(net: dict[str, tuple[int, ...]]) -> None:
    assert layer_of(leaves(net)["x"], "x") is None
    assert layer_of(leaves({"head.bias": (10,)})["head"], "head") is None  # tied: what it reads is not in the header
