"""Streams of small nets: what runs through a stack, what is read from elsewhere, and what is added to."""

from __future__ import annotations

from pathlib import Path

import pytest

from archkb.ingest.analysis import Analysis
from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from tests.nets import Shapes, below, header, repeated

Net = dict[str, tuple[int, ...]]


def projections(q: int, kv: int, inner: int) -> Net:
    return {
        "to_q.weight": (inner, q), "to_k.weight": (inner, kv), "to_v.weight": (inner, kv),
        "to_out.0.weight": (q, inner),
    }  # fmt: skip


def mlp(width: int) -> Net:
    return {"net.0.proj.weight": (4 * width, width), "net.2.weight": (width, 4 * width)}


BRIDGED: Net = {
    **below("attn1", projections(32, 32, 32)),
    **below("attn2", projections(32, 32, 32)),
    **below("ff", mlp(32)),
    **below("audio_attn1", projections(16, 16, 16)),
    **below("audio_attn2", projections(16, 16, 16)),
    **below("audio_ff", mlp(16)),
    **below("audio_to_video_attn", projections(32, 16, 16)),
    **below("video_to_audio_attn", projections(16, 32, 16)),
}
CAPTIONS: Net = {
    "caption_projection.linear_1.weight": (32, 24), "caption_projection.linear_2.weight": (32, 32),
    "audio_caption_projection.linear_1.weight": (16, 24), "audio_caption_projection.linear_2.weight": (16, 16),
}  # fmt: skip


def ends(found: Analysis, path: str) -> tuple[object, object]:
    """(what the queries' stream carries, what the keys' stream carries)."""
    streams = found.streams
    return streams[found.queries[path]].name.value, streams[found.attends_to[path]].name.value


def inferred(net: Shapes) -> Analysis:
    return analyse(header(net))


def test_two_streams_joined_both_ways_and_a_text_for_each():
    found = inferred(repeated("blocks", 2, BRIDGED) | CAPTIONS)
    assert {path.removeprefix("blocks.1."): ends(found, path) for path in found.queries if path[7] == "1"} == {
        "attn1": ("video", "video"),
        "attn2": ("video", "text"),
        "audio_attn1": ("audio", "audio"),
        "audio_attn2": ("audio", "text"),
        "audio_to_video_attn": ("video", "audio"),
        "video_to_audio_attn": ("audio", "video"),
    }
    assert {(s.name.value, s.width, s.source) for s in found.streams} == {
        ("video", 32, None),
        ("audio", 16, None),
        ("text", 32, "caption_projection"),
        ("text", 16, "audio_caption_projection"),
    }


def test_a_stream_named_only_by_a_bridge_says_so():
    found = inferred(repeated("blocks", 2, BRIDGED))
    video = found.streams[found.queries["blocks.0.attn1"]]
    assert (video.name.value, video.name.evidence.rule) == ("video", "stream.bridge")


def test_both_blocks_share_their_streams():
    found = inferred(repeated("blocks", 2, BRIDGED) | CAPTIONS)
    assert found.queries["blocks.0.attn1"] == found.queries["blocks.1.attn1"]
    assert len(found.streams) == 4


def test_additions_go_to_the_stream_they_are_named_for():
    found = inferred(repeated("blocks", 2, BRIDGED) | CAPTIONS)
    names = {around: found.streams[i].name.value for (block, around), i in found.adds_to.items() if block == "blocks.0"}
    expected = {
        ("attn1",): "video", ("attn2",): "video", ("ff",): "video", ("audio_to_video_attn",): "video",
        ("audio_attn1",): "audio", ("audio_attn2",): "audio", ("audio_ff",): "audio",
        ("video_to_audio_attn",): "audio",
    }  # fmt: skip
    residuals = {r.around for r in found.residuals if r.block == "blocks.0"}
    assert names == {around: name for around, name in expected.items() if around in residuals}


def test_space_and_time_name_a_video():
    block = below("spatial_attn", projections(16, 16, 16)) | below("temporal_attn", projections(16, 16, 16))
    found = inferred(repeated("blocks", 2, block))
    assert [(s.name.value, s.name.evidence.rule) for s in found.streams] == [("video", "stream.space_and_time")]


def test_a_place_names_a_stream_and_no_name_is_invented():
    found = inferred(
        repeated("text_encoder.layers", 2, below("attn", projections(16, 16, 16)))
        | repeated("blocks", 2, below("attn", projections(24, 24, 24)))
    )
    assert ends(found, "text_encoder.layers.0.attn") == ("text", "text")
    hidden = found.streams[found.queries["blocks.0.attn"]]
    assert (hidden.name.value, hidden.name.evidence.rule) == ("hidden", "stream.hidden")


