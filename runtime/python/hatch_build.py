"""The step of a wheel's build that adds the library: it is built from this checkout, or given as a file by the variable
PRECOMPILE_RUNTIME_LIBRARY."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What the package calls, and what modules may need.
FEATURES = "audit,gc,threads,wasi"


class LibraryHook(BuildHookInterface[Any]):
    """The build hook."""

    folder: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the library, and names the platform that the wheel is for."""
        library = os.environ.get("PRECOMPILE_RUNTIME_LIBRARY") or self.build()
        build_data["force_include"][library] = "precompile_runtime/libprecompile_runtime.so"
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        # The library is called through ctypes, so that any Python will do.
        build_data["tag"] = f"py3-none-{platform}"

    def build(self) -> str:
        """Builds the library as the C library is installed, and returns its path."""
        checkout = Path(self.root).resolve().parents[1]
        self.folder = tempfile.TemporaryDirectory()
        install = [sys.executable, str(checkout / "scripts/install-c.py"), self.folder.name, "--features", FEATURES]
        # The package runs modules.
        subprocess.run([*install, "--lean-wasi"], check=True)
        return str(Path(self.folder.name, "lib/libprecompile_runtime.so").resolve())

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Deletes what was built only to be packed."""
        if self.folder is not None:
            self.folder.cleanup()
