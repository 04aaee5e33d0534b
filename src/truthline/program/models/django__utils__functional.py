from functools import cached_property

_intrinsic_functions = _intrinsic("functions")


class classproperty:
    def __init__(self, method=None):
        self.fget = method

    def __get__(self, instance, cls=None):
        return self.fget(cls)


class SimpleLazyObject:
    """Whatever it is asked for, the object that its function makes answers."""

    def __init__(self, func):
        self._setupfunc = func

    def __getattr__(self, name):
        return _intrinsic("getattr")(self._setupfunc(), name)

    def __call__(self, *args, **kwargs):
        return self._setupfunc()(*args, **kwargs)

    def __bool__(self):
        return _intrinsic("truth")(self._setupfunc())


def lazy(func, *resultclasses):
    return func
