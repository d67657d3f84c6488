"""Small graphs made by hand, so that questions are tested apart from the rules that infer real ones.

`duo` is a transformer of twelve blocks over a video stream that reads text, quantised in its first ten blocks, with a
VAE half whose convolutions are nested two deep; `solo` shares its block; `solo-copy` is `solo` under other names.
"""

from __future__ import annotations

from typing import Any

from archkb.kb.relations.adapter import target_lines, targets
from archkb.kb.relations.fingerprint import Sketch
from archkb.kb.tables import EdgeTable, GraphTables, NodeTable, edge_columns, node_columns

Cells = dict[str, Any]


class Graph:
    """A model's tables while they are written down; what is left out is null, inferred values get stock evidence."""

    def __init__(self, name: str, **model: Any) -> None:
        self.own = f"uid-{name}"
        self.uid = f"structure-{name}"
        self._paths: set[str] = set()
        self._nodes: dict[tuple[str, str | None], list[Cells]] = {}
        self._edges: dict[tuple[str, str, str], list[Cells]] = {}
        sketch = model.pop("sketch", None)
        own = {"uid": self.own, "name": name, "structure": self.uid, "format": "design", "source": f"{name}.yaml"}
        self.model = self.node("Model", None, **own, **model)
        for own_property in ("family", "licence"):
            model.pop(own_property, None)
        self.structure = self.node("Structure", None, uid=self.uid, sketch=sketch, **model)

    def node(self, primary: str, label: str | None, /, **cells: Any) -> Cells:
        columns = node_columns(primary, label)
        row: Cells = {c: cells.pop(c, None) for c in columns}
        for column in columns:
            if f"{column}_rule" in row and row[f"{column}_rule"] is None:
                known = row[column] is not None
                row[f"{column}_rule"] = f"{column}.stock" if known else f"{column}.unknown"
                row[f"{column}_basis"] = row[f"{column}_basis"] or ("shape" if known else "none")
                row[f"{column}_confidence"] = 0.5 if known else None
                row[f"{column}_detail"] = row[f"{column}_detail"] or (
                    "seen in the shapes" if known else "nothing proves it"
                )
        assert not cells, f"no such properties: {sorted(cells)}"
        self._nodes.setdefault((primary, label), []).append(row)
        return row

    def edge(self, type_: str, source: str, target: str, ends: str = "Module Module", **cells: Any) -> None:
        a, b = ends.split()
        row: Cells = {c: cells.get(c) for c in edge_columns(type_)}
        row["source"], row["target"] = source, target
        self._edges.setdefault((type_, a, b), []).append(row)

    def module(self, path: str, label: str | None = None, /, **cells: Any) -> str:
        name = path.rpartition(".")[2]
        numbered = int(name) if name.isdigit() else None
        pattern = ".".join("{i}" if part.isdigit() else part for part in path.split("."))
        stock = {
            "kind": label or "Container",
            "ordinal": numbered,
            "depth": path.count(".") + 1,
            "n_tensors": 1,
            "n_params": 8,
            "n_bytes": 16,
        }
        row = self.node(
            "Module",
            label,
            uid=f"{self.uid}/{path}",
            structure=self.uid,
            path=path,
            name=name,
            pattern=pattern,
            **{**stock, **cells},
        )
        self._paths.add(path)
        parent = path.rpartition(".")[0]
        if parent and parent not in self._paths:
            self.module(parent)
        if parent:
            self.edge("CONTAINS", f"{self.uid}/{parent}", row["uid"], ord=numbered or 0)
        else:
            self.edge("CONTAINS", self.own, row["uid"], "Model Module", ord=0)
            self.edge("CONTAINS", self.uid, row["uid"], "Structure Module", ord=0)
        self.edge("BY", row["uid"], "kind.stock", "Module Rule", property="kind")
        return str(row["uid"])

    def tensor(self, module: str, name: str, shape: list[int], dtype: str = "BF16", role: str = "weight") -> str:
        key = f"{module.partition('/')[2]}.{name}".lstrip(".")
        size = 1
        for n in shape:
            size *= n
        row = self.node(
            "Tensor",
            None,
            uid=f"{self.uid}#{key}",
            structure=self.uid,
            key=key,
            name=name,
            dtype=dtype,
            shape=shape,
            n_params=size,
            n_bytes=size * (1 if dtype.startswith("F8") else 2),
            role=role,
        )
        if module == self.uid:
            self.edge("HAS_TENSOR", self.own, row["uid"], "Model Tensor", role=role)
        owner = "Structure" if module == self.uid else "Module"
        self.edge("HAS_TENSOR", module, row["uid"], f"{owner} Tensor", role=role)
        return str(row["uid"])

    def stream(self, scope: str, name: str | None, width: int, source: str | None = None) -> str:
        row = self.node(
            "Stream",
            None,
            uid=f"{self.uid}~{scope}~{name}",
            structure=self.uid,
            scope=scope,
            name=name,
            width=width,
            source=source,
        )
        return str(row["uid"])

    def tables(self) -> GraphTables:
        for key, cells in {
            ("Rule", "kind.stock"): {
                "statement": "A layer is what its shapes say.",
                "source": "by hand",
                "precision": 0.9,
            },
            ("Rule", "attends.stock"): {
                "statement": "Keys of another width are another stream's.",
                "source": "by hand",
            },
        }.items():
            self.node(key[0], None, uid=key[1], **cells)
        for label, count in (("Tensor", "n_tensors"), ("Module", "n_modules")):
            held = sum(len(rows) for (primary, _), rows in self._nodes.items() if primary == label)
            self.model[count] = self.structure[count] = held
        nodes = [
            NodeTable(p, r, node_columns(p, r), tuple(tuple(row.values()) for row in rows))
            for (p, r), rows in self._nodes.items()
        ]
        edges = [
            EdgeTable(t, a, b, edge_columns(t), tuple(tuple(row.values()) for row in rows))
            for (t, a, b), rows in self._edges.items()
        ]
        return GraphTables(dict(self.model), tuple(nodes), tuple(edges))


