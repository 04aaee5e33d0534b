MISSING = _intrinsic("external")("dataclasses.MISSING")


_field_values = _intrinsic("field_values")
_boolean = _intrinsic("boolean")


class Field:
    def __init__(self, default=None, default_factory=None):
        self.default = default
        self.default_factory = default_factory


def field(*, default=None, default_factory=None, **rest):
    return Field(default, default_factory)


class _Generated:
    """What `@dataclass` generates; `==` and the order compare objects of the same class, field by field."""

    def __repr__(self):
        repr(_field_values(self, "repr"))
        return ""[0]

    def __eq__(self, other):
        if isinstance(other, type(self)):
            _field_values(self, "eq compare cmp") == _field_values(other, "eq compare cmp")
        return _boolean()

    def __lt__(self, other):
        if isinstance(other, type(self)):
            _field_values(self, "eq order compare cmp") < _field_values(other, "eq order compare cmp")
        return _boolean()

    __le__ = __lt__
    __gt__ = __lt__
    __ge__ = __lt__

    def __hash__(self):
        hash(_field_values(self, "eq compare cmp hash"))
        return 0 + 0


dataclass = _intrinsic("bind")(_intrinsic("generating"), "repr eq")


def replace(obj, **changes):
    return _intrinsic("replaced")(obj, changes)


def asdict(obj, *, dict_factory=dict):
    return _intrinsic("field_dict")(obj)


def astuple(obj, *, tuple_factory=tuple):
    return tuple(_intrinsic("field_dict")(obj).values())


def is_dataclass(obj):
    return _intrinsic("boolean")()
