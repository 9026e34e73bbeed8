"""Links, folders and device files that lead out of the scratch folder, and rights on what lies there."""

import os

import torch


def work(x, w):
    return torch.stack([torch.tanh(row @ w) for row in x])


for name, call in {
    "link": lambda: os.link("/opt/python/bin/python3.11", "/tmp/python"),
    "mode": lambda: os.chmod("/dev/null", 0o777),
    "mode of the guest": lambda: os.chmod("/guest.py", 0o777),
    "guest": lambda: open("/guest.py", "a"),
    "facts": lambda: open("/proc/cpuinfo", "a"),
    "rename": lambda: os.rename("/guest.py", "/tmp/guest.py"),
    "folder": lambda: os.mkdir("/tmp2"),
    "folder of devices": lambda: os.mkdir("/dev/folder"),
    "node": lambda: os.mknod("/tmp/memory", 0o20666, os.makedev(1, 1)),
    "fifo": lambda: os.mkfifo("/tmp/fifo"),
    "memory": lambda: open("/dev/mem", "rb"),
    "process": lambda: os.listdir("/proc/1"),
    "own process": lambda: os.listdir("/proc/self"),
    "system": lambda: os.listdir("/sys"),
    "above": lambda: open("/tmp/../../../etc/passwd"),
    "shadow": lambda: open("/etc/shadow"),
    "home": lambda: os.listdir("/root"),
    "services": lambda: os.listdir("/srv"),
    "time": lambda: os.utime("/guest.py"),
    "truncate": lambda: os.truncate("/guest.py", 0),
}.items():
    try:
        call()
        print("LEAKED", name)
    except OSError:
        pass
os.symlink("/proc/1/root", "/tmp/root")
os.symlink("/tmp/loop", "/tmp/loop")
for number in range(2000):
    try:
        os.mkdir(f"/tmp/{number}")
    except OSError:
        break
else:
    print("LEAKED inodes")


def solve(x, w):
    return work(x, w)
