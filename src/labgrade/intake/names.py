"""Names that students chose: shown safely, compared kindly, ordered as people count."""

from __future__ import annotations

import re
import unicodedata

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DIGITS = re.compile(r"(\d+)", re.ASCII)

# Letters of other scripts, and digits, that a reader takes for the Latin letter opposite. Applied
# after NFKC and case folding, so lower case suffices.
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһкмтвнοαρνικτυχ" + "ıɡ01",
    "aeopcyxijsdhkmtbhoapviktux" + "igol",
)


def readable(text: str) -> str:
    r"""Return `text` as valid Unicode: bytes of a file name that are no text become `\xff`.

    Everything else, control characters included, stays as it is.
    """
    return "".join(_escape(c) if "\ud800" <= c <= "\udfff" else c for c in text)


def visible(text: str, limit: int = 80) -> str:
    r"""Return `text` so that a person sees what is there, on one line.

    Control, bidirectional, zero-width and separator characters, and those that Unicode has not
    assigned, are written as `\x1b` or `\u202e`.

    Args:
        text: untrusted text, lone surrogates allowed.
        limit: most characters of the result; the middle is cut, as the end of a file name matters.
    """
    if len(text) > 2 * limit:  # cut before escaping: a name may be a megabyte long
        text = text[:limit] + text[-limit:]
        return _shorten(_escape_unprintable(text), limit, cut=True)
    return _shorten(_escape_unprintable(text), limit)


def natural_key(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Return a sort key that puts `q2` before `q10`, case aside; ties are broken by the name itself."""
    pieces = _DIGITS.split(unicodedata.normalize("NFC", name).casefold())
    return [_natural_piece(piece) for piece in pieces], name


def fold(name: str) -> str:
    """Return the form under which two names are one: NFC, case folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def skeleton(name: str) -> str:
    """Return the form under which two names look alike: compatibility forms, foreign twins, gaps."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = (c for c in folded if unicodedata.category(c) not in _HIDDEN_CATEGORIES and not c.isspace())
    return "".join(kept).translate(_LOOK_ALIKES)


def is_hidden(character: str) -> bool:
    """Return whether a character has no visible form of its own, or reorders its neighbours."""
    return unicodedata.category(character) in _HIDDEN_CATEGORIES


def _natural_piece(piece: str) -> tuple[int, int, str]:
    # Leading zeros go before the conversion, and very long runs of digits compare by length, since
    # int() refuses more than 4300 digits.
    if not piece.isdigit() or not piece.isascii():
        return (1, 0, piece)
    digits = piece.lstrip("0")
    return (0, len(digits), digits)


def _shorten(text: str, limit: int, *, cut: bool = False) -> str:
    if len(text) <= limit and not cut:
        return text
    tail = min(limit // 3, len(text))
    return text[: max(limit - tail - 1, 0)] + "…" + text[len(text) - tail :]


def _escape_unprintable(text: str) -> str:
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # how Python carries a byte that is no UTF-8
        return f"\\x{character.encode('utf-8', 'surrogateescape').hex()}"
    if character.isascii():
        return f"\\x{ord(character):02x}"
    return character.encode("ascii", "backslashreplace").decode("ascii")
