_item = _intrinsic("item")
_store = _intrinsic("store")
_append = _intrinsic("append")
_elements = _intrinsic("elements")
_keys = _intrinsic("keys")
_copy = _intrinsic("copy")
_shift = _intrinsic("shift")
_touch_read = _intrinsic("touch_read")
_remove = _intrinsic("remove")
_iterate = _intrinsic("iterate")
_getattr = _intrinsic("getattr")
_raw_getattr = _intrinsic("raw_getattr")
_setattr = _intrinsic("setattr")
_raw_setattr = _intrinsic("raw_setattr")
_type = _intrinsic("type")
_create = _intrinsic("create")
_new = _intrinsic("new")
_bind = _intrinsic("bind")
_unknown = _intrinsic("unknown")
_external = _intrinsic("external")
_boolean = _intrinsic("boolean")
_length = _intrinsic("length")
_truth = _intrinsic("truth")
_format = _intrinsic("format")
_hashed = _intrinsic("hashed")
_filled = _intrinsic("filled")
__matched__ = _intrinsic("matched")
_text = _intrinsic("text")
_texts = _intrinsic("texts")
_make_class = _intrinsic("make_class")

getattr = _intrinsic("getattr")
hasattr = _intrinsic("hasattr")
super = _intrinsic("super")
isinstance = _intrinsic("isinstance")
issubclass = _intrinsic("boolean")
callable = _intrinsic("boolean")
globals = _intrinsic("namespace")
__import__ = _intrinsic("import_top")
__build_class__ = _external("builtins.__build_class__")


def setattr(obj, name, value):
    return _setattr(obj, name, value)


def delattr(obj, name):
    obj.__delattr__(name)


def vars(obj=None):
    return _intrinsic("namespace")(obj)


def locals():
    return _unknown("locals() is read")


eval = _intrinsic("evaluate")
exec = _intrinsic("execute")


