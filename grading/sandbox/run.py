"""Start jails and hold on to them.

`Jail.start()` makes one; it is bounded and locked before a candidate's file is
handed in, and `Jail.verify_locked()` has that from the kernel, not from the guest.
How a jail can be made on this machine is found out in `ways`.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import os
import platform
import resource
import secrets
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grading.errors import SandboxUnavailable
from grading.sandbox import cgroup, seccomp, wardens, ways
from grading.sandbox.command import Bind, Descriptors, jail_command
from grading.sandbox.layout import interpreter_layout
from grading.sandbox.memory_files import memory_file
from grading.sandbox.output import Printed
from grading.sandbox.ways import NOBODY, Way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grading.sandbox.command import Layout, Limits

HERE: Final = Path(__file__).parent
MOST_BYTES: Final = 64 * 1024  # of one message
START_BYTES: Final = 8 * 1024**3  # while torch is imported, before anything hostile
START_SECONDS: Final = 120.0  # wall; a cold import on a starved machine takes 12


@functools.cache
def cgroup_home() -> cgroup.Home:
    """Return where this machine lets us make control groups; looked up once."""
    return cgroup.find_home()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What kind of guest a jail holds."""

    limits: Limits
    device: str = "cpu"
    serve: bool = False  # a warm guest, which forks lanes


def _config(spec: Spec, layout: Layout, become: int | None) -> bytes:
    limits = spec.limits
    steps = seccomp.program(platform.machine(), cuda=spec.device == "cuda")
    return json.dumps(
        {
            "site": layout.site,
            "become": become,
            "threads": limits.threads,
            "device": spec.device,
            "serve": spec.serve,
            "filter": base64.b64encode(steps).decode(),
            "limits": {
                "open_files": limits.open_files,
                "processes": limits.processes,
                "scratch_bytes": limits.scratch_bytes,
            },
        }
    ).encode()


def _staged(layout: Layout, folder: str) -> tuple[Layout, dict[str, Any]]:
    """Return the layout as nobody can read it, and what the launcher gathers."""
    binds = [bind for bind in layout.binds if not bind.device]
    names = {bind.source: str(index) for index, bind in enumerate(binds)}
    moved = tuple(
        bind
        if bind.device
        else Bind(source=f"{folder}/{names[bind.source]}", target=bind.target)
        for bind in layout.binds
    )
    stage = {"folder": folder, "binds": [[s, n] for s, n in names.items()]}
    return replace(layout, binds=moved), stage


