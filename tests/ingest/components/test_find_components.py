"""Components and roles: what a model and its parts are for, and what nothing proves."""

from __future__ import annotations

from archkb.ingest.analysis import Component
from archkb.ingest.pipeline import analyse
from tests.nets import Shapes, below, header, repeated

BLOCK = {
    "attn.to_q.weight": (64, 64),
    "attn.to_k.weight": (64, 64),
    "attn.to_v.weight": (64, 64),
    "attn.to_out.0.weight": (64, 64),
    "ff.fc1.weight": (256, 64),
    "ff.fc2.weight": (64, 256),
}
TIME = {"time_embed.linear_1.weight": (64, 32), "time_embed.linear_2.weight": (64, 64)}
DIT = {"proj_in.weight": (64, 16), "proj_out.weight": (16, 64), **TIME, **repeated("transformer_blocks", 3, BLOCK)}
RESIDUAL = {"conv1.weight": (32, 32, 3, 3), "conv2.weight": (32, 32, 3, 3)}
VAE = {
    "encoder.conv_in.weight": (32, 3, 3, 3),
    **repeated("encoder.down_blocks", 2, RESIDUAL),
    "encoder.conv_out.weight": (8, 32, 3, 3),
    "decoder.conv_in.weight": (32, 4, 3, 3),
    **repeated("decoder.up_blocks", 2, RESIDUAL),
    "decoder.conv_out.weight": (3, 32, 3, 3),
}
LM = {"model.embed_tokens.weight": (32000, 64), **repeated("model.layers", 2, BLOCK), "lm_head.weight": (32000, 64)}


def role(net: Shapes) -> tuple[object, str]:
    found = analyse(header(net)).role
    return found.value, found.evidence.rule


def parts(net: Shapes) -> dict[str, Component]:
    return dict(analyse(header(net)).components)


def roles(net: Shapes) -> dict[str, object]:
    return {path: part.role.value for path, part in parts(net).items()}


def test_a_time_embedding_makes_a_diffusion_transformer() -> None:
    assert role(DIT) == ("diffusion_transformer", "role.diffusion")
    assert role(below("model.diffusion_model", DIT))[0] == "diffusion_transformer"


def test_without_a_time_embedding_nothing_says_so() -> None:
    assert role({key: shape for key, shape in DIT.items() if not key.startswith("time_embed")}) == (
        None,
        "role.unknown",
    )


def test_down_and_up_make_a_unet() -> None:
    down = {**repeated("down_blocks", 2, RESIDUAL), **repeated("up_blocks", 2, RESIDUAL)}
    net = {"conv_in.weight": (32, 4, 3, 3), **TIME, **down, "conv_out.weight": (4, 32, 3, 3)}
    assert role(net)[0] == "diffusion_unet"


def test_an_autoencoder_falls_into_halves_that_share_the_latent() -> None:
    assert role(VAE) == ("vae", "role.autoencoder")
    found = parts(VAE)
    assert {path: part.role.value for path, part in found.items()} == {
        "encoder": "vae_encoder",
        "decoder": "vae_decoder",
    }
    for half in found.values():
        assert half.latent_channels is not None
        assert (half.latent_channels.value, half.latent_channels.evidence.rule) == (4, "latent.decoder_entry")


def test_statistics_give_the_latent_where_the_convolutions_do_not() -> None:
    net = {**VAE, "decoder.conv_in.weight": (32, 32, 3, 3), "per_channel_statistics.mean-of-means": (32,)}
    found = parts(net)
    latent = found["decoder"].latent_channels
    assert latent is not None
    assert (latent.value, latent.evidence.rule) == (32, "latent.statistics")
    assert found["per_channel_statistics"].role.value == "latent_statistics"


def test_the_latent_is_unknown_where_the_ends_do_not_tell() -> None:
    more = {**VAE, "decoder.skip.weight": (32, 16, 1, 1)}
    latent = parts(more)["decoder"].latent_channels
    assert latent is not None
    assert latent.value is None
    assert latent.evidence.detail


def test_a_bundle_is_a_pipeline_of_its_parts() -> None:
    connector = below("audio_embeddings_connector", repeated("transformer_1d_blocks", 2, BLOCK))
    text = {"embed.weight": (32000, 64), "proj.weight": (64, 64)}
    net = {
        **below("model.diffusion_model", {**DIT, **connector}),
        **below("vae", VAE),
        **below("text_embedding_projection", text),
    }
    assert role(net)[0] == "diffusion_pipeline"
    assert roles(net) == {
        "model.diffusion_model": "diffusion_transformer",
        "model.diffusion_model.audio_embeddings_connector": "audio_connector",
        "text_embedding_projection": "projection",
        "vae.encoder": "vae_encoder",
        "vae.decoder": "vae_decoder",
    }


def test_a_stack_with_a_connector_beside_it_is_a_component_wherever_it_stands() -> None:
    net = {**DIT, **below("caption_refiner", repeated("layers", 2, BLOCK))}
    assert roles(net) == {"": "diffusion_transformer", "caption_refiner": "text_connector"}
    assert roles(below("core.net", net)) == {
        "core.net": "diffusion_transformer",
        "core.net.caption_refiner": "text_connector",
    }


def test_language_models_and_text_encoders() -> None:
    assert role(LM) == ("causal_lm", "role.causal_lm")
    encoder = {**LM, "model.pooler.dense.weight": (64, 64), "model.token_type_embeddings.weight": (2, 64)}
    assert role(encoder)[0] == "text_encoder"
    halves = {**below("encoder", repeated("layers", 2, BLOCK)), **below("decoder", repeated("layers", 2, BLOCK))}
    assert role({"shared.weight": (32000, 64), **halves})[0] == "seq2seq"


