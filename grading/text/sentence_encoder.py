"""A sentence-transformers model behind `Encoder`: the only importer of torch here.

It runs on CUDA, on a CPU where nothing else is wanted, and once for every model that
is exported for runtimes without torch.

Source: https://sbert.net, class SentenceTransformer.
"""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from grading.errors import EncoderUnavailable
from grading.text.encoder import readable
from grading.text.pooling import pooled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sentence_transformers import SentenceTransformer

    from grading.text.encoder import Matrix
    from grading.text.pooling import Span

_BATCH: Final = {"cpu": 16, "cuda": 256}  # texts; on a CPU padding costs most
_EXPORT_OPSET: Final = 17
_MEAN: Final = ["Transformer", "Pooling"]  # modules of sentence_transformers


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
                [readable(text) for text in texts],
                **self._options(),
            )
        except (RuntimeError, MemoryError) as error:  # torch's out of memory is one
            message = f"{self._name} could not encode {len(texts)} texts: {error}"
            raise EncoderUnavailable(message) from error
        return np.asarray(rows, dtype=np.float32)

    def encode_parts(
        self, texts: Sequence[str], parts: Sequence[Sequence[Span]]
    ) -> Matrix:
        """Return the rows of texts and their parts; see `PartEncoder.encode_parts`.

        Parts of a model that does not take the mean of its tokens are encoded by
        themselves: their tokens' mean would be in another space.
        """
        if not texts:
            return self.encode(())
        if not takes_mean(self._model):
            flat = []
            for text, spans in zip(texts, parts, strict=True):
                flat += [text, *(text[start:end] for start, end in spans)]
            return self.encode(flat)
        clean = [readable(text) for text in texts]
        prompt = self._prompt or ""
        try:
            states = self._model.encode(
                clean,
                batch_size=_BATCH[self._device],
                prompt=self._prompt,
                output_value="token_embeddings",
                show_progress_bar=False,
            )
        except (RuntimeError, MemoryError) as error:
            message = f"{self._name} could not encode {len(texts)} texts: {error}"
            raise EncoderUnavailable(message) from error
        places = self._model.tokenizer(
            [prompt + text for text in clean],
            return_offsets_mapping=True,
            truncation=True,
            max_length=self._model.max_seq_length,
        )["offset_mapping"]
        return np.concatenate(
            [
                pooled(state.float().cpu().numpy(), offsets, spans, shift=len(prompt))
                for state, offsets, spans in zip(states, places, parts, strict=True)
            ]
        )

    def _options(self) -> dict[str, Any]:
        return {
            "batch_size": _BATCH[self._device],
            "prompt": self._prompt,
            "normalize_embeddings": True,
            "convert_to_numpy": True,
            "show_progress_bar": False,
        }


def load_sentence_encoder(  # noqa: PLR0913 - a model's identity and place, all by name
    source: str,
    *,
    name: str,
    revision: str,
    device: str,
    threads: int,
    prompt: str | None,
) -> SentenceEncoder:
    """Load a model by hub name or folder; `revision` "" takes the hub's.

    `device` is "auto", "cpu" or "cuda"; auto takes CUDA where torch finds a card. On
    CUDA the weights are halved to 16 bits.

    Raises: `EncoderUnavailable` when the model cannot be had or CUDA is asked for
        and missing.
    """
    torch = _torch()
    torch.set_num_threads(threads)
    place = _device(device, cuda=torch.cuda.is_available())
    loaded = _loaded(
        source, device=place, dtype=torch.float16 if place == "cuda" else torch.float32
    )
    return SentenceEncoder(
        loaded,
        name=f"{name}@{revision or _commit(loaded)}",
        device=place,
        prompt=prompt,
    )


def export_transformer(folder: Path, path: Path, names: Mapping[str, str]) -> bool:
    """Export a model's transformer for other runtimes; say whether it could be.

    Only a model that takes the mean of its tokens can be exported so. It is fed
    embeddings instead of ids, so the file holds the layers alone. `names` calls the
    two inputs "embeddings" and "mask" and the output "states". The file appears whole
    or not at all.

    Raises: `EncoderUnavailable` when the model cannot be loaded or the file not
        written.
    """
    torch = _torch()
    model = _loaded(str(folder), device="cpu", dtype=torch.float32)
    if not takes_mean(model):
        return False
    inner: Any = model[0].auto_model

    class Layers(torch.nn.Module):  # type: ignore[misc,name-defined]  # torch is lazy
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, embeddings: object, mask: object) -> object:
            return self.inner(
                inputs_embeds=embeddings, attention_mask=mask
            ).last_hidden_state

    example = torch.zeros(2, 7, inner.config.hidden_size)
    mask = torch.ones(2, 7, dtype=torch.int64)
    mask[1, 5:] = 0
    scratch = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(prefix=".export-", dir=path.parent)
        os.close(handle)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's on its own older exporter
            torch.onnx.export(
                Layers().eval(),
                (example, mask),
                scratch,
                input_names=[names["embeddings"], names["mask"]],
                output_names=[names["states"]],
                dynamic_axes={name: {0: "n", 1: "t"} for name in names.values()},
                opset_version=_EXPORT_OPSET,
                dynamo=False,
            )
        Path(scratch).chmod(0o644)
        Path(scratch).rename(path)
    except (OSError, RuntimeError, TypeError, ImportError) as error:
        if scratch:
            Path(scratch).unlink(missing_ok=True)
        message = f"The encoder cannot be exported to {path.name}: {error}"
        raise EncoderUnavailable(" ".join(message.split())) from error
    return True


def takes_mean(model: SentenceTransformer) -> bool:
    """Say whether a text's vector is the mean of its tokens' states, and no more."""
    modules: list[Any] = list(model)
    kinds = [type(module).__name__ for module in modules]
    if kinds not in (_MEAN, [*_MEAN, "Normalize"]):
        return False
    modes = modules[1].get_config_dict()
    mode = modes.get("pooling_mode", "")
    return mode == "mean" or bool(modes.get("pooling_mode_mean_tokens"))


def _torch() -> Any:  # noqa: ANN401 - a module
    """Import torch, seconds long, only where a model is wanted.

    Raises: `EncoderUnavailable`.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # we fork
    try:
        import sentence_transformers  # noqa: F401, PLC0415 - seconds to import
        import torch  # noqa: PLC0415
        from transformers.utils import logging as chatter  # noqa: PLC0415
    except ImportError as error:
        message = f"sentence-transformers is not installed: {error}"
        raise EncoderUnavailable(message) from error
    chatter.disable_progress_bar()  # type: ignore[no-untyped-call]  # not annotated
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    return torch


def _loaded(source: str, *, device: str, dtype: object) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - see _torch

    try:
        loaded = SentenceTransformer(
            source,
            device=device,
            local_files_only=Path(source).is_dir(),
            model_kwargs={"dtype": dtype},
        )
        loaded.eval()
    except Exception as error:  # a broken folder fails in as many ways as it has files
        shown = Path(source).name if Path(source).is_dir() else source
        message = f"The encoder {shown} cannot be loaded: {error}"
        raise EncoderUnavailable(" ".join(message.split())) from error
    return loaded


def _device(wanted: str, *, cuda: bool) -> str:
    if wanted == "cuda" and not cuda:
        message = "DEVICE=cuda, but torch finds no CUDA device"
        raise EncoderUnavailable(message)
    return "cuda" if cuda and wanted != "cpu" else "cpu"


def _commit(model: SentenceTransformer) -> str:
    """Return the hub's revision of a loaded model."""
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    return str(getattr(config, "_commit_hash", None) or "unknown")[:12]
