"""What a file is, told by its name and its first bytes; nothing is parsed here."""

from __future__ import annotations

from pathlib import PurePosixPath

HEAD_BYTES = 64 * 1024

ARCHIVES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst"})
_DISGUISES = (".py.txt", ".ipynb.txt", ".ipynb.json")  # what browsers and mail programs make of them
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_NOTEBOOK_KEYS = (b'"cells"', b'"nbformat"', b'"worksheets"')
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_FOREIGN = (
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh9", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"%PDF-", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
)
_BY_SUFFIX = {
    ".txt": "a text file",
    ".pdf": "a PDF document",
    ".doc": "an Office document",
    ".docx": "an Office document",
    ".odt": "an Office document",
    ".html": "a web page",
    ".htm": "a web page",
    ".rar": "a RAR archive",
    ".7z": "a 7-Zip archive",
    ".tar": "a tar archive",
    ".tgz": "a tar archive",
    ".gz": "a gzip archive",
    ".png": "a picture",
    ".jpg": "a picture",
    ".jpeg": "a picture",
}


def suffix(name: str) -> str:
    """Return the lower-case ending that counts: ".ipynb" for "Lab1.ipynb.txt", "" for none."""
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix if path.name.endswith(_DISGUISES) else path.suffix


def stem(name: str) -> str:
    """Return the name without the endings that belong to its format."""
    root = PurePosixPath(name).stem
    doubled = name.lower().endswith(_DISGUISES) or root.lower().endswith(".tar")
    return PurePosixPath(root).stem if doubled else root


def is_zip(head: bytes) -> bool:
    """Return whether the bytes begin as a zip archive does."""
    return head.startswith(_ZIP_STARTS)


def is_notebook(head: bytes) -> bool:
    """Return whether the bytes begin as a notebook's JSON does."""
    return _first_text(head).startswith(b"{") and any(key in head for key in _NOTEBOOK_KEYS)


def may_be_notebook(head: bytes) -> bool:
    """Return whether a file that is called a notebook may be one, empty and damaged ones included."""
    text = _first_text(head)
    return not text or text.startswith(b"{") or head.startswith(_UTF16_MARKS)


def is_blank(data: bytes) -> bool:
    """Return whether nothing but white space is written in `data`."""
    return not _first_text(data[:HEAD_BYTES]) and not _first_text(data)


def foreign_kind(head: bytes) -> str | None:
    """Return what the bytes are where they are certainly no hand-in ("a PDF document"), else None."""
    text = _first_text(head[:512]).lower()
    for magic, kind in _FOREIGN:
        if head.startswith(magic) or (magic.startswith(b"<") and text.startswith(magic)):
            return kind
    return None


def kind_by_suffix(name: str) -> str:
    """Return what a file is that no format claims, as far as its name tells."""
    ending = PurePosixPath(name.lower()).suffix
    return _BY_SUFFIX.get(ending, "a file of an unknown kind")


def _first_text(head: bytes) -> bytes:
    return head.removeprefix(_BYTE_ORDER_MARK).lstrip()