def duo() -> GraphTables:
    """The transformer that reads text."""
    g = Graph(
        "duo",
        family="pair",
        role="diffusion_transformer",
        architecture="arch-duo",
        shape_hash="shape-duo",
        header_hash="head-duo",
        n_params=5100,
        n_bytes=9200,
        dtypes=["F8_E4M3", "BF16"],
        sketch=Sketch(
            {"form": {"attention self separate": 0.8, "norm RMSNorm": 0.2}, "layers": {"Linear 32>32": 1.0}},
            {"depth": 12.0},
        ).text,
    )
    g.node("Template", None, uid="template-block", n_tensors=4, n_params=40, signature="attn.q [8, 8]")
    g.module("net", "Component", role="diffusion_transformer", n_params=4000, n_bytes=7000, n_tensors=35)
    refiner = g.module(
        "net.refiner", "Component", role="text_connector", component="net.refiner", n_params=400, n_bytes=800
    )
    g.tensor(refiner, "register", [16])
    g.tensor(g.uid, "step", [1], role="buffer")
    g.module(
        "net.blocks", "Stack", stack_depth=12, uniform=True, runs=["0-11"], n_params=3600, n_bytes=6000, component="net"
    )
    video = g.stream("net.blocks", "video", 32, "net.patchify")
    text = g.stream("net.blocks", "text", 16, "net.caption")
    g.module("net.patchify", "Linear", kind="Linear", in_features=4, out_features=32, component="net")
    g.module("net.caption", "Linear", kind="Linear", in_features=48, out_features=16, component="net")
    g.module("net.adaln", "Linear", kind="Linear", in_features=32, out_features=192, modulation_rows=6, component="net")
    for i in range(12):
        _block(g, f"net.blocks.{i}", video, text, "F8_E4M3" if i < 10 else "BF16")
    _vae(g)
    return g.tables()


