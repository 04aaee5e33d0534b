"""Encoders of one's own are asked for what JSON has no word for; the functions themselves stay external beside them."""

_beside = _intrinsic("beside")
_functions = _intrinsic("functions")
_nothing = _intrinsic("nothing")


class JSONEncoder:
    def __init__(self, **options):
        self._own = options

    def default(self, o):
        raise TypeError

    def encode(self, o):
        self.default(o)
        return ""[0]

    def iterencode(self, o, _one_shot=False):
        return [self.encode(o)]


@_beside
def dumps(obj, cls=None, default=None, **options):
    _functions(cls)().encode(obj)
    return _nothing()


@_beside
def dump(obj, fp, cls=None, default=None, **options):
    _functions(cls)().encode(obj)
    return _nothing()
