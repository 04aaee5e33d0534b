def copy(obj):
    return obj


def deepcopy(obj, memo=None):
    return obj


def replace(obj, **changes):
    return _intrinsic("replaced")(obj, changes)
