"""PyTorch's own float16 beside its float32, for the table of TensorRT's: python3 bench/tensorrt/half_precision.py

For each recorded model of test/models: the tolerance t, absolute and relative alike, that |x - y| <= t + t * |y| needs over
all recorded sizes, and the Euclidean distance relative to the float32 result, of model.half(), or of autocast where the
model keeps parts in float32.
"""
import glob, json, os, warnings
import numpy as np
import torch

warnings.filterwarnings("ignore")
DEVICE = "cpu"  # traces keep the device that they were made on


def flat(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    if isinstance(outputs, dict):
        outputs = outputs.values()
    return [t for item in outputs if item is not None for t in flat(item)]


def differences(folder, case, way):
    model = torch.jit.load(os.path.join(folder, case["file"])).eval().to(DEVICE)
    if way == "half":
        model = model.half()
    tolerance = distance = 0.0
    for run in case["runs"]:
        inputs = [torch.from_numpy(np.load(os.path.join(folder, f["file"]))).to(DEVICE) for f in run["inputs"]]
        if way == "half":
            inputs = [t.half() if t.is_floating_point() else t for t in inputs]
        with torch.no_grad(), torch.autocast(DEVICE, torch.float16, enabled=way == "autocast"):
            got = flat(model(*inputs))
        for tensor, file in zip(got, run["outputs"]):
            want = np.load(os.path.join(folder, file["file"])).astype(np.float64)
            gap = np.abs(tensor.double().cpu().numpy() - want)
            tolerance = max(tolerance, float((gap / (1 + np.abs(want))).max()))
            distance = max(distance, float(np.linalg.norm(gap) / np.linalg.norm(want)))
    return dict(way=way, tolerance=tolerance, distance=distance)


for path in sorted(glob.glob("test/models/*/case.json")):
    folder = os.path.dirname(path)
    with open(path) as f:
        case = json.load(f)
    if not case["file"].endswith(".pt"):
        continue
    for way in ("half", "autocast"):
        try:
            print(json.dumps(dict(name=os.path.basename(folder), **differences(folder, case, way))), flush=True)
            break
        except RuntimeError as error:
            print(os.path.basename(folder), way, str(error).strip().split("\n")[-1][:160], flush=True)