def _block(g: Graph, path: str, video: str, text: str, dtype: str) -> None:
    block = g.module(path, "Block", block_index=int(path.rpartition(".")[2]), component="net", n_params=300)
    g.edge("INSTANCE_OF", block, "template-block", "Module Template")
    widths = {
        "q_dim": 32,
        "inner_dim": 32,
        "out_dim": 32,
        "form": "separate",
        "gated": False,
        "qk_norm": "full_width",
        "component": "net",
    }
    own = g.module(f"{path}.attn1", "Attention", attends="self", kv_dim=32, **widths)
    other = g.module(
        f"{path}.attn2", "Attention", attends="cross", kv_dim=16, attends_detail="keys read 16, queries 32", **widths
    )
    for attention, read in ((own, video), (other, text)):
        g.edge("QUERIES", attention, video, "Module Stream")
        g.edge("ATTENDS_TO", attention, read, "Module Stream")
    q = g.module(f"{path}.attn1.to_q", "Linear", kind="Linear", in_features=32, out_features=32, component="net")
    weight = g.tensor(q, "weight", [32, 32], dtype)
    if dtype != "BF16":
        g.edge(
            "SCALES", g.tensor(q, "weight_scale", [], "F32", "side_car"), weight, "Tensor Tensor", kind="weight_scale"
        )
    ff = g.module(f"{path}.ff", "FeedForward", form="plain", width=32, hidden=128, component="net")
    g.module(f"{path}.norm", "Norm", kind="RMSNorm", features=32, affine_bias=False, component="net")
    g.tensor(block, "scale_shift_table", [6, 32], "BF16", "modulation_table")
    for order, around in enumerate((own, other, ff)):
        g.edge(
            "RESIDUAL",
            block,
            around,
            stream="video",
            order=order,
            form="identity",
            form_basis="shape",
            form_detail="widths are equal",
        )


def _vae(g: Graph) -> None:
    g.module("vae", "Component", role="vae_decoder", latent_channels=4, n_params=1000, n_bytes=2000, n_tensors=4)
    for level in range(2):
        for i in range(2):
            conv = g.module(
                f"vae.up.{level}.conv.{i}",
                "Conv",
                kind="Conv3d",
                in_channels=8,
                out_channels=8 * (level + 1),
                kernel=[3, 3, 3],
                depthwise=False,
                component="vae",
            )
            g.tensor(conv, "weight", [8, 8, 3, 3, 3])
    g.module("vae.book", "Embedding", kind="Embedding", rows=64, width=8, component="vae")


def solo(name: str = "solo", root: str = "net", header: str = "head-solo") -> GraphTables:
    """A model with an attention nobody can tell the kind of, and a mixture; its one block is one of `duo`'s."""
    g = Graph(
        name,
        architecture="arch-solo",
        shape_hash="shape-solo",
        header_hash=header,
        n_params=80,
        n_bytes=160,
        dtypes=["BF16"],
        sketch=Sketch(
            {"form": {"attention self separate": 1.0}, "layers": {"Linear 32>32": 0.5, "Linear 8>8": 0.5}},
            {"depth": 1.0},
        ).text,
    )
    g.node("Template", None, uid="template-block", n_tensors=4, n_params=40, signature="attn.q [8, 8]")
    g.module(root, "Stack", stack_depth=1, uniform=True, runs=["0"])
    g.stream(root, "hidden", 8)
    block = g.module(f"{root}.0", "Block", block_index=0)
    g.edge("INSTANCE_OF", block, "template-block", "Module Template")
    g.module(
        f"{root}.0.attn",
        "Attention",
        q_dim=8,
        kv_dim=8,
        inner_dim=8,
        heads=2,
        kv_heads=1,
        head_dim=4,
        gqa=2,
        form="separate",
        attends_detail="both widths are 8 and no name tells",
        gated=True,
    )
    g.module(f"{root}.0.moe", "FeedForward", form="moe", width=8, hidden=32, experts=4)
    odd = g.module(f"{root}.0.odd", kind="Other", kind_detail="no rule knows these shapes")
    g.tensor(odd, "table", [5, 8])
    return g.tables()


def adapter() -> GraphTables:
    """A low-rank adapter of `duo`'s first projections, of two ranks, with one target `duo` has not."""
    g = Graph("lora", role="adapter", n_params=1000, n_bytes=2000, dtypes=["BF16"])
    shapes = {}
    for path, rank in (("net.blocks.0.attn1.to_q", 4), ("net.blocks.1.attn1.to_q", 8), ("net.nowhere", 4)):
        for half, shape in (("lora_A", (rank, 32)), ("lora_B", (32, rank))):
            g.tensor(g.module(f"{path}.{half}", kind="Container"), "weight", list(shape))
            shapes[f"{path}.{half}.weight"] = shape
    g.structure["targets"] = target_lines(targets(shapes))
    return g.tables()