def test_one_context_for_all_stacks():
    pair = below("attn1", projections(16, 16, 16)) | below("attn2", projections(16, 24, 16))
    wide = below("attn1", projections(32, 32, 32)) | below("attn2", projections(32, 24, 32))
    found = inferred(repeated("down_blocks", 2, pair) | repeated("up_blocks", 2, wide))
    assert found.attends_to["down_blocks.0.attn2"] == found.attends_to["up_blocks.1.attn2"]
    context = found.streams[found.attends_to["up_blocks.1.attn2"]]
    assert (context.name.value, context.width, context.name.evidence.rule) == ("context", 24, "stream.context")


def test_a_decoder_reads_what_the_encoder_writes():
    own = below("self_attn", projections(16, 16, 16))
    net = repeated("encoder.layers", 2, own)
    net |= repeated("decoder.layers", 2, own | below("encoder_attn", projections(16, 16, 16)))
    found = inferred(net)
    read = found.streams[found.attends_to["decoder.layers.0.encoder_attn"]]
    assert (read.name.value, read.source, read.name.evidence.rule) == ("encoder", "encoder.layers", "stream.encoder")


def test_another_width_is_read_from_the_one_stack_that_has_it():
    net = repeated("vision_model.layers", 2, below("self_attn", projections(24, 24, 24)))
    net |= repeated("layers", 2, below("cross_attn", projections(16, 24, 16)))
    found = inferred(net)
    assert ends(found, "layers.0.cross_attn") == ("hidden", "image")


def test_a_table_of_the_block_names_its_context():
    block = below("attn1", projections(16, 16, 16)) | below("attn2", projections(16, 16, 16))
    found = inferred(repeated("blocks", 2, block | {"prompt_scale_shift_table": (2, 16)}))
    read = found.streams[found.attends_to["blocks.0.attn2"]]
    assert (read.name.value, read.name.evidence.rule) == ("text", "stream.modulated_context")


def test_a_joint_attention_joins_the_stream_it_has_added_projections_for():
    added = {"add_q_proj.weight": (16, 16), "add_k_proj.weight": (16, 16), "add_v_proj.weight": (16, 16)}
    net = repeated("blocks", 2, below("attn", projections(16, 16, 16) | added))
    found = inferred(net | {"context_embedder.weight": (16, 40)})
    assert ends(found, "blocks.0.attn") == ("hidden", "text")
    assert found.streams[found.attends_to["blocks.0.attn"]].source == "context_embedder"


def test_a_connector_of_a_text_projections_width_carries_text():
    net = repeated("video_connector.blocks", 2, below("attn1", projections(24, 24, 24)))
    found = inferred(net | {"text_projection.weight": (24, 96)})
    assert ends(found, "video_connector.blocks.0.attn1") == ("text", "text")


def reads(found: Analysis, path: str) -> tuple[object, str | None]:
    """What the keys' stream of an attention carries, and the module that writes it."""
    stream = found.streams[found.attends_to[path]]
    return stream.name.value, stream.source


PAIR = below("attn1", projections(32, 32, 32)) | below("attn2", projections(32, 32, 32))


def test_a_connector_stands_between_the_projection_and_the_blocks():
    net = repeated("net.layers", 4, PAIR)
    net |= repeated("net.prompt_resampler.layers", 2, below("attn", projections(32, 32, 32)) | below("ff", mlp(32)))
    found = inferred(net | {"net.caption_in.0.weight": (32, 80), "net.caption_in.2.weight": (32, 32)})
    assert reads(found, "net.layers.0.attn2") == ("text", "net.prompt_resampler")
    assert reads(found, "net.prompt_resampler.layers.0.attn") == ("text", "net.caption_in")


def test_each_stream_has_the_connector_that_is_named_for_it():
    net = repeated("net.blocks", 2, BRIDGED)
    for stream, width in (("video", 32), ("audio", 16)):
        net |= repeated(f"net.{stream}_mixer.blocks", 2, below("attn", projections(width, width, width)))
    net |= {"projection.video_text.weight": (32, 99), "projection.audio_text.weight": (16, 99)}
    found = inferred(net)
    assert reads(found, "net.blocks.1.attn2") == ("text", "net.video_mixer")
    assert reads(found, "net.blocks.1.audio_attn2") == ("text", "net.audio_mixer")
    assert reads(found, "net.video_mixer.blocks.0.attn") == ("text", "projection.video_text")
    assert reads(found, "net.audio_mixer.blocks.0.attn") == ("text", "projection.audio_text")


