"""A model that is only the printed text of a graph, as it is pasted into a discussion."""
from pathlib import Path

import torch
from torch import Tensor

from spec import Model


def regroup(x: Tensor) -> tuple[Tensor, Tensor]:
    """Splits both dims of x by extents that are read from x, and joins them again."""
    rows = x.size(0)
    columns = x.size(1)
    split = x.unflatten(1, [3, columns // 3])
    tall = split.flatten(0, 1)
    back = tall.unflatten(0, [rows, 3])
    scores = torch.softmax(back.transpose(0, 1).unflatten(1, [1, rows]).flatten(1, 2), dim=-1)
    return tall.relu(), scores


def write(file: Path):
    """Writes the printed graph; the recorded runs come from the text itself, parsed back by PyTorch."""
    printed = str(torch.jit.script(regroup).graph)
    if "%x.1 : Tensor" not in printed:
        raise SystemExit(f"unexpected form of the graph:\n{printed}")
    text = printed.replace("%x.1 : Tensor", "%x : Float(*, 12, requires_grad=0, device=cpu)")
    text = text.replace("%x.1", "%x").replace(str(Path(__file__).parent) + "/", "")
    file.write_text(text)
    parsed = torch._C._create_function_from_graph("regroup", torch._C.parse_ir(file.read_text()))
    return regroup, parsed, ["x"]


MODEL = Model(
    name="unflatten",
    build=lambda: regroup,
    form="text",
    inputs=[("x", ["batch", 12])],
    dims={"batch": (1, 4, 32)},
    runs=[{"batch": 1}, {"batch": 4}, {"batch": 32}, {"batch": 7}],
    make=lambda dims: (torch.randn(dims["batch"], 12),),
)
