class MethodType:
    def __new__(cls, function, obj):
        return _intrinsic("bind")(function, obj)


class MappingProxyType:
    def __new__(cls, mapping):
        return mapping


class SimpleNamespace:
    def __init__(self, /, **keywords):
        _intrinsic("set_all")(self, keywords)


def coroutine(function):
    return function
