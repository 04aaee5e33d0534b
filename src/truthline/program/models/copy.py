def _rebuilt(obj):
    """What `__reduce__` says how to make."""
    function, arguments, *rest = obj.__reduce__()
    return function(*arguments)


def copy(obj):
    if _intrinsic("boolean")():
        return obj.__copy__()
    if _intrinsic("boolean")():
        return _rebuilt(obj)
    return obj


def deepcopy(obj, memo=None):
    if _intrinsic("boolean")():
        return obj.__deepcopy__({})
    if _intrinsic("boolean")():
        return _rebuilt(obj)
    return obj


def replace(obj, **changes):
    return _intrinsic("replaced")(obj, changes)