SETTINGS = (
    ("", "class", "class_name", "", "PartsPipeline"),
    ("", "scheduler", "steps", "", "1000"),
    ("", "size", "layers", "", "80"),
    ("", "text", "text_width", "", "64"),
    ("", "weights", "tied_embeddings", "", "true"),
    ("", "weights", "quantization", "", '{"bits": 8}'),
    ("", "vae", "encoder_blocks", "", "compress_all, res_x"),
    ("", "other", "double_z", "", "true"),
    ("body", "position", "position_kind", "", "rope"),
    ("body", "position", "max_positions", "audio", "20"),
    ("body", "position", "rope_theta", "", "10000.0"),
    ("body", "attention", "causal_attention", "", "true"),
    ("body", "attention", "sliding_window", "", "512"),
    ("body", "activation", "activation", "", "silu"),
    ("body", "norm", "norm_eps", "", "1e-06"),
    ("body", "patch", "patch_size", "", "4"),
    ("body", "vae", "compression_space", "", "32"),
    ("body", "audio", "sampling_rate", "", "16000"),
)
"""(path, topic, name, part, value) of what a configuration states of :func:`parts`."""


def parts() -> GraphTables:
    """A model of one of each: what questions on a part of a model ask for, and what a configuration states."""
    sizes = {"dtypes": ["BF16"], "dtype_tensors": [3], "dtype_params": [900], "dtype_bytes": [1800]}
    g = Graph("parts", role="diffusion_pipeline", licence="MIT", n_params=900, n_bytes=1800, **sizes)
    for path, role in (
        ("text_encoder", "text_encoder"),
        ("vocoder", "vocoder"),
        ("vae", "vae_encoder"),
        ("body", None),
    ):
        g.module(path, "Component", role=role, n_params=100, component=path)
    g.module("body.connector", "Component", role="text_connector", n_params=10, component="body.connector")
    g.module("text_encoder.tokens", "Embedding", kind="Embedding", rows=1000, width=64, component="text_encoder")
    g.module("text_encoder.pos_embed", "Embedding", kind="Embedding", rows=77, width=64, component="text_encoder")
    g.module("text_encoder.lstm", "Recurrent", kind="LSTM", hidden=64, layers=2, bidirectional=True)
    g.module("vae.up", "Conv", kind="ConvTranspose3d", in_channels=8, out_channels=4, kernel=[3, 4, 4], has_bias=True)
    g.module("body.timestep_embedder", "Linear", kind="Linear", in_features=256, out_features=32, has_bias=True)
    g.module("body.blocks", "Stack", stack_depth=4, uniform=False, runs=["0-2", "3"], n_params=400, component="body")
    for i in range(4):
        odd = i == 3
        g.module(f"body.blocks.{i}", "Block", block_index=i, template=f"template-{odd}", n_params=100 + 20 * odd)
        g.module(f"body.blocks.{i}.time_attn", "Attention", attends="self", form="separate", gated=odd, gqa=1)
        g.module(f"body.blocks.{i}.moe", "FeedForward", form="moe", width=32, hidden=64, experts=8)
    for name in ("exit_gate", "camera_proj", "image_proj"):
        g.module(f"body.{name}", "Linear", kind="Linear", in_features=32, out_features=4, has_bias=False)
    for n, (path, topic, name, part, value) in enumerate(SETTINGS):
        contradicts = name == "layers"
        setting = g.node(
            "Setting", None, uid=f"set-{g.uid}@{n}", settings=f"set-{g.uid}",
            name=name, topic=topic, part=part, value=value, path=path,
            stated_at=f"config.{name}", basis="metadata", verdict="contradicts" if contradicts else "unchecked",
            shapes_show="4 blocks" if contradicts else None, detail="",
        )  # fmt: skip
        owner = f"{g.uid}/{path}" if path else g.own
        g.edge("HAS_SETTING", owner, setting["uid"], f"{'Module' if path else 'Model'} Setting")
    g.node("Metadata", None, uid="metadata-format", key="format", value="pt")
    g.edge("STATES", g.own, "metadata-format", "Model Metadata")
    g.model["settings"], g.model["n_settings"] = f"set-{g.uid}", len(SETTINGS)
    return g.tables()


def small_models() -> list[GraphTables]:
    """All of them."""
    return [duo(), solo(), solo("solo-copy", "encoder", "head-copy")]
