MISSING = _intrinsic("external")("dataclasses.MISSING")


class Field:
    def __init__(self, default=None, default_factory=None):
        self.default = default
        self.default_factory = default_factory


def field(*, default=None, default_factory=None, **rest):
    return Field(default, default_factory)


def dataclass(cls=None, **options):
    if cls is not None:
        return cls

    def decorate(decorated):
        return decorated

    return decorate


def replace(obj, **changes):
    return _intrinsic("replaced")(obj, changes)


def asdict(obj, *, dict_factory=dict):
    return _intrinsic("field_dict")(obj)


def astuple(obj, *, tuple_factory=tuple):
    return tuple(_intrinsic("field_dict")(obj).values())


def is_dataclass(obj):
    return _intrinsic("boolean")()
