"""What archkb does not read yet is told by its first bytes, and what is said to do about it works."""

from __future__ import annotations

import http.server
import json
import re
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which

import pytest

from archkb.ingest.sources import read_header
from archkb.kb.errors import SourceError


def refused(path: Path | str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_header(path)
    return caught.value


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return path


GGUF = b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + bytes(64)
ONNX = b"\x08\x09\x12\x07pytorch" + bytes(64)
LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03." + bytes(64)
FRAMED = b"\x80\x04\x95\x0d\0\0\0\0\0\0\0\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."


@pytest.mark.parametrize("name", ["m", "m.safetensors", "m.dat"])
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (GGUF, "a GGUF file"),
        (ONNX, "an ONNX graph"),
        (LEGACY, "a PyTorch checkpoint of the old layout"),
        (FRAMED, "a PyTorch checkpoint of the old layout"),
        (b"\x80\x04\x95\x05\0\0\0\0\0\0\0}\x94." + bytes(64), "a pickle"),
        (b"\x1c\0\0\0TFL3" + bytes(64), "a TensorFlow Lite model"),
    ],
    ids=["gguf", "onnx", "legacy", "framed", "pickle", "tflite"],
)
def test_first_bytes_tell_whatever_the_name_says(tmp_path: Path, name: str, content: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(content)
    error = refused(tmp_path / name)
    assert f"is {what}" in error.what
    assert "does not read yet" in error.what
    assert error.cure


@pytest.mark.parametrize("name", ["m.pt", "m.pth", "m.bin", "m.ckpt", "m.safetensors", "m"])
@pytest.mark.parametrize(
    ("inside", "what"),
    [
        (("archive/data.pkl", "archive/data/0", "archive/version"), "a PyTorch checkpoint (a zip archive"),
        (("m/data.pkl", "m/code/__torch__.py", "m/constants.pkl"), "TorchScript"),
        (("w.npy",), "a NumPy archive"),
    ],
    ids=["checkpoint", "script", "numpy"],
)
def test_zip_archives_are_told_by_what_is_in_them(
    tmp_path: Path, name: str, inside: tuple[str, ...], what: str
) -> None:
    assert f"is {what}" in refused(zipped(tmp_path / name, *inside)).what


@pytest.mark.parametrize("suffix", [".onnx", ".gguf", ".pt", ".pth", ".bin", ".ckpt", ".pth.tar", ".tflite", ".h5"])
def test_a_name_tells_where_bytes_do_not(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"m{suffix}").write_bytes(b"whatever this is")
    assert "does not read yet" in refused(tmp_path / f"m{suffix}").what


@pytest.mark.parametrize(
    ("address", "cure"),
    [
        ("hf://owner/model", "hf download owner/model --include '*.safetensors'"),
        ("hf://owner/model@v1.0/part/m.safetensors", "owner/model part/m.safetensors --revision v1.0"),
        ("hf:owner/model", "hf download owner/model --include"),
        ("https://huggingface.co/owner/model", "hf download owner/model --include"),
        ("huggingface.co/owner/model/tree/main", "hf download owner/model --include '*.safetensors'"),
        ("hf.co/owner/model/blob/v2/m.gguf", "hf download owner/model m.gguf --revision v2"),
        (
            "https://hf.co/owner/model/blob/main/m.safetensors?x",
            "u=https://hf.co/owner/model/resolve/main/m.safetensors;",
        ),
        ("https://host/a/m.safetensors?x=1", "u='https://host/a/m.safetensors?x=1'"),
        ("http://host/m.gguf", "curl -fLO http://host/m.gguf"),
        ("s3://bucket/m.safetensors", "copy the file to this machine"),
        ("file:///models/m.safetensors", "give the path, /models/m.safetensors"),
        ("owner-nobody-has/model-2.1", "hf download owner-nobody-has/model-2.1 --include"),
    ],
)
def test_what_lies_elsewhere_is_said_with_how_to_fetch_it(address: str, cure: str) -> None:
    error = refused(address)
    assert cure in error.cure
    assert "yet" in error.what
    assert "$(rm" not in refused("https://host/$(rm x).safetensors").cure.replace("'https://host/$(rm x)", "")


def test_a_path_that_is_mistyped_is_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path)
    assert refused("models/absent.safetensors").what == "there is no such file"


