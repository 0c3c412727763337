"""Makes `benchmarks` importable: the search for starts stands there, beside the package."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))
