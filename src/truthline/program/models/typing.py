class Protocol:
    pass


class Generic:
    pass


class NamedTuple:
    def _replace(self, /, **changes):
        return _intrinsic("replaced")(self, changes)

    def _asdict(self):
        return _intrinsic("field_dict")(self)


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
