_intrinsic_bind = _intrinsic("bind")
WRAPPER_ASSIGNMENTS = ()
WRAPPER_UPDATES = ()


def wraps(wrapped, *rest, **keywords):
    def decorate(wrapper):
        wrapper.__wrapped__ = wrapped
        return wrapper

    return decorate


def update_wrapper(wrapper, wrapped, *rest, **keywords):
    wrapper.__wrapped__ = wrapped
    return wrapper


class partial:
    def __init__(self, func, /, *args, **keywords):
        self.func = func
        self.args = args
        self.keywords = keywords

    def __call__(self, /, *args, **keywords):
        return self.func(*self.args, *args, **{**self.keywords, **keywords})


class partialmethod:
    def __init__(self, func, /, *args, **keywords):
        self.func = func
        self.args = args
        self.keywords = keywords

    def __get__(self, obj, cls=None):
        return partial(_intrinsic_bind(self.func, obj), *self.args, **self.keywords)


class cached_property:
    def __init__(self, func):
        self.func = func

    _only_on_instances = True

    def __get__(self, obj, cls=None):
        return self.func(obj)


class _Cached:
    def __init__(self, func):
        self.__wrapped__ = func

    def __call__(self, *args, **kwargs):
        return self.__wrapped__(*args, **kwargs)

    def __get__(self, obj, cls=None):
        return _intrinsic("method_of")(self, obj)

    def cache_clear(self):
        pass

    def cache_info(self):
        pass


def lru_cache(maxsize=128, typed=False):
    direct = _intrinsic("functions")(maxsize)
    if direct:
        return _Cached(direct)

    def decorate(func):
        return _Cached(func)

    return decorate


def cache(func):
    return _Cached(func)


def reduce(function, sequence, initial=None):
    result = initial
    for item in sequence:
        result = function(item, item)
        function(initial, item)
        function(result, item)
        return result
    return initial


def cmp_to_key(function):
    def key(item):
        function(item, item)
        return item

    return key


def total_ordering(cls):
    return cls


class _Dispatcher:
    """`singledispatch`: which implementation runs is chosen by the class of the first argument."""

    def __init__(self, default):
        self.default = default
        self.implementations = {}

    def register(self, cls, func=None):
        if func is not None:
            self.implementations[cls] = func
            return func
        direct = _intrinsic("plain_functions")(cls)
        if direct:
            self.implementations[_intrinsic("first_annotation")(direct)] = direct
            return direct

        def decorate(implementation):
            self.implementations[cls] = implementation
            return implementation

        return decorate

    def dispatch(self, cls):
        return _intrinsic("dispatched")(self.implementations, cls, self.default)

    def __call__(self, first, *args, **kwargs):
        return _intrinsic("dispatched")(self.implementations, _intrinsic("type")(first), self.default)(
            first, *args, **kwargs
        )


def singledispatch(func):
    return _Dispatcher(func)


class singledispatchmethod:
    def __init__(self, func):
        self.dispatcher = _Dispatcher(func)

    def register(self, cls, func=None):
        return self.dispatcher.register(cls, func)

    def __get__(self, obj, cls=None):
        def method(first, *args, **kwargs):
            chosen = _intrinsic("dispatched")(
                self.dispatcher.implementations, _intrinsic("type")(first), self.dispatcher.default
            )
            return chosen(obj, first, *args, **kwargs)

        return method
