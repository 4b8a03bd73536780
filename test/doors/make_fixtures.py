"""Makes the files in fixtures/ that are no TorchScript archives, each as its own tool writes it (PyTorch 2.11).

    cd test/doors && python make_fixtures.py
"""
import io
import pathlib
import pickle
import tarfile
import warnings

import torch
from torch import nn

warnings.filterwarnings("ignore")
OUT = pathlib.Path("fixtures")


class Tiny(nn.Linear):
    def __init__(self):
        super().__init__(2, 1)


def package(module):
    with torch.package.PackageExporter(str(OUT / "package.pt")) as exporter:
        exporter.extern("**")
        exporter.save_pickle("model", "model.pkl", module)


def old_tar():
    """The layout of torch.save before 0.2: a tar of pickles and storages."""
    with tarfile.open(OUT / "tar.pt", "w", format=tarfile.USTAR_FORMAT) as tar:
        for name in ("storages", "tensors", "pickle"):
            data = pickle.dumps(0, protocol=2)
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def main():
    OUT.mkdir(exist_ok=True)
    torch.manual_seed(0)
    linear = nn.Linear(2, 1)
    torch.save(linear, OUT / "module.pt")
    torch.save(linear.state_dict(), OUT / "state_dict.pt")
    torch.save({"epoch": 1, "model": linear.state_dict()}, OUT / "checkpoint.ckpt")
    torch.save(linear.state_dict(), OUT / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(linear, OUT / "legacy_module.pth", _use_new_zipfile_serialization=False)
    torch.save(torch.ones(2), OUT / "tensor.pt")
    with open(OUT / "object.pkl", "wb") as file:
        pickle.dump({"a": [1, 2]}, file, protocol=4)
    with open(OUT / "object_protocol0.pkl", "wb") as file:
        pickle.dump({"a": [1, 2]}, file, protocol=0)
    old_tar()
    package(linear)
    torch.export.save(torch.export.export(linear, (torch.ones(1, 2),)), OUT / "exported.pt2")
    scripted = torch.jit.script(linear)
    scripted._save_for_lite_interpreter(str(OUT / "mobile.ptl"))
    scripted._save_for_lite_interpreter(str(OUT / "mobile_flatbuffer.ptl"), _use_flatbuffer=True)
    import onnx
    from onnx import TensorProto, helper

    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [value("x")], [value("y")])
    onnx.save(helper.make_model(graph), OUT / "model.onnx")
    from safetensors.torch import save_file

    save_file(linear.state_dict(), OUT / "model.safetensors")


if __name__ == "__main__":
    main()