def test_images() -> None:
    stages = repeated("layer1", 2, {**RESIDUAL, "bn1.weight": (32,), "bn1.bias": (32,), "bn1.running_mean": (32,)})
    cnn = {"conv1.weight": (32, 3, 7, 7), **stages, "fc.weight": (1000, 32), "fc.bias": (1000,)}
    assert role(cnn)[0] == "cnn"
    restoration = {
        "conv_first.weight": (32, 3, 3, 3),
        **repeated("body", 2, RESIDUAL),
        "conv_last.weight": (3, 32, 3, 3),
    }
    assert role(restoration)[0] == "super_resolution"
    vit = {"patch_embed.proj.weight": (64, 3, 16, 16), **repeated("blocks", 2, BLOCK), "head.weight": (1000, 64)}
    assert role(vit)[0] == "vision_encoder"


def test_half_an_autoencoder_is_told_from_a_net_that_enlarges() -> None:
    half = {
        "post_quant_conv.weight": (4, 4, 1, 1),
        "decoder.conv_in.weight": (64, 4, 3, 3),
        **repeated("decoder.up", 2, {"conv1.weight": (64, 64, 3, 3), "conv2.weight": (64, 64, 3, 3)}),
        "decoder.conv_out.weight": (3, 64, 3, 3),
    }
    assert role(below("first_stage_model", half)) == ("vae_decoder", "role.decoder")
    assert role({k: v for k, v in half.items() if k.startswith("decoder.")})[0] == "vae_decoder"
    enlarger = {
        "decoder.first.weight": (64, 3, 3, 3),
        **repeated("decoder.body", 2, RESIDUAL),
        "decoder.last.weight": (3, 64, 3, 3),
    }
    assert role(enlarger)[0] == "super_resolution"


def test_a_batch_norm_beside_a_quantisation_is_still_an_autoencoder() -> None:
    statistics = {"bn.running_mean": (16,), "bn.running_var": (16,), "bn.num_batches_tracked": ()}
    assert role({**VAE, **statistics, "quant_conv.weight": (8, 8, 1, 1)})[0] == "vae"


def test_connectors_alone_are_connectors() -> None:
    net = {**below("video_connector", repeated("blocks", 2, BLOCK)), "text_in.weight": (64, 999)}
    net |= below("audio_connector", repeated("blocks", 2, BLOCK))
    assert role(net) == ("connector", "role.connector")
    assert roles(net) == {"audio_connector": "audio_connector", "video_connector": "video_connector"}


def test_a_bundle_that_is_no_one_encoder_is_unknown() -> None:
    net = {**below("backbone", LM), **below("vae", VAE), **below("text_encoder", LM)}
    assert role(net) == (None, "role.bundle")


def test_two_towers_and_a_scale() -> None:
    towers = {**below("visual", repeated("blocks", 2, BLOCK)), **below("text", repeated("blocks", 2, BLOCK))}
    assert role({"logit_scale": (), **towers})[0] == "dual_encoder"
    assert roles({"logit_scale": (), **towers}) == {"text": "text_encoder", "visual": "vision_encoder"}


def test_an_adapter_is_no_model() -> None:
    lora = {"q_proj.lora_A.weight": (8, 64), "q_proj.lora_B.weight": (64, 8)}
    assert role(below("base_model.model.layers.0.self_attn", lora)) == ("adapter", "role.adapter")
    kohya = {"lora_unet_a.lora_down.weight": (8, 64), "lora_unet_a.lora_up.weight": (64, 8), "lora_unet_a.alpha": ()}
    assert role(kohya)[0] == "adapter"


def test_a_vocoder_is_convolutions_over_time() -> None:
    net = {
        "conv_pre.weight": (64, 80, 7),
        "ups.0.weight": (64, 32, 16),
        "ups.0.bias": (32,),
        **repeated("resblocks", 2, {"convs1.0.weight": (32, 32, 3), "convs2.0.weight": (32, 32, 3)}),
        "conv_post.weight": (1, 32, 7),
    }
    assert role(net) == ("vocoder", "role.vocoder")


def test_one_part_has_no_components() -> None:
    assert parts(LM) == {}
    assert parts(DIT) == {}


def staged(*names: str) -> Shapes:
    stages = [below(name, repeated("layers", 2, RESIDUAL)) for name in names]
    return {"conv_in.weight": (32, 3, 3, 3), **{key: shape for stage in stages for key, shape in stage.items()}}


def test_numbered_stages_of_one_backbone_are_no_components() -> None:
    assert not parts(staged("stages.0", "stages.1", "stages.2"))
    assert not parts(staged("block1", "block2", "block3"))
    assert not parts({**staged("encoder1", "encoder2", "encoder3"), "tail.conv.weight": (3, 32, 3, 3)})


def test_a_named_part_beside_the_stages_is_one() -> None:
    net = {**staged("block1", "block2", "block3"), **below("text_encoder", LM)}
    assert roles(net) == {"": role(net)[0], "text_encoder": "text_encoder"}


def test_two_models_that_differ_in_their_number_are_no_stages() -> None:
    assert roles(staged("tower1", "tower2")).keys() == {"tower1", "tower2"}
    models = {**below("models.0", LM), **below("models.1", {**LM, "model.norm.weight": (64,)})}
    assert roles(models) == {"models.0": "causal_lm", "models.1": "causal_lm"}