def test_a_connector_without_a_projection_carries_what_the_blocks_say_they_read():
    net = repeated("net.blocks", 3, PAIR | {"prompt_scale_shift_table": (2, 32)})
    net |= repeated("net.embeds_connector.layers", 2, below("attn", projections(32, 32, 32)))
    found = inferred(net)
    assert reads(found, "net.blocks.0.attn2") == ("text", "net.embeds_connector")
    assert reads(found, "net.embeds_connector.layers.0.attn") == ("text", None)


def test_a_projection_behind_the_connector_is_what_the_blocks_read():
    net = repeated("net.blocks", 3, PAIR)
    net |= repeated("net.caption_refiner.layers", 2, below("attn", projections(24, 24, 24)))
    net |= {"net.text_proj.weight": (24, 96), "net.caption_projection.weight": (32, 24)}
    found = inferred(net)
    assert reads(found, "net.blocks.0.attn2") == ("text", "net.caption_projection")
    assert reads(found, "net.caption_refiner.layers.0.attn") == ("text", "net.text_proj")


def test_the_source_of_a_stream_is_the_whole_path_of_the_projection():
    net = repeated("core.blocks", 2, PAIR) | {"core.text_proj.weight": (32, 80), "core.out.weight": (8, 32)}
    assert reads(inferred(net), "core.blocks.0.attn2") == ("text", "core.text_proj")


def test_a_camera_a_pose_and_a_reference_are_streams_of_their_own():
    block = (
        PAIR | below("camera_cond.cross_attn", projections(32, 32, 32)) | below("pose_xattn", projections(32, 32, 32))
    )
    block |= below("ref_cross_attn", projections(32, 20, 32))
    net = repeated("blocks", 2, block)
    net |= {"caption_proj.weight": (32, 80), "plucker_embedder.weight": (32, 6), "reference_proj.weight": (20, 70)}
    found = inferred(net)
    assert reads(found, "blocks.0.attn2") == ("text", "caption_proj")
    assert reads(found, "blocks.0.camera_cond.cross_attn") == ("camera", "plucker_embedder")
    assert reads(found, "blocks.0.pose_xattn") == ("pose", None)
    assert reads(found, "blocks.0.ref_cross_attn") == ("reference", "reference_proj")
    assert len({found.attends_to[f"blocks.1.{a}"] for a in ("attn2", "camera_cond.cross_attn", "pose_xattn")}) == 3


def test_a_sibling_named_for_text_rules_text_out():
    block = below("self_attn", projections(32, 32, 32)) | below("text_cross_attn", projections(32, 24, 32))
    net = repeated("blocks", 2, block | below("cross_attn", projections(32, 24, 32)))
    found = inferred(net | {"condition_proj.weight": (24, 80)})
    assert reads(found, "blocks.0.text_cross_attn") == ("text", "condition_proj")
    assert reads(found, "blocks.0.cross_attn") == ("context", None)
    bare = inferred(net)
    assert reads(bare, "blocks.0.text_cross_attn") == ("text", None)
    assert reads(bare, "blocks.0.cross_attn") == ("context", None)


def test_an_attention_named_for_a_stream_the_blocks_have_not_reads_it():
    block = below("self_attn", projections(32, 32, 32)) | below("audio_cross_attn", projections(32, 24, 32))
    net = repeated("blocks", 2, block) | {"audio_proj.weight": (24, 70), "text_proj.weight": (24, 70)}
    assert reads(inferred(net), "blocks.0.audio_cross_attn") == ("audio", "audio_proj")


COLOURED = {
    "encoder.conv_in.weight": (32, 48, 3, 3, 3), **repeated("encoder.down", 2, {"a.weight": (32, 32, 3, 3, 3)}),
    "encoder.conv_out.weight": (20, 32, 3, 3, 3), "decoder.conv_in.weight": (32, 20, 3, 3, 3),
    **repeated("decoder.up", 2, {"a.weight": (32, 32, 3, 3, 3)}), "decoder.conv_out.weight": (48, 32, 3, 3, 3),
}  # fmt: skip


def test_a_latent_of_moving_pictures_makes_a_video():
    net = repeated("dit.blocks", 2, PAIR) | below("vae", COLOURED) | {"dit.patchify_proj.weight": (32, 20)}
    found = inferred(net)
    stream = found.streams[found.queries["dit.blocks.0.attn1"]]
    assert (stream.name.value, stream.name.evidence.rule, stream.source) == (
        "video",
        "stream.latent",
        "dit.patchify_proj",
    )