@pytest.mark.parametrize(
    ("files", "what", "cure"),
    [
        (("model_index.json", "unet/m.safetensors", "vae/m.safetensors"), "diffusers", "unet/m.safetensors, vae/m"),
        (("model_index.json",), "diffusers", "fetch its .safetensors file"),
        (("config.json",), "no safetensors file", "fetch its .safetensors file"),
        (("config.json", "pytorch_model.bin"), "no safetensors file", "pytorch_model.bin"),
        (("config.json", "a.safetensors.index.json", "a-1.safetensors"), "folder of a model", "a.safetensors.index"),
        (("notes.txt",), "is a directory", "name a .safetensors file"),
    ],
)
def test_folders_are_told_by_what_is_in_them(tmp_path: Path, files: tuple[str, ...], what: str, cure: str) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    error = refused(tmp_path)
    assert what in error.what
    assert cure in error.cure


def command(error: SourceError) -> str:
    """The command in a cure."""
    (text,) = re.findall("`([^`]+)`", error.cure)
    return text


def run(text: str, folder: Path) -> None:
    """Run a command of a cure in a shell whose python is this one."""
    (folder / "bin").mkdir(exist_ok=True)
    if not (folder / "bin/python").exists():
        (folder / "bin/python").symlink_to(sys.executable)
    python = f'python() {{ "{sys.executable}" "$@"; }}; '
    subprocess.run(["sh", "-c", python + text], cwd=folder, check=True, timeout=300, capture_output=True)


class _Ranges(http.server.BaseHTTPRequestHandler):
    """Serves one file by ranges only, and counts what it served."""

    content = b""
    served = 0

    def do_GET(self) -> None:
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if found is None:
            self.send_error(400)
            return
        part = self.content[int(found[1]) : int(found[2]) + 1]
        type(self).served += len(part)
        self.send_response(206)
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def served() -> Iterator[tuple[str, type[_Ranges]]]:
    header = json.dumps({"w": {"dtype": "F32", "shape": [256, 4], "data_offsets": [0, 4096]}}).encode()
    _Ranges.content, _Ranges.served = struct.pack("<Q", len(header)) + header + bytes(4096), 0
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Ranges)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/m.safetensors", _Ranges
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(which("curl") is None, reason="needs curl")
def test_the_command_for_an_address_fetches_the_header_and_nothing_else(
    tmp_path: Path, served: tuple[str, type[_Ranges]]
) -> None:
    address, handler = served
    run(command(refused(address)), tmp_path)
    assert [t.key for t in read_header(tmp_path / "model.json").tensors] == ["w"]
    assert handler.served == len(handler.content) - 4096


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`torch.jit")
@pytest.mark.parametrize("kind", ["zip", "old", "nested", "script"])
def test_the_command_for_a_checkpoint_converts_it(tmp_path: Path, kind: str) -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Linear(3, 2)
    path = tmp_path / "it's a model.pt"
    write: dict[str, Callable[[], object]] = {
        "zip": lambda: torch.save(net.state_dict(), path),
        "old": lambda: torch.save(net.state_dict(), path, _use_new_zipfile_serialization=False),
        "nested": lambda: torch.save({"state_dict": net.state_dict(), "epoch": 3}, path),
        "script": lambda: torch.jit.save(torch.jit.script(net), str(path)),
    }
    write[kind]()
    run(command(refused(path)), tmp_path)
    assert {t.key: t.shape for t in read_header(tmp_path / "model.safetensors").tensors} == {
        "weight": (2, 3),
        "bias": (2,),
    }
