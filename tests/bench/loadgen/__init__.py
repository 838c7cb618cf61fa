"""Compiling and running the load generator."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("loadgen.cpp")


class CannotMeasureError(Exception):
    """The measurement cannot be made here; the message says why, and what to do."""


def build(folder: Path) -> Path:
    """The generator's binary, compiled when there is none newer than its source."""
    binary = folder / "loadgen"
    if binary.exists() and binary.stat().st_mtime > SOURCE.stat().st_mtime:
        return binary
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        raise CannotMeasureError("the load generator is C++: install g++ (Debian: apt-get install g++ zlib1g-dev)")
    folder.mkdir(parents=True, exist_ok=True)
    command = [compiler, "-std=c++17", "-O2", "-Wall", "-Wextra", str(SOURCE), "-o", str(binary), "-lz"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise CannotMeasureError(
            f"the load generator does not compile (it needs Linux and zlib's headers):\n{result.stderr}"
        )
    return binary


def run(binary: Path, folder: Path, core: int | None, settings: dict[str, object], sockets: Iterable[str]) -> Any:
    """Play the plan; the generator's figures (see `report` in loadgen.cpp)."""
    plan = folder / "plan"
    plan.write_text("".join(f"{key} {value}\n" for key, value in settings.items()) + "\n".join(sockets) + "\n")
    command = [str(binary), str(plan)]
    if core is not None:
        command = ["taskset", "-c", str(core), *command]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if result.returncode:
        raise CannotMeasureError(result.stderr.strip() or f"the load generator ended with {result.returncode}")
    return json.loads(result.stdout)
