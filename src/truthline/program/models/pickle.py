_external = _intrinsic("external")


def dumps(obj, protocol=None, **options):
    """What is rebuilt on loading is known here, where the object is."""
    obj.__getstate__()
    function, arguments, *rest = obj.__reduce__()
    function(*arguments)
    return b""[:0]


def dump(obj, file, protocol=None, **options):
    dumps(obj)


def loads(data, **options):
    return _external("pickle.loads()")


def load(file, **options):
    return _external("pickle.load()")
