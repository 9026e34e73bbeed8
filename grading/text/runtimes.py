"""What computes an exported transformer's token states on a CPU.

    onnx            ONNX Runtime, float32
    openvino        OpenVINO, float32
    openvino-bf16   OpenVINO, bfloat16 where the CPU multiplies it: two to four times as
                    fast, half of the memory

bfloat16 is right to 3e-5 in the vectors' cosines. Over the graded answers that changed
at most .3 % of the decisions and moved a mark by .02 at most, a twentieth of its own
interval's width; so where a CPU has it, it is what grades (`best_runtime`), and the
encoder's name says so in every mark.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt
    import openvino

    from grading.text.encoder import Matrix

INPUTS: Final = ("inputs_embeds", "attention_mask")
OUTPUT: Final = "token_embeddings"
_KEPT_KERNELS: Final = 64  # as many shapes' worth; all of them were 300 MB
_MULTIPLIES_HALVES: Final = re.compile(
    r"^flags\s*:.*\b(avx512_bf16|amx_bf16)\b", re.MULTILINE
)


class Runtime(Protocol):
    """Computes token states."""

    @property
    def precision(self) -> str:
        """Say in what it computes: "fp32" or "bf16"."""
        ...

    def states(self, embeddings: Matrix, mask: npt.NDArray[np.int64]) -> Matrix:
        """Return token states. Shapes: (n, t, w) and (n, t) -> (n, t, w)."""
        ...


class OnnxRuntime:
    """ONNX Runtime on the CPU, float32."""

    precision: Final = "fp32"

    def __init__(self, path: Path, *, threads: int) -> None:
        import onnxruntime  # noqa: PLC0415 - only where this runtime is chosen

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it keeps the largest batch for ever
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def states(self, embeddings: Matrix, mask: npt.NDArray[np.int64]) -> Matrix:
        """Return token states; see `Runtime`."""
        found = self._session.run(
            [OUTPUT], dict(zip(INPUTS, (embeddings, mask), strict=True))
        )
        states: Matrix = np.asarray(found[0], dtype=np.float32)
        return states


class OpenVino:
    """OpenVINO on the CPU, float32."""

    wants_halves: ClassVar[bool] = False

    def __init__(self, path: Path, *, threads: int) -> None:
        import openvino  # noqa: PLC0415 - only where this runtime is chosen

        core = openvino.Core()
        able = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        halves = self.wants_halves and able
        self.precision = "bf16" if halves else "fp32"
        config = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "CPU_RUNTIME_CACHE_CAPACITY": _KEPT_KERNELS,
            "INFERENCE_PRECISION_HINT": "bf16" if halves else "f32",
        }
        if halves:
            compiled = _halved(core, path, config)
        else:
            compiled = core.compile_model(str(path), "CPU", config)
        self._request = compiled.create_infer_request()

    def states(self, embeddings: Matrix, mask: npt.NDArray[np.int64]) -> Matrix:
        """Return token states; see `Runtime`."""
        found = self._request.infer(dict(zip(INPUTS, (embeddings, mask), strict=True)))
        return np.array(found[0], dtype=np.float32)


class OpenVinoHalves(OpenVino):
    """The same in bfloat16 where the CPU multiplies it."""

    wants_halves = True


RUNTIMES: Final[Mapping[str, Callable[..., Runtime]]] = {
    "onnx": OnnxRuntime,
    "openvino": OpenVino,
    "openvino-bf16": OpenVinoHalves,
}


def best_runtime() -> str:
    """Return the fastest runtime whose decisions are those of the model on torch.

    In float32 that is ONNX Runtime: OpenVINO was no faster.
    """
    able = _MULTIPLIES_HALVES.search(_cpu_text()) is not None
    return "openvino-bf16" if able and find_spec("openvino") else "onnx"


def _cpu_text() -> str:
    """Return what Linux says of this machine's CPUs; elsewhere nothing."""
    try:
        return Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return ""


def _halved(
    core: openvino.Core, path: Path, config: Mapping[str, object]
) -> openvino.CompiledModel:
    """Compile a transformer for bfloat16, or read what was compiled here before.

    Compiling costs half a second of every start. What comes of it belongs to one
    release of OpenVINO on one kind of CPU, so both are part of its name; it lies beside
    the export. Where nothing can be written it is compiled every time.
    """
    import openvino  # noqa: PLC0415 - the caller has it

    about = (
        openvino.get_version(),
        core.get_property("CPU", "FULL_DEVICE_NAME"),
        *core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"),
        *map(str, config.values()),
        str(path.stat().st_size),
    )
    key = hashlib.sha256("\0".join(about).encode()).hexdigest()[:12]
    kept = path.with_suffix(f".{key}.blob")
    try:
        return core.import_model(kept.read_bytes(), "CPU", config)
    except (OSError, RuntimeError):  # not there, or not what this release wrote
        pass
    with tempfile.TemporaryDirectory(prefix="inferview-") as scratch:
        # Weights in half of the bytes: they are multiplied in bfloat16 anyway.
        small = Path(scratch) / "transformer.xml"
        openvino.save_model(core.read_model(str(path)), small, compress_to_fp16=True)
        compiled = core.compile_model(str(small), "CPU", config)
        _keep(kept, compiled.export_model().getvalue())
        return compiled


def _keep(place: Path, content: bytes) -> None:
    """Write a file whole or not at all; it is only a saving."""
    try:
        handle, scratch = tempfile.mkstemp(prefix=".compiled-", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(scratch).chmod(0o644)
            Path(scratch).replace(place)
        finally:
            Path(scratch).unlink(missing_ok=True)
    except OSError:
        pass
