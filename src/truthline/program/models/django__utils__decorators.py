"""`method_decorator` on a method, or on a class and the name of a method."""

_bind = _intrinsic("bind")
_written = _intrinsic("written")
_replaced = _intrinsic("replaced")


class _Decorated:
    """A method whose decorator sees a function of the request alone."""

    def __init__(self, decorator, method):
        self.decorator = decorator
        self.method = method
        self.__wrapped__ = method

    def __get__(self, instance, owner=None):
        made = self.decorator(_bind(self.method, instance))
        for one in self.decorator:
            return one(_bind(self.method, instance))
        return made


def method_decorator(decorator, name=""):
    def decorate(decorated):
        if isinstance(decorated, type):
            return _replaced(decorated, {name: _Decorated(decorator, _written(decorated, name))})
        return _Decorated(decorator, decorated)

    return decorate
