"""Where tensors lie, packed: both ways to it say the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archkb.kb.spans import pack, pack_tensors, unpack
from archkb.kb.values import TensorSpec

PLACES = st.tuples(st.sampled_from(["one", "two", ""]), st.integers(0, 40), st.integers(0, 40)) | st.none()
TENSORS = st.dictionaries(st.text(min_size=1, max_size=3), st.tuples(PLACES, st.integers(1, 9)), min_size=1, max_size=8)


@given(TENSORS)
def test_tensors_are_packed_as_their_spans_are(places: dict[str, tuple[tuple[str, int, int] | None, int]]) -> None:
    tensors = [
        TensorSpec(key, "F32", (n,), at[0] if at else "", at[1:] if at else None) for key, (at, n) in places.items()
    ]
    spans = {key: at for key, (at, _) in places.items() if at is not None}
    sizes = {t.key: t.n_bytes for t in tensors}
    files, text = pack_tensors(tensors)
    assert (files, text) == pack(spans, sizes)
    assert unpack(files, text, sizes) == spans
