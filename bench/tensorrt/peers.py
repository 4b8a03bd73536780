"""PyTorch's side of the comparison on a GPU: python3 bench/tensorrt/peers.py FOLDER [--small] [--export | --time] MODEL...

For each model, in FOLDER/MODEL: --export, on the CPU, writes model.pt (traced), torch.onnx (PyTorch's exporter, the same
sizes dynamic), case.json, and the inputs and eager float32 results of three sizes, for latency.js. --time writes
torch.json with the median microseconds of PyTorch eager and torch.compile at these sizes, float32 without TF32 and
float16, inputs and results on the GPU. Without either it does both.
"""
import json, os, statistics, sys, time, warnings
import numpy as np
import torch

warnings.filterwarnings("ignore")
flags = {a for a in sys.argv[1:] if a.startswith("--")}
folder, *names = [a for a in sys.argv[1:] if not a.startswith("--")]
SMALL, EXPORT, TIME = "--small" in flags, "--time" not in flags, "--export" not in flags
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
torch.backends.mha.set_fastpath_enabled(False)  # PyTorch's exporter has no form of the fast path's operator
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
WARM_UP, TIMED = (2, 5) if SMALL else (20, 100)


class First(torch.nn.Module):
    """The first result of a model of transformers, of positional inputs."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, return_dict=False)[0]


def images(*sizes):
    return [(torch.randn(b, 3, h, w),) for b, h, w in sizes]


def texts(*sizes):
    return [(torch.randint(0, 100, (b, n)), torch.ones(b, n, dtype=torch.int64)) for b, n in sizes]


IMAGE = [dict(name="x", dtype="float32", dims=["batch", 3, "height", "width"])]
TEXT = [dict(name=n, dtype="int64", dims=["batch", "length"]) for n in ("input_ids", "attention_mask")]
TEXT_RANGES = dict(batch=dict(min=1, opt=4, max=16), length=dict(min=8, opt=128, max=384))


def resnet50():
    import torchvision
    make = torchvision.models.resnet18 if SMALL else torchvision.models.resnet50
    ranges = dict(batch=dict(min=1, opt=4, max=8), height=dict(min=128, opt=224, max=320), width=dict(min=128, opt=224, max=320))
    return make(weights=None), IMAGE, ranges, images((1, 224, 224), (4, 160, 288), (8, 320, 320))


def vit():
    import torchvision
    model = torchvision.models.VisionTransformer(224, 16, 2 if SMALL else 12, 12, 768, 3072)
    inputs = [dict(name="x", dtype="float32", dims=["batch", 3, 224, 224])]
    return model, inputs, dict(batch=dict(min=1, opt=4, max=16)), images((1, 224, 224), (4, 224, 224), (16, 224, 224))


def bert():
    from transformers import BertConfig, BertModel
    model = BertModel(BertConfig(num_hidden_layers=2 if SMALL else 12), add_pooling_layer=False)
    return First(model), TEXT, TEXT_RANGES, texts((1, 32), (4, 128), (16, 384))


def gpt2():
    from transformers import GPT2Config, GPT2Model
    model = GPT2Model(GPT2Config(n_layer=2 if SMALL else 12, use_cache=False))
    return First(model), TEXT, TEXT_RANGES, texts((1, 32), (4, 128), (16, 384))


def calibrate(model, inputs):
    """Batch norms that have never seen data let the activations of a deep net grow beyond float16."""
    norms = [m for m in model.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    if norms:
        model(*inputs)
    for norm in norms:
        norm.eval()


def median_us(run):
    sync = torch.cuda.synchronize if DEVICE == "cuda" else lambda: None
    for _ in range(WARM_UP):
        run()
    sync()
    times = []
    for _ in range(TIMED):
        start = time.perf_counter()
        run()
        sync()
        times.append((time.perf_counter() - start) * 1e6)
    return round(statistics.median(times))


def export(model, example, inputs, ranges, path):
    names = [i["name"] for i in inputs]
    axes = {i["name"]: {a: d for a, d in enumerate(i["dims"]) if isinstance(d, str)} for i in inputs}
    shapes = tuple({a: torch.export.Dim(d, min=ranges[d]["min"], max=ranges[d]["max"]) for a, d in axes[n].items()} for n in names)
    try:
        torch.onnx.export(model, example, path, input_names=names, dynamo=True, dynamic_shapes=shapes, opset_version=20, external_data=False, verbose=False)
        return "dynamo"
    except Exception as error:
        print("dynamo:", str(error).split("\n")[0][:200], flush=True)
        torch.onnx.export(model, example, path, input_names=names, dynamo=False, dynamic_axes=axes, opset_version=20)
        return "torchscript"


def write_case(name, out, model, inputs, ranges, sizes):
    torch.jit.save(torch.jit.trace(model, sizes[1], check_trace=False), os.path.join(out, "model.pt"))
    exporter = export(model, sizes[1], inputs, ranges, os.path.join(out, "torch.onnx"))
    runs = []
    for k, size in enumerate(sizes):
        files = []
        for i, t in enumerate(size):
            np.save(os.path.join(out, f"run{k}.in{i}.npy"), t.numpy())
            files.append(dict(file=f"run{k}.in{i}.npy"))
        np.save(os.path.join(out, f"run{k}.out0.npy"), model(*size).numpy())
        runs.append(dict(inputs=files, outputs=[dict(file=f"run{k}.out0.npy")]))
    with open(os.path.join(out, "case.json"), "w") as f:
        json.dump(dict(name=name, file="model.pt", inputs=inputs, dims=ranges, runs=runs, tolerance=1e-3, exporter=exporter), f)


def times(model, sizes):
    """Microseconds by precision and way, one for each size."""
    result = {}
    for precision in ("fp32", "fp16") if DEVICE == "cuda" else ("fp32",):
        module = (model.half() if precision == "fp16" else model).to(DEVICE)
        arrays = [tuple(t.to(DEVICE) for t in size) for size in sizes]
        if precision == "fp16":
            arrays = [tuple(t.half() if t.is_floating_point() else t for t in size) for size in arrays]
        torch._dynamo.reset()
        fast = torch.compile(module, dynamic=True)
        result[precision] = {
            way: [median_us(lambda: run(*a)) for a in arrays] for way, run in (("eager", module), ("compile", fast))
        }
    return result


for name in names:
    torch.manual_seed(0)
    model, inputs, ranges, sizes = globals()[name]()
    model.eval()
    out = os.path.join(folder, name)
    os.makedirs(out, exist_ok=True)
    with torch.no_grad():
        calibrate(model, sizes[1])
        if EXPORT:
            write_case(name, out, model, inputs, ranges, sizes)
        if TIME:
            result = dict(name=name, shapes=[[list(t.shape) for t in s] for s in sizes], **times(model, sizes))
            with open(os.path.join(out, "torch.json"), "w") as f:
                json.dump(result, f)
            print(json.dumps(result), flush=True)
    del model
