r"""The half of the judge that runs inside the jail. It imports nothing of ours.

It shares its process with the candidate's code, so nothing it says is believed:
the clock, the inputs, the expected outputs and the verdict are in the parent.
What it does before the candidate's file is read (becoming nobody, the system
call filter) is checked from outside through /proc before the file is handed in.

Control is one SOCK_SEQPACKET pair, a packet a message. From the parent:

    fork                     only to a warm guest; brings a lane's socket and stdout
    setup\n{json}            brings descriptors: source, inputs, outputs[, weights]
    lock <bytes>             lock up; 0, or the most address space there may be
    load | prepare           run the file; run its prepare(), or take the weights
    call <case> <token>      run solve() on what lies in the input memory

From the guest: hello, mapped, ready, loaded, prepared, done <token>, and
`failed <kind>\n<text>` with kind syntax, load, prepare, solve, output or memory.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import gc
import json
import linecache
import mmap
import os
import resource
import signal
import socket
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_BYTES: Final = 64 * 1024  # of one message
MOST_TEXT: Final = 2_000
FILE: Final = "submission.py"
SYNTAX: Final = "syntax"
LOAD: Final = "load"
OUTPUT: Final = "output"

_PR_CAPBSET_DROP: Final = 24
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_CAP_AMBIENT: Final = 47
_SYS_CAPSET: Final = 126
_SYS_SECCOMP: Final = 317
_NAMESPACES: Final = (
    0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x40000000
)  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWNET: for itself
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_CLONE_NEWPID: Final = 0x20000000  # for the children made afterwards
_MS_NOSUID_NODEV_NOEXEC: Final = 2 | 4 | 8
_MS_REMOUNT_READ_ONLY: Final = 32 | 1

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


# ---------------------------------------------------------------- locking up


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def drop_bounding_set() -> None:
    """See to it that no capability can ever come back."""
    for number in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) != 0:
            break


def drop_capabilities() -> None:
    """Give up every capability."""
    _libc.prctl(_PR_CAP_AMBIENT, 4, 0, 0, 0)  # clear all; absent on old kernels
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    nothing = (ctypes.c_uint32 * 6)()
    _checked(_libc.syscall(_SYS_CAPSET, header, nothing), "capset")


def become(number: int) -> None:
    """Stop being root."""
    drop_bounding_set()
    os.setgroups([])
    os.setresgid(number, number, number)
    os.setresuid(number, number, number)
    drop_capabilities()


def bound(limits: dict[str, int], address_bytes: int) -> None:
    """Set the limits that hold without control groups as well."""
    if address_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (address_bytes, address_bytes))
    for kind, value in (
        # 0 would still start the program that /proc/sys/kernel/core_pattern pipes to.
        (resource.RLIMIT_CORE, 1),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_FSIZE, limits["scratch_bytes"]),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        resource.setrlimit(kind, (value, value))


def compute_with(torch: ModuleType, threads: int) -> None:
    """Have torch use that many threads, and nothing more cores than that.

    Where wall time counts, a program with more threads than the task allows would
    otherwise be paid for cores that the baseline does not use. With one thread
    processor time counts, on whatever core.
    """
    torch.set_num_threads(threads)
    if threads > 1:
        usable = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, usable[:threads])


def filter_calls(steps: bytes) -> None:
    """Put every thread under the system call filter."""
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    held = ctypes.create_string_buffer(steps, len(steps))
    wanted = _Filter(len(steps) // 8, ctypes.cast(held, ctypes.c_void_p))
    result = _libc.syscall(_SYS_SECCOMP, 1, 1, ctypes.byref(wanted))  # TSYNC
    _checked(result, "seccomp")


def give_memory_back() -> None:
    """Have large blocks mapped and unmapped, so that held memory is live memory.

    Otherwise a heap of freed blocks that fit nothing was up to half of it, and a
    process's luck. It costs time, so it is for lanes whose memory is compared.
    """
    for option, value in (
        (_M_MMAP_THRESHOLD, 64 * 1024),
        (_M_TRIM_THRESHOLD, 128 * 1024),
        (_M_TOP_PAD, 0),
    ):
        _libc.mallopt(option, value)


def keep_only(*descriptors: int) -> None:
    """Close everything but standard streams and the named descriptors."""
    low = 3
    for kept in sorted(descriptors):
        os.closerange(low, kept)
        low = kept + 1
    os.closerange(low, 4096)


# -------------------------------------------------------------------- lanes


class Failed(Exception):
    """The candidate's code did something that ends the lane."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text


