"""Find the interpreter, its packages and its libraries on this machine."""

from __future__ import annotations

import site
import sys
from pathlib import Path
from typing import Final

from grading.sandbox.command import Bind, Layout

_LIBRARIES: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
_NODES: Final = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_CUDA_FOLDERS: Final = ("/usr/local/nvidia", "/usr/local/cuda", "/usr/lib/wsl")


def _cuda() -> tuple[list[Bind], list[str]]:
    """Return the driver's device nodes, and folders of libraries outside /usr/lib."""
    nodes = [Path("/dev/dxg"), *Path("/dev").glob("nvidia*")]
    binds = [
        Bind(source=str(node), target=str(node), device=True)
        for node in nodes
        if node.exists()
    ]
    folders = [folder for folder in _CUDA_FOLDERS if Path(folder).is_dir()]
    binds += [Bind(source=folder, target=folder) for folder in folders]
    for facts in ("/sys/bus/pci", "/sys/devices"):
        if Path(facts).exists():
            binds.append(Bind(source=facts, target=facts))
    libraries = [
        str(Path(folder) / name)
        for folder in folders
        for name in ("lib64", "lib")
        if (Path(folder) / name).is_dir()
    ]
    return binds, libraries


def _folders(base: Path, shown: str, inner: str) -> list[str]:
    """Return a folder as the jail names it, if it is there.

    What was installed beside the interpreter for other programs of this machine: no
    task needs it, and it says what else runs here.
    """
    return [f"{shown}/{inner}"] if (base / inner).is_dir() else []


def interpreter_layout(*, cuda: bool = False) -> Layout:
    """Describe the running interpreter so that a jail can hold the same one."""
    base = Path(sys.base_prefix).resolve()
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    binds: list[Bind] = []
    hidden = _folders(Path("/usr"), "/usr", "lib/python3/dist-packages")
    symlinks: list[tuple[str, str]] = []
    for library in _LIBRARIES:
        path = Path(library)
        if path.is_symlink():
            symlinks.append((str(path.readlink()).removeprefix("/"), library))
        elif path.is_dir():
            binds.append(Bind(source=library, target=library))
    if Path("/etc/ld.so.cache").exists():
        binds.append(Bind(source="/etc/ld.so.cache", target="/etc/ld.so.cache"))
    if base == Path("/usr"):
        # its library lies in /usr/lib already; only the program is missing
        python = f"/usr/bin/{name}"
        binds.append(Bind(source=python, target=python))
        libraries: list[str] = []
    else:
        python = f"/opt/python/bin/{name}"
        binds.append(Bind(source=str(base), target="/opt/python"))
        libraries = ["/opt/python/lib"]
        hidden += _folders(base, "/opt/python", f"lib/{name}/site-packages")
    packages = [Path(folder) for folder in site.getsitepackages()]
    folders = []
    for index, folder in enumerate(path for path in packages if path.is_dir()):
        folders.append(f"/opt/site{index}")
        binds.append(Bind(source=str(folder.resolve()), target=folders[-1]))
    binds += [Bind(source=node, target=node, device=True) for node in _NODES]
    if cuda:
        more, places = _cuda()
        binds += more
        libraries += places
    return Layout(
        python=python,
        site=tuple(folders),
        binds=tuple(binds),
        hidden=tuple(hidden),
        symlinks=tuple(symlinks),
        libraries=tuple(libraries),
    )