class Jail:
    """One guest in one jail. Everything about it that we know is from the kernel."""

    def __init__(  # noqa: PLR0913  # what it is made of; all by name
        self,
        *,
        control: socket.socket,
        printed_file: int,
        group: cgroup.Group,
        process: subprocess.Popen[bytes] | None,
        folder: str | None,
        way: Way,
    ) -> None:
        self.control = control
        self.printed_file = printed_file
        self.printed = Printed()
        self.group = group
        self.pid = 0  # the guest's, in our own process namespace
        self.way = way
        self._process = process
        self._folder = folder
        self._handle = -1
        self.closed = False

    @classmethod
    def start(cls, spec: Spec, *, way: Way | None = None) -> Jail:
        """Begin to make a jail; `meet()` waits until its guest speaks.

        The process dies with the thread that calls this.

        Raises: `SandboxUnavailable` when something is missing here.
        """
        found, sentence = ways.found_way()
        way = way or found
        if way is None:
            raise SandboxUnavailable(sentence)
        bwrap = ways.bwrap() or ""
        layout = interpreter_layout(cuda=spec.device == "cuda")
        token = secrets.token_hex(6)
        group = cgroup.Group(cgroup_home(), token)
        wardens.note_groups(group.folders)
        user, become, stage, folder = 0, None, None, None
        if way is Way.ROOT:
            user = NOBODY + secrets.randbelow(2**24)
            folder = tempfile.mkdtemp(prefix="inferview-jail-")
            wardens.note_folder(folder)
            layout, stage = _staged(layout, folder)
        elif way is Way.BARE_ROOT:
            become = NOBODY + secrets.randbelow(2**24)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        printed_read, printed_write = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(printed_read, False)
        files = Descriptors(
            guest=memory_file("guest", (HERE / "guest.py").read_bytes()),
            cpu_facts=memory_file("cpu", Path("/proc/cpuinfo").read_bytes()),
            config=memory_file("config", _config(spec, layout, become)),
            control=theirs.fileno(),
        )
        argv = jail_command(
            layout,
            spec.limits,
            files,
            bwrap=bwrap,
            user_namespace=way is not Way.BARE_ROOT,
            proc=spec.serve or spec.device == "cuda",
        )
        inherited = [files.guest, files.cpu_facts, files.config, files.control]
        for number in inherited[:3]:
            os.lseek(number, 0, os.SEEK_SET)
        try:
            group.make(spec.limits)
            group.bound_memory(START_BYTES)
            plan = {
                "procs": group.entrances(),
                "stage": stage,
                "user": user,
                "argv": argv,
            }
            inherited.append(memory_file("plan", json.dumps(plan).encode()))
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-S",
                    str(HERE / "launcher.py"),
                    str(inherited[-1]),
                ],
                stdin=subprocess.DEVNULL,
                stdout=printed_write,
                stderr=printed_write,
                pass_fds=inherited,
                start_new_session=True,
                env={"PATH": os.defpath},
                cwd="/",
            )
        except OSError as error:
            group.remove()
            ours.close()
            os.close(printed_read)
            if folder is not None:
                Path(folder).rmdir()
            message = f"The sandbox could not be started: {error}."
            raise SandboxUnavailable(message) from error
        finally:
            os.close(printed_write)
            theirs.close()
            for number in inherited:
                if number != files.control:
                    os.close(number)
        return cls(
            control=ours,
            printed_file=printed_read,
            group=group,
            process=process,
            folder=folder,
            way=way,
        )

    # ------------------------------------------------------------- talking

    def send(self, text: str, files: Sequence[int] = ()) -> bool:
        """Send one message; False when nobody listens any more."""
        try:
            if files:
                socket.send_fds(self.control, [text.encode()], list(files))
            else:
                self.control.send(text.encode(), socket.MSG_DONTWAIT)
        except OSError:
            return False
        return True

    def receive(self, seconds: float) -> bytes | None:
        """Return the guest's next message, b"" when it has gone, None in time.

        What the guest prints is taken in meanwhile, so it can't block on us.
        """
        end = time.monotonic() + seconds
        waiter = select.poll()
        waiter.register(self.control, select.POLLIN)
        waiter.register(self.printed_file, select.POLLIN)
        while True:
            left = max(0.0, end - time.monotonic())
            ready = {number for number, _ in waiter.poll(left * 1000)}
            if self.printed_file in ready and not self.take_printed():
                waiter.unregister(self.printed_file)
            if self.control.fileno() in ready:
                return self._packet()
            if left == 0.0:
                return None

    def _packet(self) -> bytes:
        try:
            packet, extra, _, _ = self.control.recvmsg(
                MOST_BYTES, socket.CMSG_SPACE(12) + socket.CMSG_SPACE(4 * 253)
            )
        except OSError:
            return b""
        for level, kind, data in extra:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                for (number,) in struct.iter_unpack("i", data[: len(data) // 4 * 4]):
                    os.close(number)  # a gift of the guest's is not for us
            elif level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
                sender = struct.unpack("3i", data)[0]
                self.pid = self.pid or sender
        return packet

    def take_printed(self) -> bool:
        """Take in what lies in the output pipe, a bounded amount; False at its end."""
        for _ in range(16):
            try:
                chunk = os.read(self.printed_file, 65536)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            self.printed.add(chunk)
        return True

    def drop_messages(self) -> int:
        """Throw away what the guest said unasked; return how many messages."""
        count = 0
        while self.receive(0.0) and count < 1_000:  # noqa: PLR2004  # more is an attack anyway
            count += 1
        return count

    # ------------------------------------------------------------- starting

    def meet(self, seconds: float = START_SECONDS) -> None:
        """Wait for the guest's first words, and learn its number from the kernel.

        Raises: `SandboxUnavailable`.
        """
        self._expect(b"hello", seconds)
        if self.pid <= 0:
            message = "The sandbox's process cannot be seen from here."
            raise SandboxUnavailable(message)
        self._handle = os.pidfd_open(self.pid)

    def await_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until a warm guest has imported what its lanes need.

        Raises: `SandboxUnavailable`.
        """
        self._expect(b"ready", seconds)

    def lock(
        self, limits: Limits, *, cuda: bool = False, seconds: float = START_SECONDS
    ) -> str:
        """Have a guest that was set up lock itself; let the kernel confirm it.

        Returns by what means its memory is bounded from now on: a control group,
        the address space, or (a GPU's driver maps far more than it uses) only our
        own look at it every few milliseconds.

        Raises: `SandboxUnavailable`.
        """
        self._expect(b"mapped", seconds)
        address_bytes = 0
        if self.group.bound_memory(self.resident_bytes() + limits.memory_bytes):
            means = self.group.in_force()["memory"]
        elif cuda:
            means = "watched"
        else:
            address_bytes = self._statm(0) + limits.memory_bytes
            means = "rlimit"
        self.send(f"lock {address_bytes}")
        self._expect(b"ready", seconds)
        self.verify_locked()
        if address_bytes and self._address_limit() != str(address_bytes):
            message = "The sandbox is not closed; it lacks a limit of memory."
            raise SandboxUnavailable(message)
        return means

    def _address_limit(self) -> str:
        for line in Path(f"/proc/{self.pid}/limits").read_text().splitlines():
            if line.startswith("Max address space"):
                return line.split()[3]
        return ""

    def _expect(self, word: bytes, seconds: float) -> None:
        packet = self.receive(seconds)
        if packet != word:
            self.take_printed()
            said = self.printed.text().strip().splitlines()
            last = said[-1][:300] if said else "it said nothing"
            what = "did not answer in time" if packet is None else "could not start"
            message = f"The sandbox {what}: {last}."
            raise SandboxUnavailable(message)

    def verify_locked(self) -> None:
        """Ask the kernel whether the guest is nobody, filtered and enclosed.

        Raises: `SandboxUnavailable`, naming what is not so.
        """
        try:
            wrong = self._lacks()
        except (OSError, KeyError) as error:
            message = f"The sandbox could not be looked at: {error}."
            raise SandboxUnavailable(message) from error
        if wrong:
            message = f"The sandbox is not closed; it lacks: {', '.join(wrong)}."
            raise SandboxUnavailable(message)

    def _lacks(self) -> list[str]:
        status = dict(
            line.split(":", 1)
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines()
            if ":" in line
        )
        sets = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
        wrong = [f"an empty {name}" for name in sets if int(status[name], 16) != 0]
        if "0" in status["Uid"].split() + status["Gid"].split():
            wrong.append("a user other than root")
        if status["Groups"].split() and os.geteuid() == 0:
            wrong.append("no supplementary groups")
        if status["NoNewPrivs"].strip() != "1":
            wrong.append("no_new_privs")
        if status["Seccomp"].strip() != "2":
            wrong.append("the system call filter")
        namespaces = ("mnt", "pid", "net", "ipc", "uts", "user")
        for name in namespaces[: 5 if self.way is Way.BARE_ROOT else 6]:
            mine, theirs = (f"/proc/{who}/ns/{name}" for who in ("self", self.pid))
            if Path(mine).stat().st_ino == Path(theirs).stat().st_ino:
                wrong.append(f"a {name} namespace of its own")
        return wrong

    # ------------------------------------------------------------- watching

    def _statm(self, field: int) -> int:
        try:
            text = Path(f"/proc/{self.pid}/statm").read_text()
        except OSError:
            return 0
        return int(text.split()[field]) * resource.getpagesize()

    def resident_bytes(self) -> int:
        """Return the memory the guest holds now, shared pages included."""
        return self._statm(1)

    def freeze(self) -> None:
        """Stop the guest, all its threads; returns when it stands still."""
        if not self.alive():
            return
        if self.group.can_freeze:
            try:
                self.group.freeze()
            except (OSError, TimeoutError) as error:
                message = f"A lane could not be stopped: {error}."
                raise SandboxUnavailable(message) from error
        else:
            self._signal(signal.SIGSTOP)
            end = time.monotonic() + cgroup.FREEZE_SECONDS
            while self.alive() and not self._stopped():
                if time.monotonic() > end:
                    message = "A lane could not be stopped."
                    raise SandboxUnavailable(message)

    def thaw(self) -> None:
        """Let the guest run."""
        if self.group.can_freeze:
            self.group.thaw()
        else:
            self._signal(signal.SIGCONT)

    def core(self) -> int:
        """Return the number of the core that the guest's main thread ran on last."""
        try:
            text = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return min(os.sched_getaffinity(0))  # gone; whoever calls it next says so
        return int(text.rpartition(")")[2].split()[36])

    def keep_to(self, core: int) -> bool:
        """Let a guest that stands still run on this core alone, all its threads.

        False when that can't be: it has ended, or is not ours to move.
        """
        try:
            for task in Path(f"/proc/{self.pid}/task").iterdir():
                os.sched_setaffinity(int(task.name), {core})
        except OSError:
            return False
        return True

    def stands_still(self) -> bool:
        """Ask the kernel whether the guest is stopped at this moment."""
        if not self.alive():
            return True
        return self.group.frozen() if self.group.can_freeze else self._stopped()

    def _stopped(self) -> bool:
        try:
            for task in Path(f"/proc/{self.pid}/task").iterdir():
                state = (task / "stat").read_text().rpartition(")")[2].split()[0]
                if state not in "TtZX":
                    return False
        except OSError:
            return not self.alive()
        return True

    def _signal(self, number: int) -> None:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._handle, number)

    def alive(self) -> bool:
        """Say whether the guest's process still exists."""
        if self._handle < 0:
            return self._process is None or self._process.poll() is None
        waiter = select.poll()
        waiter.register(self._handle, select.POLLIN)
        return not waiter.poll(0)

    def described(self) -> str:
        """Return how the jail was made, for the grade's record."""
        users = "no user namespace" if self.way is Way.BARE_ROOT else "user namespace"
        return f"bubblewrap, {users}, seccomp, started by way {self.way}"

    def memory_kills(self) -> int:
        """Return how often the kernel killed the guest for want of memory."""
        return self.group.memory_kills()

    def close(self) -> None:
        """Kill the guest and leave nothing of it. Twice does no harm."""
        if self.closed:
            return
        self.closed = True
        self.group.kill()
        if self._handle >= 0:
            self._signal(signal.SIGKILL)
            waiter = select.poll()
            waiter.register(self._handle, select.POLLIN)
            waiter.poll(5_000)
            os.close(self._handle)
            self._handle = -1
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.take_printed()
        self.control.close()
        os.close(self.printed_file)
        if self.group.remove():
            wardens.forget_groups(self.group.folders)
        if self._folder is not None:
            with contextlib.suppress(OSError):
                Path(self._folder).rmdir()
            wardens.forget_folder(self._folder)
