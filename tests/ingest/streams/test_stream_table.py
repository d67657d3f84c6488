"""Keys of streams: what makes two mentions the same stream."""

from __future__ import annotations

from archkb.ingest.streams.stream_table import StreamKey, StreamKind


def test_a_stream_of_blocks_is_told_from_a_context_of_the_same_width_and_name() -> None:
    own = StreamKey("blocks", 64, "text")

    assert own == StreamKey("blocks", 64, "text", StreamKind.OF_BLOCKS)
    assert len({own, StreamKey("blocks", 64, "text", StreamKind.JOINT), StreamKey("blocks", 64)}) == 3


def test_contexts_are_told_apart_by_who_reads_them() -> None:
    video, audio = (StreamKey("", 64, None, StreamKind.CONTEXT, reader) for reader in ("video", "audio"))

    assert video != audio
