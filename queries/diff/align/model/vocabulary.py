"""The words of the field: spellings that mean one role. General habits of naming, no list of models.

`WORDS` maps one word to what it means; `PHRASES` are patterns over a whole path in lower case with `_` between words
and `.` between components. What a path means is the union. Weights say how telling a feature is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Features = Mapping[str, float]


def _table(text: str) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for line in re.findall(r"[^>]*->[^\n]*", text):
        words, _, meaning = line.partition("->")
        for word in words.split():
            out[word] = tuple(meaning.split())
    return out


WORDS: Mapping[str, tuple[str, ...]] = _table(
    """
    q query queries wq qw qproj qlin -> q
    k key keys wk kproj -> k
    v value values wv vproj -> v
    o wo -> o out
    out output outputs -> out
    qkv wqkv -> qkv q k v
    kv wkv -> kv k v
    attn attention attentions mha sa msa atten -> attn
    crossattention xattn ca crossattn encdecattention -> attn cross
    selfattention selfattn -> attn self
    cross encdec -> cross
    self -> self
    mlp ff ffn feedforward ffw feed forward relu -> ffn
    w1q w2q -> q
    w1k w2k -> k
    w1v w2v -> v
    w1o w2o -> o out
    up -> up
    down -> down
    gate gated -> gate
    exps experts expert -> expert
    shexp shared -> shared
    inp router -> router
    norm ln layernorm rms rmsnorm bn gn groupnorm layrnorm batchnorm norms -> norm
    embed embedding embeddings embd embedder emb embeds -> embed
    wte tok token tokens word words vocab -> tok
    wpe pos position positional positions -> pos
    types type segment -> type
    cls class -> cls
    dist distillation distilled -> dist
    rel relative -> rel
    enc encoder -> enc
    dec decoder -> dec
    vis vision visual image img -> img
    txt text caption captions -> txt
    context ctx cond c added add y -> ctx
    audio aud sound -> audio
    video vid -> video
    time timestep timesteps t temb -> time
    scale scales -> scale
    shift -> shift
    mod modulation ada adaln adanorm adaptive -> mod
    table -> table
    single singles -> single
    double joint doubles -> joint
    conv convolution convs nin -> conv
    res resnets resblocks resblock residual resnet unit -> res
    skip shortcut -> skip
    downsample downsamplers downsampler downscale op -> down sample
    upsample upsamplers upsampler upscale ups -> up sample
    input inputs -> input
    middle mid bottleneck -> mid
    final last fnl -> final
    first begin -> first
    mean means -> mean
    std stds var -> std
    act activation snake -> act
    patchify patch patches stem -> patch
    projection proj linear lin dense fc -> lin
    pool pooler pooling -> pool
    head classifier logits predictions -> head
    projector merger connector connectors multimodal aggregator -> bridge
    ema shadow teacher target momentum averaged -> copy
    register registers -> register
    guidance distil -> guidance
    quantizer quant quantize quantization -> quant
    """
)
"""Word -> features. A word that is not here stands for itself."""

EMPTY = frozenset(
    _table(
        """
    model models module modules net network w b weight bias layer layers block blocks h blk transformer transformers
    list seq sequential sublayer tensor param parameter core inner base backbone main to x a d of the data n -> none
    """
    )
)
"""Words of housekeeping: they say nothing about a role."""

PHRASES: tuple[tuple[re.Pattern[str], Features], ...] = tuple(
    (re.compile(pattern), {name: float(weight or 1) for name, _, weight in (f.partition(":") for f in meaning.split())})
    for pattern, meaning in (
        (r"(^|[._])attn_?1(?=[._]|$)", "self:1.2"),
        (r"(^|[._])attn_?2(?=[._]|$)", "cross:0.7"),
        (r"enc_dec_attention|encoder_attn|cross_attn|cross_attention|enc_dec_attn", "cross:1.5 attn:1"),
        (r"self_attn|self_attention|attention\.self", "self:1 attn:1"),
        (
            r"input_layer_?norm|attn_norm|attention_norm|layer_?norm_before|pre_attention_norm|ln_attn",
            "first:1.2 attn:0.5",
        ),
        (
            r"post_attention_layer_?norm|ffn_norm|layer_?norm_after|mlp_ln|mlp_norm|ffw_norm|norm_mlp|ff_norm",
            "second:1",
        ),
        (r"pre_feed_?forward|pre_ff", "second:1 pre:1 ffn:0.5"),
        (r"post_feed_?forward|post_ff", "post:1 ffn:0.5"),
        (r"(^|[._])(ln|norm|layer_norm|layernorm)_?1(?=[._]|$)", "first:1.2"),
        (r"(^|[._])(ln|norm|layer_norm|layernorm)_?2(?=[._]|$)", "second:1.2"),
        (r"(^|[._])(ln|norm|layer_norm|layernorm)_?3(?=[._]|$)", "third:1.2"),
        (
            r"attention\.output\.layer_?norm|attn_output_norm|sa_layer_norm|self_attn_layer_norm|attn_ln",
            "first:1 attn:1",
        ),
        (r"(?<!attention)\.output\.layer_?norm|layer_output_norm|output_layer_norm", "second:1 final:0.5"),
        (r"(^|\.)(encoder|decoder)?\.?(layers?|blocks?)\.\d+\.final_layer_norm", "second:1.5 ffn:0.5"),
        (r"cross_attn_ln|encoder_attn_layer_norm|cross_attn_norm", "cross:1.5"),
        (r"in_layers", "first:1.2"),
        (r"out_layers", "second:1.2"),
        (r"emb_layers|time_emb_proj", "time:1.5 embed:1"),
        (r"(?<![a-z])(fc|lin|linear|dense|ff|conv|snake|layer|unit|block)_?1(?![0-9])", "first:0.8"),
        (r"(?<![a-z])(fc|lin|linear|dense|ff|conv|snake|layer|unit|block)_?2(?![0-9])", "second:0.8"),
        (r"(^|[._])(c_fc|wi|intermediate|h_to_4h|fc1|lin1|linear1|ffn_up|up_proj|ff0)(?=[._]|$)", "up:1.2 ffn:0.5"),
        (r"(^|[._])(fc2|lin2|linear2|4h_to_h|ffn_down|down_proj|ff1)(?=[._]|$)", "down:1.2 ffn:0.5"),
        (r"(feed_forward|mlp|ffn|ff|experts\.\d+)\.w1(?=[._]|$)", "gate:1.2"),
        (r"(feed_forward|mlp|ffn|ff|experts\.\d+)\.w2(?=[._]|$)", "down:1.2"),
        (r"(feed_forward|mlp|ffn|ff|experts\.\d+)\.w3(?=[._]|$)", "up:1.2"),
        (r"(mlp|ffn|ff|dense_relu_dense)\.(c_proj|wo)(?=[._]|$)", "down:1.2"),
        (r"(attn|attention|attn\d)\.(c_proj|proj|dense|out|to_out|wo|o|o_proj)(?=[._]|$)", "out:1.2 attn:0.5"),
        (r"attention\.output\.dense|attn_output(?=\.|$)|attn_out(?=\.|$)", "out:1.2 attn:1"),
        (r"(?<!attention)\.output\.dense", "down:1.2 ffn:0.5"),
        (r"(^|[._])(c_attn|in_proj|query_key_value|qkv_proj|attn_qkv|to_qkv)(?=[._]|$)", "qkv:1 q:0.5 k:0.5 v:0.5"),
        (r"gate_up|w12", "gate:1 up:1"),
        (r"ffn_gate_inp|mlp\.gate(?=\.|$)|moe\.gate(?=\.|$)|router", "router:2"),
        (r"lm_head|embed_out|unembed|^(model\.)?output(?=\.|$)", "head:2"),
        (
            r"^(.*\.)?(ln_f|ln_final|final_layer_?norm|output_norm|norm_f|ln_post|post_layer_?norm)(?=\.|$)",
            "final:1 norm:0.5",
        ),
        (r"^(model\.|transformer\.|language_model\.)*norm(?=\.|$)", "final:1"),
        (r"(ln_pre|pre_layr?norm)", "pre:1"),
        (r"input_blocks|down_blocks|encoder\.down(?=\.)", "down:1"),
        (r"output_blocks|up_blocks|decoder\.up(?=\.)", "up:1"),
        (r"conv_in|in_conv|conv_pre", "input:1 conv:0.5"),
        (r"conv_out|out_conv|conv_post", "out:1 conv:0.5"),
        (r"conv_norm_out|norm_out", "final:1"),
        (r"final_(layer|linear|proj)|proj_out|out_proj(?=\.?$)", "out:0.7"),
        (r"final_linear|final_layer\.linear|(^|\.)proj_out(?=\.?$)", "final:1 head:0.5"),
        (r"(x|img|image|patch)_?(embedder|embed|in)|proj_in|patchify", "input:1 patch:0.5"),
        (r"(context|txt|text|cond|y|caption|cond_seq)_(embedder|in|linear|proj|projection)", "ctx:1 txt:0.5 embed:0.5"),
        (r"vector_in|text_embedder", "txt:1 pool:1"),
        (r"conv_shortcut|skip_connection|nin_shortcut", "skip:1.5"),
        (r"scale_shift_table|modulation\.lin", "mod:1"),
        (r"mlp_?c(?=[._]|$)|mod_?c(?=[._]|$)|txt_(mlp|mod|attn|norm)|(ff|norm1|mlp)_context|context_block", "ctx:1.5"),
        (r"query_norm|norm_q|q_norm|ln_q|q_layernorm|norm_added_q|attn_q_norm", "q:1 norm:1"),
        (r"key_norm|norm_k|k_norm|ln_k|k_layernorm|norm_added_k|attn_k_norm", "k:1 norm:1"),
    )
)
"""Pattern over a path -> features with weights."""