def test_patches_over_space_and_time_make_a_video_and_flat_ones_say_nothing():
    net = repeated("blocks", 2, PAIR)
    moving = inferred(net | {"patchify.weight": (32, 16, 1, 2, 2)})
    stream = moving.streams[moving.queries["blocks.0.attn1"]]
    assert (stream.name.value, stream.source) == ("video", "patchify")
    flat = inferred(net | {"patchify.weight": (32, 16, 2, 2)})
    assert flat.streams[flat.queries["blocks.0.attn1"]].name.value == "hidden"


def test_the_role_of_a_whole_model_names_its_stream():
    block = below("attn", projections(64, 64, 64)) | below("mlp", mlp(64))
    flat = inferred({"patch.weight": (64, 3, 16, 16), **repeated("blocks", 2, block)})
    moving = inferred({"patch.weight": (64, 3, 2, 16, 16), **repeated("blocks", 2, block)})
    assert ends(flat, "blocks.0.attn") == ("image", "image")
    assert ends(moving, "blocks.0.attn") == ("video", "video")


def test_a_pooling_attention_reads_the_tower_it_stands_in():
    towers = below("visual", repeated("blocks", 2, below("attn", projections(32, 32, 32))))
    towers |= below("text", repeated("blocks", 2, below("attn", projections(32, 32, 32))))
    pool = below("visual.cross_attn_pool", projections(32, 32, 32)) | {"visual.cross_attn_pool.latent": (1, 1, 32)}
    found = inferred(towers | pool | {"text.text_projection.weight": (32, 32), "logit_scale": ()})
    assert found.attentions["visual.cross_attn_pool"].attends.value == "cross"
    assert reads(found, "visual.cross_attn_pool") == ("image", "visual.blocks")


@pytest.mark.shared
def test_no_layer_behind_the_first_block_of_an_encoder_brings_in_its_stream(shared: Path) -> None:
    """`mid` of the audio encoder reads four times its latent's channels too, and runs after `down`."""
    ltx = read_header(shared / "checkpoints" / "ltx-2.3-22b-dev.json.gz")
    sources = {(s.scope, s.width): s.source for s in analyse(ltx).streams}
    assert sources["audio_vae.encoder.down", 512] is None
    assert sources["audio_vae.decoder.up", 512] == "audio_vae.decoder.conv_in.conv"


def test_what_its_own_component_writes_is_no_latent_of_another():
    """The second stage of the vocoder reads 80 channels, four times the latent, and the first writes them."""
    block = {"convs1.0.weight": (40, 40, 3), "convs2.0.weight": (40, 40, 3)}
    stages = {"pre.weight": (160, 24, 7), "ups.0.weight": (160, 80, 16), "ups.1.weight": (80, 40, 16)}
    net = below("vae", COLOURED) | below("tts.vocoder", stages | repeated("resblocks", 2, block))
    vocoder = [s for s in inferred(net).streams if s.scope.startswith("tts")]
    assert [(s.name.value, s.source) for s in vocoder] == [("audio", None)]


def test_the_exit_of_another_stream_does_not_write_what_an_entry_reads():
    stack = repeated("blocks", 2, PAIR | below("audio_attn1", projections(16, 16, 16)))
    ways = {
        "patchify_proj.weight": (32, 20), "proj_out.weight": (20, 32),
        "audio_patchify_proj.weight": (16, 20), "audio_proj_out.weight": (20, 16),
    }  # fmt: skip
    net = below("dit", stack | ways) | below("vae", COLOURED)
    found = inferred(net)
    assert found.streams[found.queries["dit.blocks.0.attn1"]].source == "dit.patchify_proj"


def test_a_text_comes_from_its_table_of_tokens_and_not_from_a_speaker():
    layers = repeated("text_encoder.encoder.layers", 2, below("self_attn", projections(16, 16, 16)))
    speaker = {"speaker.projection.weight": (80, 12), "speaker_proj.weight": (16, 80)}
    tables = {"text_encoder.embedding.weight": (150, 16), "text_encoder.position_embedding.weight": (512, 16)}
    found = inferred(below("tts", layers | speaker | tables) | below("vae", COLOURED))
    texts = [(s.name.value, s.source) for s in found.streams if s.scope.startswith("tts")]
    assert texts == [("text", "tts.text_encoder.embedding")]