def _told(error: BaseException) -> str:
    """Say what went wrong and on which line of the submission."""
    line = ""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {type(error).__name__}: {error.msg}"
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE:
            line = f"line {trace.tb_lineno}: "
        trace = trace.tb_next
    try:
        words = str(error)
    except BaseException:  # noqa: BLE001  # the candidate's own __str__
        words = "(its message cannot be shown)"
    return f"{line}{type(error).__name__}: {words}"[:MOST_TEXT]


def _kind_of(error: BaseException, kind: str) -> str:
    """Tell a refused allocation from other errors."""
    words = ("can't allocate memory", "out of memory", "Cannot allocate memory")
    text = ""
    with contextlib.suppress(BaseException):
        text = str(error)
    if isinstance(error, MemoryError) or any(word in text for word in words):
        return "memory"
    return kind


class Lane:
    """One program: its memory, its functions, one call after the other."""

    def __init__(
        self, torch: ModuleType, plan: dict[str, Any], files: Sequence[int]
    ) -> None:
        self.torch = torch
        self.device = str(plan["device"])
        source, inputs, outputs, *weights = files
        self.text = _read_all(source)
        read_in = mmap.mmap(inputs, plan["input_bytes"])
        read_out = mmap.mmap(outputs, plan["output_bytes"])
        self.cases = [
            (
                [self._tensor(read_in, entry) for entry in case["inputs"]],
                [self._tensor(read_out, entry) for entry in case["outputs"]],
            )
            for case in plan["cases"]
        ]
        self.state: Any = None
        self.has_weights = bool(weights)
        if weights:
            private = mmap.mmap(
                weights[0], plan["weight_bytes"], access=mmap.ACCESS_COPY
            )
            self.state = {
                name: self._tensor(private, entry) for name, *entry in plan["weights"]
            }
        self.solve: Callable[..., Any] | None = None
        self.module: ModuleType | None = None

    def _tensor(self, memory: mmap.mmap, entry: Sequence[Any]) -> Any:  # noqa: ANN401  # torch is not imported for types here
        name, shape, offset = entry
        dtype = getattr(self.torch, name)
        count = 1
        for size in shape:
            count *= size
        flat = self.torch.frombuffer(memory, dtype=dtype, count=count, offset=offset)
        return flat.reshape(shape)

    def load(self) -> None:
        """Run the submitted file."""
        text = self.text.decode("utf-8-sig")
        linecache.cache[FILE] = (len(text), None, text.splitlines(keepends=True), FILE)
        module = ModuleType("submission")
        module.__file__ = FILE
        sys.modules["submission"] = module
        try:
            code = compile(text, FILE, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise Failed(SYNTAX, _told(error)) from None
        try:
            exec(code, module.__dict__)  # noqa: S102  # this is what the jail is for
        except BaseException as error:  # noqa: BLE001  # the candidate's
            raise Failed(_kind_of(error, "load"), _told(error)) from None
        self.module = module
        self.solve = module.__dict__.get("solve")
        if not callable(self.solve):
            raise Failed(LOAD, "the file defines no function solve()")

    def prepare(self) -> None:
        """Let the submission turn the weights into what its solve() wants."""
        if not self.has_weights:
            return
        if self.device != "cpu":
            self.state = {
                name: tensor.to(self.device) for name, tensor in self.state.items()
            }
        prepare = self.module.__dict__.get("prepare") if self.module else None
        if prepare is None:
            return
        try:
            with self.torch.no_grad():
                self.state = prepare(self.state)
        except BaseException as error:  # noqa: BLE001  # the candidate's
            raise Failed(_kind_of(error, "prepare"), _told(error)) from None

    def call(self, number: int) -> None:
        """Solve one case and leave the result's bytes in the output memory."""
        given, places = self.cases[number]
        solve = self.solve
        try:
            with self.torch.no_grad():
                if self.device == "cpu":
                    arguments = list(given)
                else:
                    arguments = [tensor.to(self.device) for tensor in given]
                    self.torch.cuda.synchronize()
                if self.has_weights:
                    arguments.insert(0, self.state)
                result = solve(*arguments)  # type: ignore[misc]  # load() checked it
                if self.device != "cpu":
                    self.torch.cuda.synchronize()
                self._put(result, places)
        except Failed:
            raise
        except BaseException as error:  # noqa: BLE001  # the candidate's
            raise Failed(_kind_of(error, "solve"), _told(error)) from None

    def _put(self, result: object, places: list[Any]) -> None:
        tensor_type = self.torch.Tensor
        found = list(result) if isinstance(result, (tuple, list)) else [result]
        if len(found) != len(places):
            text = f"solve() returned {len(found)} values; {len(places)} are expected"
            raise Failed(OUTPUT, text)
        for index, (tensor, place) in enumerate(zip(found, places, strict=True)):
            if not isinstance(tensor, tensor_type):
                text = f"output {index} is a {type(tensor).__name__}, not a tensor"
                raise Failed(OUTPUT, text)
            if tuple(tensor.shape) != tuple(place.shape):
                text = f"output {index} has shape {tuple(tensor.shape)}; "
                text += f"{tuple(place.shape)} is expected"
                raise Failed(OUTPUT, text)
            if tensor.dtype != place.dtype:
                text = f"output {index} is {tensor.dtype}; {place.dtype} is expected"
                raise Failed(OUTPUT, text)
            place.copy_(tensor)


def _read_all(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, 0)


def _say(control: socket.socket, text: str) -> None:
    control.send(text.encode("utf-8", "replace")[: MOST_TEXT + 100])


def run_lane(torch: ModuleType, control: socket.socket, config: dict[str, Any]) -> None:
    """Lock this process up, then obey the parent until it hangs up."""
    compute_with(torch, config["threads"])
    packet, files, _, _ = socket.recv_fds(control, MOST_BYTES, 4)
    word, _, rest = packet.partition(b"\n")
    if word != b"setup":
        return
    plan = json.loads(rest)
    if plan.get("memory_compared"):
        give_memory_back()
    lane = Lane(torch, plan, files)
    if config["device"] == "cpu":
        keep_only(control.fileno())
    else:  # the driver holds descriptors of its own
        for descriptor in files:
            os.close(descriptor)
    _say(control, "mapped")
    word, _, number = control.recv(MOST_BYTES).partition(b" ")
    if word != b"lock":
        return
    gc.collect()
    gc.freeze()
    bound(config["limits"], int(number))
    filter_calls(base64.b64decode(config["filter"]))
    _say(control, "ready")
    while packet := control.recv(MOST_BYTES):
        try:
            answer = _obeyed(lane, packet.decode("ascii"))
        except Failed as failure:
            answer = f"failed {failure.kind}\n{failure.text}"
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(BaseException):  # the candidate may have closed it
                stream.flush()
        _say(control, answer)
        if answer.startswith("failed"):
            return


def _obeyed(lane: Lane, order: str) -> str:
    """Do what the parent says; return the answer."""
    word, *rest_words = order.split()
    if word == "load":
        lane.load()
        return "loaded"
    if word == "prepare":
        lane.prepare()
        return "prepared"
    lane.call(int(rest_words[0]))
    return f"done {rest_words[1]}"


# ---------------------------------------------------------------- warm guest


def enclose(scratch_bytes: int) -> None:
    """Move this process, a child of the warm guest, into a jail of its own.

    Returns in the first process of a new process namespace; the one that was
    called has left by then.
    """
    user, group = os.getuid(), os.getgid()
    _checked(_libc.unshare(_NAMESPACES | _CLONE_NEWPID), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123  # no pathlib in the hot path
            file.write(text)
    options = f"size={scratch_bytes},nr_inodes=1024,mode=1777".encode()
    flags = _MS_NOSUID_NODEV_NOEXEC
    scratch = b"/tmp"
    _checked(_libc.mount(b"tmpfs", scratch, b"tmpfs", flags, options), "scratch")
    facts = _processor_facts()
    _checked(_libc.mount(b"tmpfs", b"/proc", b"tmpfs", flags, b"size=1m"), "/proc")
    with open("/proc/cpuinfo", "wb") as copy:  # noqa: PTH123  # the same
        copy.write(facts)
    remount = flags | _MS_REMOUNT_READ_ONLY
    _checked(_libc.mount(b"none", b"/proc", b"", remount, b"size=1m"), "/proc")
    if os.fork() != 0:
        os._exit(0)


def _processor_facts() -> bytes:
    """Return what torch picks its kernels by; a lane has no other part of /proc."""
    with open("/proc/cpuinfo", "rb") as file:  # noqa: PTH123  # no pathlib in the hot path
        return file.read()


# MKL chooses the kernel of each of these at its first use, and not under a lock: of
# two threads that came first together, one got values wrong by 5e-5 in 2 % of trials.
_VECTOR_FUNCTIONS: Final = (
    *("acos", "asin", "atan", "cos", "cosh", "sin", "sinh", "tan", "tanh", "sigmoid"),
    *("erf", "erfc", "erfinv", "exp", "exp2", "expm1", "log", "log10", "log1p", "log2"),
    *("lgamma", "rsqrt", "sqrt", "trunc"),
)


def rouse(torch: ModuleType) -> None:
    """Use what torch sets up at its first use, so that no call is charged for it."""
    torch.backends.cpu.get_cpu_capability()
    left = torch.ones(8, 8)
    torch.nn.functional.silu(left @ left)
    left.half().float()
    left.bfloat16().float()
    torch.nn.functional.linear(left, left).softmax(-1)
    for dtype in (torch.float32, torch.float64):
        values = torch.full((32,), 0.5, dtype=dtype)
        for name in _VECTOR_FUNCTIONS:
            getattr(torch, name)(values)


def serve(torch: ModuleType, control: socket.socket, config: dict[str, Any]) -> None:
    """Fork lanes that have torch already, until the parent hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps
    gc.collect()
    gc.freeze()
    _say(control, "ready")
    while True:
        packet, files, _, _ = socket.recv_fds(control, MOST_BYTES, 2)
        if packet != b"fork" or len(files) != 2:  # noqa: PLR2004  # socket, stdout
            return
        if os.fork() != 0:
            for descriptor in files:
                os.close(descriptor)
            continue
        control.close()
        _become_lane(torch, files, config)
        os._exit(0)


def _become_lane(
    torch: ModuleType, files: Sequence[int], config: dict[str, Any]
) -> None:
    lane_socket, printed = files
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    os.close(printed)
    os.setsid()
    enclose(config["limits"]["scratch_bytes"])
    os.chdir("/tmp")  # noqa: S108  # the jail's own
    drop_bounding_set()
    drop_capabilities()
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, lane_socket)
    _say(control, "hello")
    run_lane(torch, control, config)


def main() -> None:
    """Start: become nobody, import torch, then be a lane or make lanes."""
    config_file, control_file = int(sys.argv[1]), int(sys.argv[2])
    config = json.loads(_read_all(config_file))
    os.close(config_file)
    if config["become"] is not None:
        become(config["become"])
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, control_file)
    _say(control, "hello")
    sys.path.extend(config["site"])
    import torch  # noqa: PLC0415  # seconds long: after the parent knows our number

    torch.set_num_threads(1)  # a fork may have no other threads
    rouse(torch)
    if config["device"] == "cuda":
        torch.zeros(1, device="cuda")
        torch.cuda.synchronize()
    if config["serve"]:
        serve(torch, control, config)
    else:
        run_lane(torch, control, config)


if __name__ == "__main__":
    main()
