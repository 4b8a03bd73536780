#!/usr/bin/env python3
"""Writes the acceptance models: <name>/model.pt, case.json, and recorded runs as .npy.

Needs torch, torchvision and transformers; versions.json says which were used.

    python test/models/generate.py [name ...]
"""
import importlib.metadata
import json
import platform
import shutil
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import torch

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
import graph_text
import models_quantized
import models_scripted
import models_text
import models_vision
from spec import Model
from weights import flatten, prepare

HERE = Path(__file__).parent
HOLLOW = 0.02  # twenty times what a compiled model of floats has to keep
ARCHIVE_TOLERANCE = 1e-4  # how far the archive itself may be from eager PyTorch
BUDGET_MB = 25  # all of test/models together: it is committed
MODELS = models_vision.MODELS + models_text.MODELS + models_scripted.MODELS + models_quantized.MODELS


def archive(model: Model, folder: Path):
    """Writes model.pt. Returns eager and reloaded model, argument names filled in."""
    example = model.make(model.runs[1])
    with torch.no_grad():
        eager = model.finish(prepare(model.build(), example), example)
    if model.form == "script":
        compiled = torch.jit.script(eager)
    else:
        compiled = torch.jit.trace(eager, example, check_trace=False, strict=False)
    compiled.save(str(folder / "model.pt"))
    reloaded = torch.jit.load(str(folder / "model.pt"))
    arguments = [argument.name for argument in reloaded.forward.schema.arguments[1:]]
    names = [arguments[0] if name == "{arg}" else name for name, _ in model.inputs]
    if names != arguments:
        raise SystemExit(f"{model.name}: forward takes {arguments}, the table says {names}")
    return eager, reloaded, names


def record(model: Model, folder: Path, eager, reloaded, names: list[str]) -> None:
    """Runs eager PyTorch at each run's extents, checks the archive against it, writes the arrays and case.json."""
    runs, seen, dtypes = [], [], []
    for index, extents in enumerate(model.runs):
        inputs = model.make(extents)
        with torch.no_grad():
            expected = flatten(eager(*inputs))
            actual = flatten(reloaded(*inputs))
        compare(f"{model.name} at {extents}", actual, expected)
        seen.append(expected)
        dtypes = [str(tensor.dtype).removeprefix("torch.") for tensor in inputs]
        runs.append(
            {
                "inputs": [save(folder, f"run{index}.in{i}.npy", tensor) for i, tensor in enumerate(inputs)],
                "outputs": [save(folder, f"run{index}.out{i}.npy", tensor) for i, tensor in enumerate(expected)],
            }
        )
    meaningful(model, seen)
    case = {
        "name": model.name,
        "file": "unflatten.txt" if model.form == "text" else "model.pt",
        "inputs": [
            {"name": name, "dtype": dtype, "dims": dims} for name, dtype, (_, dims) in zip(names, dtypes, model.inputs)
        ],
        "dims": {name: dict(zip(("min", "opt", "max"), extents)) for name, extents in model.dims.items()},
        "tolerance": model.tolerance,
        "runs": runs,
    }
    (folder / "case.json").write_text(json.dumps(case, indent=2) + "\n")


def compare(where: str, actual: list[torch.Tensor], expected: list[torch.Tensor]) -> None:
    if len(actual) != len(expected):
        raise SystemExit(f"{where}: {len(actual)} outputs, eager gives {len(expected)}")
    for i, (a, e) in enumerate(zip(actual, expected)):
        torch.testing.assert_close(
            a, e, rtol=ARCHIVE_TOLERANCE, atol=ARCHIVE_TOLERANCE, msg=lambda text, i=i: f"{where}, output {i}: {text}"
        )


def meaningful(model: Model, runs: list[list[torch.Tensor]]) -> None:
    """Refuses outputs that are constant, equal for different inputs, far below the tolerance, or not finite."""
    for i, outputs in enumerate(zip(*runs)):
        largest = max(outputs, key=lambda tensor: tensor.numel()).float()
        between_rows = (largest[0] - largest[-1]).abs().mean()
        if not torch.isfinite(largest).all() or min(largest.std(), between_rows) < HOLLOW:
            found = f"std {largest.std():.2g}, rows differ by {between_rows:.2g}"
            raise SystemExit(f"{model.name}: output {i} is hollow ({found})")


def save(folder: Path, name: str, tensor: torch.Tensor) -> dict[str, str]:
    np.save(folder / name, tensor.detach().contiguous().numpy())
    return {"file": name}


def generate(model: Model) -> None:
    torch.manual_seed(zlib.crc32(model.name.encode()))
    folder = HERE / model.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if model.form == "text":
        eager, reloaded, names = graph_text.write(folder / "unflatten.txt")
    else:
        eager, reloaded, names = archive(model, folder)
    record(model, folder, eager, reloaded, names)
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"{model.name:20s} {size:6.2f} MB")


def main() -> None:
    torch.set_num_threads(1)
    for noise in (torch.jit.TracerWarning, DeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=noise)
    chosen = set(sys.argv[1:])
    for model in [*MODELS, graph_text.MODEL]:
        if not chosen or model.name in chosen:
            generate(model)
    packages = ("torch", "torchvision", "transformers", "numpy")
    versions = {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in packages}
    (HERE / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")
    total = sum(file.stat().st_size for file in HERE.rglob("*") if file.is_file()) / 1e6
    print(f"{'together':20s} {total:6.2f} MB")
    if total > BUDGET_MB:
        raise SystemExit(f"test/models may hold {BUDGET_MB} MB")


if __name__ == "__main__":
    main()
