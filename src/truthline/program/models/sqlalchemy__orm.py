"""`validates`: what runs when a field of a mapped object is filled."""

_bind = _intrinsic("bind")
_getattr = _intrinsic("getattr")


class _Validator:
    def __init__(self, function, names):
        self.function = function
        self.names = names

    def __get__(self, instance, owner):
        return _bind(self.function, instance)

    def _on_made(self, obj, name):
        for one in self.names:
            self.function(obj, one, _getattr(obj, one))


def validates(*names, **options):
    def decorate(function):
        return _Validator(function, names)

    return decorate
