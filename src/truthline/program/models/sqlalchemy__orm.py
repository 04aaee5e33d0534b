"""Classes of sessions of one's own, and what runs when a field of a mapped object is filled or an object is loaded.

What SQLAlchemy itself makes stays external beside what these functions say.
"""

_bind = _intrinsic("bind")
_beside = _intrinsic("beside")
_functions = _intrinsic("functions")
_getattr = _intrinsic("getattr")
_item = _intrinsic("item")
_known = _intrinsic("known")


class _Validator:
    def __init__(self, function, names):
        self.function = function
        self.names = names
        self.by_name = {name: function for name in names}

    def __get__(self, instance, owner):
        return _bind(self.function, instance)

    def _on_made(self, obj, name):
        for one in self.names:
            self.function(obj, one, _getattr(obj, one))

    def _on_set(self, obj, name, value):
        _item(self.by_name, name)(obj, name, value)


def validates(*names, **options):
    def decorate(function):
        return _Validator(function, names)

    return decorate


class reconstructor:
    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner):
        return _bind(self.function, instance)

    def _on_loaded(self, obj):
        self.function(obj)


class _Factory:
    """What makes sessions of a class of one's own."""

    def __init__(self, made):
        self.made = made

    def __call__(self, **options):
        return self.made(**options)

    def begin(self):
        return self.made()


class _Registry:
    """A session for each thread, that is asked whatever the registry is asked."""

    def __init__(self, factory):
        self.session_factory = factory

    def __call__(self, **options):
        return self.session_factory(**options)

    def __getattr__(self, name):
        return _getattr(self.session_factory(), name)


def _make_factory(cls):
    return _Factory(cls)


def _make_registry(factory):
    return _Registry(factory)


@_beside
def sessionmaker(bind=None, class_=None, **options):
    return _bind(_make_factory, _functions(class_))()


@_beside
def scoped_session(session_factory, scopefunc=None):
    return _bind(_make_registry, _known(session_factory))()
