"""Every configuration fact of the models in the reference material, as their publishers wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archkb.ingest.read_tables import read_tables

DIT = "model.diffusion_model"
FACTS = {
    "ltx-2-19b-dev": [
        (DIT, "", "position_kind", "rope"), (DIT, "", "rope_type", "split"), (DIT, "", "rope_theta", "10000.0"),
        (DIT, "", "max_positions", "20, 2048, 2048"), (DIT, "audio", "max_positions", "20"),
        (DIT, "connector", "max_positions", "4096"), (DIT, "", "causal_positions", "true"),
        (DIT, "", "activation", "gelu-approximate"), (DIT, "", "norm_kind", "rms_norm"), (DIT, "", "norm_eps", "1e-06"),
        (DIT, "", "text_width", "3840"), (DIT, "", "heads", "32"), (DIT, "audio", "head_dim", "64"),
        (DIT, "", "layers", "48"), (DIT, "connector", "layers", "2"), (DIT, "connector", "registers", "128"),
        ("vae", "", "patch_size", "4"), ("vae", "", "latent_channels", "128"), ("vae", "", "causal_decoder", "false"),
        ("vae", "", "norm_kind", "pixel_norm"), ("vae.encoder", "", "compression_space", "32"),
        ("vae.encoder", "", "compression_time", "8"), ("", "", "class_name", "RectifiedFlowScheduler"),
        ("", "", "steps", "1000"), ("", "", "sampler", "LinearQuadratic"), ("audio_vae", "", "mel_bins", "64"),
        ("audio_vae", "", "sampling_rate", "16000"), ("vocoder", "", "upsampling", "6, 5, 2, 2, 2"),
    ],
    "ltx-2.3-22b-dev": [
        (DIT, "", "gated_attention", "true"), (DIT, "", "position_kind", "rope"), (DIT, "connector", "layers", "8"),
        ("vae.encoder", "", "compression_space", "32"), ("vae.encoder", "", "compression_time", "8"),
        (DIT, "", "activation", "gelu-approximate"), (DIT, "", "rope_theta", "10000.0"),
    ],
    "ltx-2.5-22b-dev-transformer-bf16": [
        (DIT, "", "gated_attention", "true"), (DIT, "", "rope_type", "split"), (DIT, "", "layers", "48"),
        (DIT, "", "cross_attention_modulation", "true"), (DIT, "", "text_width", "3840"),
    ],
    "ltx-2.5-video-vae-bf16": [
        ("", "", "latent_channels", "128"), ("", "", "prediction", "x0"), ("encoder", "", "patch_size", "4"),
        ("encoder", "", "compression_space", "32"), ("encoder", "", "compression_time", "8"),
        ("decoder", "", "inference_steps", "1"), ("decoder", "", "head_dim", "64"),
    ],
    "ltx-2.5-latent-spatial-upscaler-x2-bf16-1.0": [
        ("", "", "spatial_upsample", "true"), ("", "", "temporal_upsample", "false"), ("", "", "dimensions", "3"),
    ],
    "ltx-video-2b-v0.9": [
        ("vae.encoder", "", "compression_space", "32"), ("vae.encoder", "", "compression_time", "8"),
        (DIT, "", "position_kind", "rope"), (DIT, "", "layers", "28"),
    ],
    "aiprod-shdt-default": [("", "", "layers", "32"), ("", "", "feed_forward_ratio", "4.0"), ("", "", "kv_heads", "4")],
}  # fmt: skip
"""Model -> (path, words of the key's prefix, name, value)."""


@pytest.mark.shared
@pytest.mark.parametrize("model", FACTS)
def test_every_fact_of_a_known_configuration_is_kept(shared: Path, model: str) -> None:
    tables = read_tables(shared / "checkpoints" / f"{model}.json.gz", name=model)
    settings = {(s["path"], s["part"], s["name"], s["value"]) for s in tables.records("Setting")}
    missing = [fact for fact in FACTS[model] if fact not in settings]
    assert missing == []
    assert [s["name"] for s in tables.records("Setting") if s["verdict"] == "contradicts"] == []


@pytest.mark.shared
@pytest.mark.parametrize(("model", "space"), [("diffusers-ltx2-vae", 32), ("aiprod-hwvae", 8)])
def test_widths_show_the_compression_where_nothing_states_it(shared: Path, model: str, space: int) -> None:
    tables = read_tables(shared / "checkpoints" / f"{model}.json.gz", name=model)
    (setting,) = (s for s in tables.records("Setting") if s["name"] == "compression_space")
    assert (setting["value"], setting["basis"]) == (str(space), "shape")
