class attrgetter:
    def __init__(self, *names):
        self.names = names

    def __call__(self, obj):
        return _intrinsic("attribute_path")(obj, self.names)


class itemgetter:
    def __init__(self, *keys):
        self.keys = keys

    def __call__(self, obj):
        for key in self.keys:
            return obj[key]


class methodcaller:
    def __init__(self, name, /, *args, **kwargs):
        self.name = name
        self.args = args
        self.kwargs = kwargs

    def __call__(self, obj):
        return _intrinsic("getattr")(obj, self.name)(*self.args, **self.kwargs)


def call(function, /, *args, **kwargs):
    return function(*args, **kwargs)


def getitem(obj, key):
    return obj[key]


def setitem(obj, key, value):
    obj[key] = value


def delitem(obj, key):
    del obj[key]


def contains(obj, item):
    return item in obj


def add(left, right):
    return left + right


def sub(left, right):
    return left - right


def mul(left, right):
    return left * right


def or_(left, right):
    return left | right


def and_(left, right):
    return left & right


def eq(left, right):
    return left == right


def ne(left, right):
    return left != right


def lt(left, right):
    return left < right


def gt(left, right):
    return left > right


def truth(obj):
    return bool(obj)


def not_(obj):
    return not obj


def length_hint(obj):
    return len(obj)


def index(obj):
    return obj.__index__()


def length_hint(obj, default=0):
    len(obj)
    obj.__length_hint__()
    return len("")
