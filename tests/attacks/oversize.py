"""Answers and sources that would exhaust, or confuse, whoever reads them."""

from __future__ import annotations

from tests.attacks.arena import HandIn, attack


def _answer(made: str) -> HandIn:
    """Return a hand-in whose `extreme_values` answers with that, which is wrong."""
    return attack(f"import numpy, os, sys\n\n\ndef extreme_values(t):\n    return {made}\n", "q9")


def _built(body: str, made: str) -> HandIn:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return attack(f"import numpy, os, sys\n\n\ndef extreme_values(t):\n{lines}\n    return {made}\n", "q9")


OVERSIZE = {
    "deep-list": _built("value = t.max()\nfor _ in range(200_000):\n    value = [value]", "value"),
    "deep-dict": _built("value = {}\nfor _ in range(5_000):\n    value = {'a': value}", "(value, value)"),
    "inside-itself": _built("value = [t.max()]\nvalue.append(value)", "value"),
    "long-integer": _answer("(10**1_000_000, -(10**1_000_000))"),
    "not-numbers": _answer("(float('nan'), float('inf'))"),
    "surrogates": _answer("('\\ud800' * 100, {'\\udfff': '\\ud800'})"),
    "long-text": _answer("('x' * 300_000_000, 'y')"),
    "nul-text": _answer("('\\x00\\x1b[2J\\u202e', b'\\xff' * 100)"),
    "many-members": _answer("[t.max()] * 500_000"),
    "many-keys": _answer("{number: torch.zeros(0) for number in range(300_000)}"),
    "odd-keys": _answer("{t: 1, (1, 2): 2, None: 3, float('nan'): 4, float('nan'): 5}"),
    "expanded": _answer("(t.max().expand(2**50), t.min().expand(2**50))"),
    "expanded-empty": _answer("(torch.zeros(1, 0).expand(2**40, 0), torch.zeros(0))"),
    "many-dimensions": _answer("(t.max().reshape([1] * 60), t.min().reshape([1] * 5_000))"),
    "large-tensor": _answer("(torch.zeros(300_000_000), t.min())"),
    "meta": _answer("(t.max().to('meta'), t.min().to('meta'))"),
    "sparse": _answer("(torch.eye(3).to_sparse(), torch.eye(3).to_sparse_csr())"),
    "quantised": _answer("(torch.quantize_per_tensor(t.flatten(), 0.1, 0, torch.quint8), t.min())"),
    "complex": _answer("(torch.complex(t.max(), t.max()), 1j)"),
    "nested": _answer("(torch.nested.nested_tensor([t.flatten(), t.flatten()[:1]]), t.min())"),
    "bits": _built(
        "bits = torch.full((2,), 2, dtype=torch.uint8).view(torch.bool)",
        "(bits, torch.zeros(3).view(torch.int32))",
    ),
    "structured-array": _answer("numpy.zeros(3, dtype=[('a', 'f8'), ('b', 'O')])"),
    "object-array": _answer("numpy.array([t, sys, os.system], dtype=object)"),
    "negative-strides": _answer("(numpy.arange(5.0)[::-1], numpy.float128(1))"),
    "pickles": _built(
        "class Bomb:\n"
        "    def __reduce__(self):\n        return os.system, ('touch ' + ARENA['canary'] + '/pickled',)",
        "(Bomb(), Bomb())",
    ),
    "file": _answer("(open('/proc/self/status'), sys.stdin)"),
    "module": _answer("(torch, torch.nn.Linear(2, 2))"),
    "fresh-members": _built(
        "class Endless(list):\n"
        "    def __iter__(self):\n        while True:\n            yield t.max()\n"
        "    def __len__(self):\n        return 2",
        "Endless()",
    ),
    "minus-signs": HandIn(f"\n\nvalue = {'-' * 90_000}1\n"),
    "attributes": HandIn(f"\n\nvalue = lambda: torch{'.nn' * 90_000}\n"),
    "brackets": HandIn(f"\n\nvalue = {'[' * 5_000}{']' * 5_000}\n"),
    "long-line": HandIn(f"\n\nvalue = '{'x' * 3_000_000}'\n"),
    "many-functions": HandIn("\n\n" + "".join(f"def f{number}(): pass\n" for number in range(30_000))),
}
"""Each costs its own exercise, or nothing where it stands beside the answers; nobody's memory grows by it."""
