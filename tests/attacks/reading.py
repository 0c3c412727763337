"""Code that looks everywhere for what it must not know, and says what it found.

What is looked for comes in two halves (`SECRETS`), so that no whole copy lies in the code that searches.
"""

from __future__ import annotations

SEARCH = '''
import ctypes, os, pathlib, re, sys

FOUND = []
CONTROL = "".join(["what has to", " be found, or this", " search is blind"])
# The empty group keeps the pattern's own text from being what it looks for.
PATTERNS = {
    name: re.compile(b"(?:)".join(re.escape(half.encode()) for half in halves))
    for name, halves in SECRETS.items()
}


def look(where, data):
    for name, pattern in PATTERNS.items():
        if pattern.search(data):
            FOUND.append(f"{name} in {where}")


def read(path):
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(1 << 22)
    except (OSError, ValueError):
        return b""


def memory():
    """Search everything that was written to in this process's memory, piece by piece."""
    with open("pieces", "w+b", buffering=0) as copy:
        for line in read("/proc/self/maps").decode().splitlines():
            span, rights, _, _, inode, *_ = line.split(maxsplit=5)
            if rights.startswith("rw") and inode == "0":
                start, end = (int(part, 16) for part in span.split("-"))
                for piece in range(start, end, 1 << 20):
                    look("memory", through(copy, piece, min(end - piece, (1 << 20) + 100)))


def through(copy, start, size):
    """The kernel reads it: what is gone by now is an error and no crash."""
    try:
        copy.seek(0)
        written = copy.write((ctypes.c_char * size).from_address(start))
    except OSError:
        return b""
    return os.pread(copy.fileno(), written, 0)


def processes():
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit() or folder.name == "self":
            for name in ("environ", "cmdline", "cgroup", "mountinfo", "mounts", "status", "stat", "comm"):
                look(f"/proc/{name}", read(folder / name))
            try:
                links = [os.readlink(entry) for entry in (folder / "fd").iterdir()]
            except OSError:
                links = []
            look("descriptors", "\\n".join(links).encode())


def files():
    """Look at every name that is in sight, and into everything but the libraries."""
    libraries = tuple(path for path in sys.path if path.startswith("/")) + (sys.prefix, sys.base_prefix)
    for folder, folders, names in os.walk("/"):
        if folder.startswith(("/proc", "/sys")):
            folders.clear()
            continue
        for name in names:
            path = os.path.join(folder, name)
            look("names", path.encode())
            if not folder.startswith((*libraries, "/usr", "/lib", "/opt", "/dev")):
                look("files", read(path))


def labels():
    from sklearn.datasets import load_digits
    try:
        FOUND.append(f"labels: {load_digits().target[:10]}")
    except Exception:
        pass


def frames():
    frame = sys._getframe()
    while frame is not None:
        look("frames", repr(frame.f_locals).encode(errors="replace"))
        frame = frame.f_back


for place in (processes, files, labels, frames, memory):
    place()
look("this process", repr(dict(os.environ)).encode() + repr(sys.argv).encode() + os.getcwd().encode())
for parent in (os.getppid(), 1):
    try:
        look("parent", read(f"/proc/{parent}/environ"))
        with open(f"/proc/{parent}/mem", "rb") as file:
            FOUND.append("the parent's memory")
    except OSError:
        pass
'''

AT_TOP = (
    SEARCH
    + """
raise LookupError("it found " + "; ".join(sorted(set(FOUND))))
"""
)
"""Searches while the module is loaded, and says so by an error of its top level."""

IN_A_CALL = (
    SEARCH
    + '''
FOUND.clear()


def extreme_values(t):
    """Right in the end; but an input that it saw before would make it raise."""
    memory()
    FOUND[:] = (found for found in FOUND if "control" not in found)
    if FOUND:
        raise LookupError("; ".join(FOUND))
    return t.max(), t.min()
'''
)
"""Searches in every call: what earlier and other exercises left in its memory."""
