"""New environments, which can see what is installed in the running one."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path


class Environment:
    """A virtual environment without pip.

    Args:
        root: where to make it.
    """

    def __init__(self, root: Path) -> None:
        venv.create(root, symlinks=True)
        self.root = root
        self.python = root / "bin" / "python"
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        self.packages = root / "lib" / version / "site-packages"

    def see(self, *folders: Path) -> None:
        """Put folders on its path, and the packages of the running environment behind them."""
        paths = [*map(str, folders), sysconfig.get_path("purelib")]
        (self.packages / "seen_too.pth").write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")

    def labgrade(self, *arguments: object, cwd: Path, **options) -> subprocess.CompletedProcess[str]:
        """Run `labgrade ARGUMENTS...` there."""
        command = [str(self.python), "-m", "labgrade", *map(str, arguments)]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **options)

    def install_wheel(self, wheel: Path) -> None:
        """Let pip install a wheel alone. Before `see`: pip must not find another labgrade to replace."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "-q"]
        subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)

    def install(self, name: str, code: str) -> None:
        """Install a distribution of one module that is a plugin of labgrade's."""
        info = self.packages / f"{name}-1.0.dist-info"
        info.mkdir()
        (self.packages / f"{name}.py").write_text(code, encoding="utf-8")
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(f"[labgrade]\n{name} = {name}\n", encoding="utf-8")
