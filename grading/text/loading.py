"""Load an encoder: which model, on which device, computed by what.

    DEVICE=cuda   sentence-transformers on torch
    DEVICE=cpu    the model's exported transformer in the runtime that suits the CPU,
                  see `runtimes`; torch where a model cannot be exported

An export is made once, in the model's folder, by the first process that needs it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grading.errors import EncoderUnavailable
from grading.text import packed_e5
from grading.text.bare_encoder import EXPORT, BareEncoder
from grading.text.runtimes import INPUTS, OUTPUT, RUNTIMES, best_runtime
from grading.text.sentence_encoder import export_transformer, load_sentence_encoder

if TYPE_CHECKING:
    from grading.text.sentence_encoder import SentenceEncoder

DEFAULT_MODEL: Final = packed_e5.NAME
BACKENDS: Final = ("auto", "torch", *RUNTIMES)
DEVICES: Final = ("auto", "cpu", "cuda")
_DIGESTED_BYTES: Final = 1 << 20  # of each end of a weights file
_CARDS: Final = ("/dev/nvidiactl", "/dev/dxg")  # there when a CUDA driver is


def load_encoder(  # noqa: PLR0913  # settings; all but the model by name
    model: str,
    *,
    device: str,
    home: Path,
    backend: str = "auto",
    exact: bool = False,
    threads: int = 1,
) -> SentenceEncoder | BareEncoder:
    """Load a model, by hub name or folder; empty: the one that comes in a wheel.

    `device` is "auto", "cpu" or "cuda"; auto takes CUDA where torch finds a card.
    `backend` is one of `BACKENDS`; auto is torch on CUDA and `best_runtime` on a CPU;
    with `exact` that is one in float32, so that every CPU gives the same vectors.
    One thread is the default: two on shared cores are slower than one. `home` is the
    data folder that the default model is unpacked into.

    Raises: `EncoderUnavailable` when the model cannot be had, CUDA is asked for and
        missing, or the backend cannot run this model.
    """
    if device not in DEVICES:
        message = f"DEVICE must be one of {', '.join(DEVICES)}, not {device}"
        raise EncoderUnavailable(message)
    if backend not in BACKENDS:
        message = f"ENCODER_BACKEND must be one of {', '.join(BACKENDS)}, not {backend}"
        raise EncoderUnavailable(message)
    source, revision = _source(model, home)
    folder = Path(source)
    bare = backend != "torch" and (
        device == "cpu" or (device == "auto" and not _has_card())
    )
    if bare and folder.is_dir() and exported(folder):
        automatic = "onnx" if exact else best_runtime()
        runtime = automatic if backend == "auto" else backend
        return _bare(folder, revision, runtime=runtime, threads=threads)
    if backend in RUNTIMES:
        message = (
            f"ENCODER_BACKEND={backend} runs models on a CPU, out of a folder, whose "
            "vectors are the mean of their tokens; use ENCODER_BACKEND=auto for "
            f"{model or DEFAULT_MODEL} on {device}"
        )
        raise EncoderUnavailable(message)
    return load_sentence_encoder(
        source,
        name=_short(source),
        revision=revision,
        device=device,
        threads=threads,
        prompt=_prompt(source),
    )


def has_export(folder: Path) -> bool:
    """Say whether a model's export is there already."""
    return (folder / EXPORT).is_file()


def exported(folder: Path) -> bool:
    """Make a model's export unless it is there; say whether the model has one.

    Raises: `EncoderUnavailable` when it cannot be loaded or written.
    """
    if has_export(folder):
        return True
    path = folder / EXPORT
    refused = path.with_suffix(".no")
    if refused.is_file():
        return False
    names = {"embeddings": INPUTS[0], "mask": INPUTS[1], "states": OUTPUT}
    try:
        made = export_transformer(folder, path, names)
        if not made:
            refused.parent.mkdir(exist_ok=True)
            refused.touch()
    except OSError as error:
        message = f"The model's folder cannot be written: {error.strerror}"
        raise EncoderUnavailable(message) from error
    return made


def _bare(folder: Path, revision: str, *, runtime: str, threads: int) -> BareEncoder:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # we fork
    try:
        return BareEncoder(
            folder,
            RUNTIMES[runtime](folder / EXPORT, threads=threads),
            name=f"{_short(str(folder))}@{revision}",
            prompt=_prompt(str(folder)),
        )
    except EncoderUnavailable:
        raise
    except ImportError as error:
        message = f"ENCODER_BACKEND={runtime} is not installed: {error}"
        raise EncoderUnavailable(message) from error
    except Exception as error:  # a broken file fails in each runtime's own way
        message = f"The encoder {folder.name} cannot be loaded: {error}"
        raise EncoderUnavailable(" ".join(message.split())) from error


def _has_card() -> bool:
    """Say whether a CUDA card may be here, without importing torch to ask it."""
    return any(Path(path).exists() for path in _CARDS)


def _source(model: str, home: Path) -> tuple[str, str]:
    """Return what to load and, for a folder, its revision."""
    if model in {"", DEFAULT_MODEL}:
        return str(packed_e5.prepared_folder(home)), packed_e5.REVISION
    folder = Path(model).expanduser()
    if folder.is_dir():
        return str(folder), _folder_digest(folder)
    if model.startswith((".", "/", "~")):
        message = f"ENCODER_MODEL names a folder that is not there: {model}"
        raise EncoderUnavailable(message)
    return model, ""


def _prompt(source: str) -> str | None:
    """Return what the model wants before every text; e5 is worse without.

    The same prompt for answers and key points: they are compared with each other.
    """
    try:
        path = Path(source) / "config_sentence_transformers.json"
        settings = json.loads(path.read_text("utf-8"))
        prompts = settings.get("prompts") or {}
        name = settings.get("default_prompt_name")
    except (OSError, ValueError, AttributeError):
        prompts, name = {}, None
    if name and name in prompts:
        return str(prompts[name])
    if prompts.get("query"):
        return str(prompts["query"])
    return packed_e5.PROMPT if re.search(r"(^|[-/_])e5[-_]", source.lower()) else None


def _short(source: str) -> str:
    """Return a model's name as a grade keeps it: no path of a machine."""
    folder = Path(source)
    if not folder.is_dir():
        return source
    return folder.name.removesuffix(f"-{packed_e5.REVISION}")


def _folder_digest(folder: Path) -> str:
    """Return a short digest of a model folder: sizes, small files, ends of weights.

    What we exported from it does not count.
    """
    digest = hashlib.sha256()
    ours = (folder / EXPORT).parent
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.parent == ours and path.name.startswith(f"{Path(EXPORT).stem}."):
            continue
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder)} {size}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(_DIGESTED_BYTES))
            if size > 2 * _DIGESTED_BYTES:
                file.seek(-_DIGESTED_BYTES, os.SEEK_END)
                digest.update(file.read())
    return digest.hexdigest()[:12]
