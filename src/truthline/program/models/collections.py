class defaultdict(dict):
    def __init__(self, default_factory=None, source=(), **items):
        self.default_factory = default_factory
        _intrinsic("copy")(self, source)
        _intrinsic("copy")(self, items)

    def __missing__(self, key):
        made = self.default_factory()
        _intrinsic("store")(self, key, made)
        return made


class OrderedDict(dict):
    def move_to_end(self, key, last=True):
        pass


class Counter(dict):
    def most_common(self, count=None):
        return self.items()


class ChainMap(dict):
    def __init__(self, *maps):
        for one in maps:
            _intrinsic("copy")(self, one)

    def new_child(self, mapping=None):
        return self


class deque(list):
    def appendleft(self, item):
        self.insert(0, item)

    def extendleft(self, items):
        for item in items:
            self.insert(0, item)

    def popleft(self):
        return self.pop(0)

    def rotate(self, steps=1):
        self.reverse()


class UserDict(dict):
    pass


class UserList(list):
    pass


def namedtuple(name, fields, **options):
    return _intrinsic("external")("collections.namedtuple()")
