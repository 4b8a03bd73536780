"""How the modules of modules/*.py are declared: a class with the inputs of each run, saved scripted, traced or both."""

import copy

import torch

CASES = []


R = torch.randn


def I(high, *shape):
    return torch.randint(0, high, shape)


def case(*sets, form="script", post=None, id=None, dyn=None):
    """`sets`: the arguments of each run. `post` changes the compiled module, `id` renames the case."""

    def declare(cls):
        CASES.append((id or cls.__name__, cls, sets, form, post))
        return cls

    return declare


def both(*sets, **options):
    def declare(cls):
        case(*sets, form="script", **options)(cls)
        case(*sets, form="trace", **options)(cls)
        return cls

    return declare


def clone(x):
    return copy.deepcopy(x)


def leaves(x):
    """Tensors and numbers of a result, in order."""
    if x is None or isinstance(x, str):
        return []
    if isinstance(x, (torch.Tensor, bool, int, float)):
        return [x]
    if isinstance(x, dict):
        x = list(x.values())
    return [leaf for item in x for leaf in leaves(item)]


torch.manual_seed(0)
S2 = [(R(2, 3),), (R(1, 1),), (R(5, 7),)]
S3 = [(R(2, 3, 8),), (R(1, 1, 8),), (R(3, 7, 8),)]
S4 = [(R(2, 3, 16, 16),), (R(1, 3, 9, 7),), (R(3, 3, 17, 32),)]