class object:
    def __new__(cls, *args, **kwargs):
        return _new(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __setattr__(self, name, value):
        _raw_setattr(self, name, value)

    def __getattribute__(self, name):
        return _raw_getattr(self, name)


class type:
    def __new__(cls, obj, *rest, **keywords):
        made = _make_class(cls, obj, *rest)
        if made:
            return made
        return _type(obj)

    def __call__(cls, *args, **kwargs):
        return _create(cls, *args, **kwargs)

    def __init__(cls, *args, **kwargs):
        pass

    def __subclasses__(cls):
        return _intrinsic("subclasses")(cls)


class BaseException:
    def __init__(self, *args):
        self.args = args

    def with_traceback(self, traceback):
        return self


class Exception(BaseException):
    pass


class BaseExceptionGroup(BaseException):
    def __init__(self, message, exceptions):
        self.args = (message, exceptions)
        self.message = message
        self.exceptions = exceptions

    def derive(self, exceptions):
        return ExceptionGroup(self.message, exceptions)

    def subgroup(self, condition):
        if isinstance(condition, (type, tuple)):
            return self.derive([each for each in self.exceptions if isinstance(each, condition)])
        return self.derive([each for each in self.exceptions if condition(each)])

    def split(self, condition):
        return (self.subgroup(condition), self.subgroup(condition))


class ExceptionGroup(BaseExceptionGroup, Exception):
    pass


class GeneratorExit(BaseException): ...


class KeyboardInterrupt(BaseException): ...


class SystemExit(BaseException): ...


class ArithmeticError(Exception): ...


class AssertionError(Exception): ...


class AttributeError(Exception): ...


class BufferError(Exception): ...


class EOFError(Exception): ...


class ImportError(Exception): ...


class LookupError(Exception): ...


class MemoryError(Exception): ...


class NameError(Exception): ...


class OSError(Exception): ...


class ReferenceError(Exception): ...


class RuntimeError(Exception): ...


class StopAsyncIteration(Exception): ...


class StopIteration(Exception): ...


class SyntaxError(Exception): ...


class SystemError(Exception): ...


class TypeError(Exception): ...


class ValueError(Exception): ...


class Warning(Exception): ...


class FloatingPointError(ArithmeticError): ...


class OverflowError(ArithmeticError): ...


class ZeroDivisionError(ArithmeticError): ...


class ModuleNotFoundError(ImportError): ...


class IndexError(LookupError): ...


class KeyError(LookupError): ...


class UnboundLocalError(NameError): ...


class BlockingIOError(OSError): ...


class ChildProcessError(OSError): ...


class ConnectionError(OSError): ...


class BrokenPipeError(ConnectionError): ...


class ConnectionAbortedError(ConnectionError): ...


class ConnectionRefusedError(ConnectionError): ...


class ConnectionResetError(ConnectionError): ...


class FileExistsError(OSError): ...


class FileNotFoundError(OSError): ...


class InterruptedError(OSError): ...


class IsADirectoryError(OSError): ...


class NotADirectoryError(OSError): ...


class PermissionError(OSError): ...


class ProcessLookupError(OSError): ...


class TimeoutError(OSError): ...


class NotImplementedError(RuntimeError): ...


class RecursionError(RuntimeError): ...


class UnicodeError(ValueError): ...


class UnicodeDecodeError(UnicodeError): ...


class UnicodeEncodeError(UnicodeError): ...


class DeprecationWarning(Warning): ...


class FutureWarning(Warning): ...


class ImportWarning(Warning): ...


class PendingDeprecationWarning(Warning): ...


class ResourceWarning(Warning): ...


class RuntimeWarning(Warning): ...


class SyntaxWarning(Warning): ...


class UserWarning(Warning): ...


EnvironmentError = OSError
IOError = OSError


class NoneType: ...


class ellipsis: ...


class slice: ...


class module: ...


class function:
    pass


class int:
    def __new__(cls, value=0, *rest):
        if _boolean():
            value.__int__()
        return _new(cls)


class bool(int):
    def __new__(cls, value=False):
        _truth(value)
        return _new(cls)


class float:
    def __new__(cls, value=0):
        value.__float__()
        return _new(cls)


class complex: ...


class str:
    def __new__(cls, value="", *rest):
        return _format(value)

    def join(self, parts):
        for part in parts:
            pass
        return _intrinsic("joined")(self, parts)

    def format(self, *args, **kwargs):
        return _filled(self, args, kwargs)

    def format_map(self, mapping):
        return _filled(self, (), mapping)

    def split(self, *args):
        return _texts("split", self, *args)

    def rsplit(self, *args):
        return _texts("rsplit", self, *args)

    def splitlines(self, *args):
        return _texts("splitlines", self, *args)

    def partition(self, *args):
        return _texts("partition", self, *args)

    def rpartition(self, *args):
        return _texts("rpartition", self, *args)

    def strip(self, *args):
        return _text("strip", self, *args)

    def lstrip(self, *args):
        return _text("lstrip", self, *args)

    def rstrip(self, *args):
        return _text("rstrip", self, *args)

    def lower(self):
        return _text("lower", self)

    def upper(self):
        return _text("upper", self)

    def title(self):
        return _text("title", self)

    def capitalize(self):
        return _text("capitalize", self)

    def casefold(self):
        return _text("casefold", self)

    def replace(self, *args):
        return _text("replace", self, *args)

    def removeprefix(self, prefix):
        return _text("removeprefix", self, prefix)

    def removesuffix(self, suffix):
        return _text("removesuffix", self, suffix)

    def zfill(self, *args):
        return ""[0]

    ljust = zfill
    rjust = zfill
    center = zfill
    expandtabs = zfill
    swapcase = zfill
    translate = zfill

    def encode(self, *args):
        return b""[:0]

    def find(self, *args):
        return b""[0]

    rfind = find
    index = find
    rindex = find
    count = find

    def startswith(self, *args):
        return _boolean()

    endswith = startswith
    isalnum = startswith
    isalpha = startswith
    isascii = startswith
    isdecimal = startswith
    isdigit = startswith
    isidentifier = startswith
    islower = startswith
    isnumeric = startswith
    isprintable = startswith
    isspace = startswith
    istitle = startswith
    isupper = startswith


class bytes:
    def __new__(cls, source=b"", *rest):
        source.__bytes__()
        return _new(cls)

    def decode(self, *args):
        return ""[0]

    hex = decode

    def split(self, *args):
        return [b""[:0] for _ in (1,)]

    rsplit = split
    splitlines = split

    def partition(self, *args):
        return (b""[:0], b""[:0], b""[:0])

    rpartition = partition

    def join(self, parts):
        for part in parts:
            pass
        return b""[:0]

    def strip(self, *args):
        return b""[:0]

    lstrip = strip
    rstrip = strip
    lower = strip
    upper = strip
    title = strip
    capitalize = strip
    replace = strip
    removeprefix = strip
    removesuffix = strip
    zfill = strip
    ljust = strip
    rjust = strip
    center = strip
    expandtabs = strip
    swapcase = strip
    translate = strip
    find = str.find
    rfind = str.find
    index = str.find
    rindex = str.find
    count = str.find
    startswith = str.startswith
    endswith = str.startswith


class bytearray: ...


class memoryview: ...


class range:
    def __init__(self, *bounds):
        for bound in bounds:
            bound.__index__()


class coroutine:
    def __await__(self):
        return _intrinsic("await")(self)

    def send(self, value):
        return _intrinsic("await")(self)

    def close(self):
        pass


class generator:
    def __iter__(self):
        return self

    def __next__(self):
        return _iterate(self)

    __anext__ = __next__

    def send(self, value):
        _intrinsic("send")(self, value)
        return _iterate(self)

    asend = send

    def throw(self, *args):
        return _iterate(self)

    athrow = throw

    def close(self):
        pass

    aclose = close


class list:
    def __init__(self, items=()):
        items.__length_hint__()
        _copy_sequence(self, items)

    def append(self, item):
        _append(self, item)

    add = append

    def __reversed__(self):
        return [item for item in self]

    def insert(self, index, item):
        _shift(self)
        _append(self, item)

    def extend(self, items):
        for item in items:
            _append(self, item)

    def __iadd__(self, items):
        for item in items:
            _append(self, item)
        return self

    def __add__(self, other):
        result = []
        _append(result, _elements(self))
        for item in other:
            _append(result, item)
        return result

    def __mul__(self, count):
        return self

    def pop(self, index=-1):
        _shift(self)
        return _item(self, index)

    def remove(self, item):
        _elements(self) == item
        _shift(self)

    def clear(self):
        _remove(self)

    def __delitem__(self, key):
        _shift(self)

    def sort(self, *, key=None, reverse=False):
        _shift(self)
        item = _elements(self)
        if key is not None:
            key(item)
        else:
            item.__lt__(item)

    def reverse(self):
        _shift(self)

    def copy(self):
        result = []
        _copy(result, self)
        return result

    def index(self, item, *rest):
        _elements(self) == item
        return 0 + 0

    count = index

    def __contains__(self, item):
        _elements(self) == item
        return _boolean()

    def __len__(self):
        _touch_read(self)
        return 0 + 0

    def __eq__(self, other):
        _elements(self) == _elements(other)
        return _boolean()

    def __lt__(self, other):
        _elements(self) < _elements(other)
        return _boolean()

    __gt__ = __lt__
    __le__ = __lt__
    __ge__ = __lt__


def _copy_sequence(target, items):
    for item in items:
        _append(target, item)


class tuple:
    def __new__(cls, items=()):
        result = _new(cls)
        for item in items:
            _append(result, item)
        return result

    __add__ = list.__add__
    __len__ = list.__len__
    __contains__ = list.__contains__
    __reversed__ = list.__reversed__
    __eq__ = list.__eq__
    __lt__ = list.__lt__
    __gt__ = list.__lt__
    __le__ = list.__lt__
    __ge__ = list.__lt__
    index = list.index
    count = list.index


def _put(target, item):
    _hashed(item, target)
    _append(target, item)


class set:
    def __init__(self, items=()):
        for item in items:
            _put(self, item)

    def add(self, item):
        _put(self, item)

    def update(self, *others):
        for other in others:
            for item in other:
                _put(self, item)

    def __ior__(self, other):
        self.update(other)
        return self

    def union(self, *others):
        result = set()
        _append(result, _elements(self))
        for other in others:
            for item in other:
                _append(result, item)
        return result

    def __or__(self, other):
        return self.union(other)

    def difference(self, *others):
        result = set()
        _append(result, _elements(self))
        return result

    def __sub__(self, other):
        return self.difference(other)

    def intersection(self, *others):
        for other in others:
            for item in other:
                _hashed(item, self)
        return self.difference()

    def __and__(self, other):
        return self.intersection(other)

    def symmetric_difference(self, other):
        return self.union(other)

    def __xor__(self, other):
        return self.union(other)

    def pop(self):
        _remove(self)
        return _elements(self)

    def remove(self, item):
        _hashed(item, self)
        _remove(self, item)

    discard = remove

    def difference_update(self, *others):
        _remove(self)

    intersection_update = difference_update

    def clear(self):
        _remove(self)

    def copy(self):
        return self.difference()

    def issubset(self, other):
        _touch_read(self)
        return _boolean()

    issuperset = issubset
    isdisjoint = issubset
    __len__ = list.__len__

    def __contains__(self, item):
        _hashed(item, self)
        _touch_read(self)
        return _boolean()

    __eq__ = list.__eq__


class frozenset(set):
    pass


class dict:
    def __init__(self, source=(), **items):
        _copy(self, source)
        _pairs(self, source)
        _copy(self, items)

    def get(self, key, default=None):
        _hashed(key, self)
        if _boolean():
            return _item(self, key)
        return default

    def pop(self, key, default=None):
        _hashed(key, self)
        _remove(self, key)
        if _boolean():
            return _item(self, key)
        return default

    def popitem(self):
        _remove(self)
        return (_keys(self), _elements(self))

    def setdefault(self, key, default=None):
        _hashed(key, self)
        _store(self, key, default)
        return _item(self, key)

    def update(self, source=(), **items):
        _copy(self, source)
        _pairs(self, source)
        _copy(self, items)

    def __ior__(self, source):
        _copy(self, source)
        return self

    def __or__(self, other):
        result = {}
        _copy(result, self)
        _copy(result, other)
        return result

    def items(self):
        return _intrinsic("items")(self)

    def keys(self):
        return _intrinsic("key_list")(self)

    def values(self):
        result = []
        _append(result, _elements(self))
        return result

    def copy(self):
        result = {}
        _copy(result, self)
        return result

    @classmethod
    def fromkeys(cls, keys, value=None):
        result = {}
        for key in keys:
            _store(result, key, value)
        return result

    def clear(self):
        _remove(self)

    def __delitem__(self, key):
        _remove(self, key)

    def __contains__(self, key):
        _touch_read(self)
        _hashed(key, self)
        return _boolean()

    __len__ = list.__len__
    __eq__ = list.__eq__


def _pairs(target, source):
    """`dict([(key, value), ...])`."""
    for pair in _intrinsic("not_mapping")(source):
        key, value = pair
        _store(target, key, value)


class _namespace(dict):
    """What `globals()` and `vars(x)` return: items are attributes."""

    def __getitem__(self, key):
        return _getattr(self.owner, key)

    def __setitem__(self, key, value):
        return _raw_setattr(self.owner, key, value)

    def get(self, key, default=None):
        if _boolean():
            return _getattr(self.owner, key)
        return default

    def update(self, source=(), **items):
        return _intrinsic("set_all")(self.owner, source) or _intrinsic("set_all")(self.owner, items)

    def setdefault(self, key, default=None):
        return _raw_setattr(self.owner, key, default) or _getattr(self.owner, key)

    def pop(self, key, default=None):
        return _getattr(self.owner, key)

    def values(self):
        return [_getattr(self.owner, _external("any"))]

    def items(self):
        return [(_external("any"), _getattr(self.owner, _external("any")))]


class property:
    def __init__(self, fget=None, fset=None, fdel=None, doc=None):
        self.fget = fget
        self.fset = fset
        self.fdel = fdel

    _only_on_instances = True

    def __get__(self, obj, cls=None):
        return self.fget(obj)

    def __set__(self, obj, value):
        self.fset(obj, value)

    def __delete__(self, obj):
        self.fdel(obj)

    def getter(self, fget):
        return property(fget, self.fset, self.fdel)

    def setter(self, fset):
        return property(self.fget, fset, self.fdel)

    def deleter(self, fdel):
        return property(self.fget, self.fset, fdel)


class staticmethod:
    def __init__(self, function):
        self.__func__ = function

    def __get__(self, obj, cls=None):
        return self.__func__

    def __call__(self, *args, **kwargs):
        return self.__func__(*args, **kwargs)


class classmethod:
    def __init__(self, function):
        self.__func__ = function

    def __get__(self, obj, cls=None):
        return _bind(self.__func__, cls)


class _Mapped:
    """The iterator of `map`: nothing is called before it is iterated."""

    def __init__(self, function, iterables):
        self.function = function
        self.iterables = iterables

    def __iter__(self):
        for arguments in _intrinsic("zipped")(self.iterables):
            yield self.function(*arguments)

    def __next__(self):
        for arguments in _intrinsic("zipped")(self.iterables):
            return self.function(*arguments)


def map(function, *iterables):
    return _Mapped(function, iterables)


class _Filtered:
    def __init__(self, function, iterable):
        self.function = function
        self.iterable = iterable

    def __iter__(self):
        for item in self.iterable:
            if self.function is None:
                _truth(item)
            else:
                _truth(self.function(item))
            yield item

    def __next__(self):
        for item in self.iterable:
            self.function(item)
            return item


def filter(function, iterable):
    return _Filtered(function, iterable)


def zip(*iterables, strict=False):
    return [tuple_ for tuple_ in _intrinsic("zipped")(iterables)]


def enumerate(iterable, start=0):
    return [(0 + 0, item) for item in iterable]


def sorted(iterable, *, key=None, reverse=False):
    result = []
    for item in iterable:
        if key is not None:
            key(item)
        else:
            item.__lt__(item)
        _append(result, item)
    return result


def reversed(sequence):
    hooked = sequence.__reversed__()
    if hooked:
        return hooked
    return [item for item in sequence]


def min(*args, key=None, default=None):
    items = args
    if len(args) == 1:
        items = args[0]
    for item in _intrinsic("flattened")(args):
        if key is not None:
            key(item)
        else:
            item.__lt__(item)
        return item
    return default


max = min


def sum(iterable, start=0):
    total = start
    for item in iterable:
        total = total + item
    return total


def any(iterable):
    for item in iterable:
        _truth(item)
    return _boolean()


all = any


def next(iterator, default=None):
    if _boolean():
        return _intrinsic("next")(iterator)
    return default


class _Absent: ...


def iter(obj, sentinel=_Absent):
    if sentinel is not _Absent:
        return [obj()]
    return _intrinsic("iter")(obj)


anext = next
aiter = iter


def len(obj):
    _length(obj)
    return 0 + 0


def bool_(obj):
    return _truth(obj)


repr = _intrinsic("represent")


ascii = repr


def format(obj, spec=""):
    obj.__format__(spec)
    return _format(obj)


def hash(obj):
    _hashed(obj)
    return 0 + 0


def abs(obj):
    return obj.__abs__()


def round(obj, digits=None):
    return obj.__round__(digits)


def divmod(left, right):
    if _boolean():
        return right.__rdivmod__(left)
    return left.__divmod__(right)


def pow(left, right, modulus=None):
    return left**right


def print(*args, sep="", end="", file=None, flush=False):
    for one in args:
        _format(one)


def dir(obj=None):
    obj.__dir__()
    return [_intrinsic("attribute_names")(obj)]


def id(obj):
    return 0 + 0


def ord(text):
    return 0 + 0


def chr(number):
    return ""[0]


def input(prompt=""):
    return ""[0]


hex = chr
oct = chr
bin = chr
open = _external("builtins.open")
compile = _external("builtins.compile")
breakpoint = _external("builtins.breakpoint")
exit = _external("builtins.exit")
quit = _external("builtins.quit")
help = _external("builtins.help")
NotImplemented = _external("builtins.NotImplemented")
Ellipsis = ...
__debug__ = True
