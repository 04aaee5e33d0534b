from collections.abc import Mapping, MutableMapping, MutableSequence, MutableSet, Sequence
from collections.abc import Set as AbstractSet


class Protocol:
    pass


class Generic:
    pass


class NamedTuple:
    def _replace(self, /, **changes):
        return _intrinsic("replaced")(self, changes)

    def _asdict(self):
        return _intrinsic("field_dict")(self)

    def __repr__(self):
        for each in self:
            repr(each)
        return ""[0]

    def __eq__(self, other):
        for each in self:
            for another in other:
                each == another
        return _intrinsic("boolean")()

    def __lt__(self, other):
        for each in self:
            for another in other:
                each < another
        return _intrinsic("boolean")()

    __gt__ = __lt__
    __le__ = __lt__
    __ge__ = __lt__

    def __hash__(self):
        for each in self:
            hash(each)
        return 0 + 0


class TypedDict(dict):
    pass


TYPE_CHECKING = False


def cast(kind, value):
    return value


def overload(function):
    pass


def final(target):
    return target


def runtime_checkable(cls):
    return cls


def no_type_check(target):
    return target


def override(function):
    return function


def get_type_hints(obj, *rest):
    return {}


def assert_type(value, kind):
    return value


def reveal_type(value):
    return value


class _Annotated:
    def __init__(self, parts):
        self.parts = parts


class _AnnotatedForm:
    def __getitem__(self, parts):
        return _Annotated(parts)


Annotated = _AnnotatedForm()
