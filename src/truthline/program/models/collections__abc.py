"""What the abstract classes of collections make of the methods that a subclass defines."""

_boolean = _intrinsic("boolean")


class Protocol: ...


class Mapping(Protocol):
    def get(self, key, default=None):
        if _boolean():
            return self[key]
        return default

    def __contains__(self, key):
        self[key]
        return _boolean()

    def keys(self):
        return [key for key in self]

    def values(self):
        return [self[key] for key in self]

    def items(self):
        return [(key, self[key]) for key in self]

    def __eq__(self, other):
        self.items() == other.items()
        return _boolean()


class MutableMapping(Mapping, Protocol):
    def pop(self, key, default=None):
        value = self[key]
        del self[key]
        if _boolean():
            return value
        return default

    def popitem(self):
        for key in self:
            return (key, self.pop(key))

    def clear(self):
        self.popitem()

    def setdefault(self, key, default=None):
        if _boolean():
            return self[key]
        self[key] = default
        return default

    def update(self, other=(), /, **items):
        for key, value in dict(other, **items).items():
            self[key] = value


class Sequence(Protocol):
    def __iter__(self):
        while _boolean():
            yield self[0 + 0]

    def __contains__(self, value):
        for each in self:
            each == value
        return _boolean()

    def __reversed__(self):
        len(self)
        return [each for each in self]

    def index(self, value, *rest):
        return 0 if value in self else 1

    count = index


class MutableSequence(Sequence, Protocol):
    def append(self, value):
        self.insert(len(self), value)

    def extend(self, values):
        for value in values:
            self.append(value)

    def __iadd__(self, values):
        self.extend(values)
        return self

    def pop(self, index=-1):
        value = self[index]
        del self[index]
        return value

    def remove(self, value):
        del self[self.index(value)]

    def clear(self):
        self.pop()

    def reverse(self):
        self[0] = self[0 + 0]


class Set(Protocol):
    def _compared(self, other):
        for each in self:
            each in other
        return _boolean()

    __le__ = _compared
    __lt__ = _compared
    __eq__ = _compared

    def _compared_with(self, other):
        for each in other:
            each in self
        return _boolean()

    __ge__ = _compared_with
    __gt__ = _compared_with
    isdisjoint = _compared_with

    def __and__(self, other):
        self._compared_with(other)
        return {each for each in other}

    def __or__(self, other):
        return {each for one in (self, other) for each in one}

    def __sub__(self, other):
        self._compared(other)
        return {each for each in self}

    def __xor__(self, other):
        return (self - other) | (other - self)


class MutableSet(Set, Protocol):
    def remove(self, value):
        value in self
        self.discard(value)

    def pop(self):
        for value in self:
            self.discard(value)
            return value

    def clear(self):
        self.pop()

    def __ior__(self, other):
        for value in other:
            self.add(value)
        return self

    def __isub__(self, other):
        for value in other:
            self.discard(value)
        return self

    __iand__ = __isub__
    __ixor__ = __isub__
