"""A test is called with what the fixtures named by its parameters return or yield; those that use themselves run too."""

_item = _intrinsic("item")
_bind = _intrinsic("bind")
_inject = _intrinsic("inject")
_settled = _intrinsic("settled")
_nothing = _intrinsic("nothing")
_getattr = _intrinsic("getattr")
_external = _intrinsic("external")
_replaced = _intrinsic("replaced")
_functions = _intrinsic("functions")
_fixtures = _intrinsic("fixtures")
_used_unasked = _intrinsic("used_unasked")


class _Fixture:
    def __init__(self, function, params=None, autouse=False, name=None):
        self.function = function
        self.params = params
        self.autouse = autouse
        self.named = name

    def _value(self, test):
        return _settled(_inject(self.function, _Asking(test, self)))


def fixture(fixture_function=None, *, scope=None, params=None, autouse=False, ids=None, name=None):
    function = _functions(fixture_function)
    if function:
        return _Fixture(function)

    def decorate(function):
        return _Fixture(function, params, autouse, name)

    return decorate


yield_fixture = fixture


class _Asking:
    """Who fills the parameters of a test, or of a fixture that it needs."""

    def __init__(self, test, asker=None):
        self.test = test
        self.asker = asker

    def __call__(self, name, marker, annotation):
        if name == "request":
            return _Request(self)
        for one in _getattr(self.test, "__parametrized_" + name, None):
            return one
        return _fixtures(self.test, name, self.asker)._value(self.test)


class _Request:
    def __init__(self, asking):
        self.asking = asking

    @property
    def param(self):
        for one in self.asking.asker.params:
            return one

    def getfixturevalue(self, name):
        return self.asking(name, None, None)

    def addfinalizer(self, function):
        function()


def _collect(test):
    """What runs around a function that pytest collects, and in it."""
    asking = _Asking(test)
    _used_unasked(test)._value(test)
    for name in _getattr(test, "__usefixtures", None):
        asking(name, None, None)
    return _settled(_inject(test, asking))


def param(*values, **options):
    for one in values:
        return one


def _marked(name, value):
    def decorate(marked):
        return _replaced(marked, {name: value})

    return decorate


class _Marks:
    def parametrize(self, names, values, **options):
        return _marked("__parametrized_" + names, values)

    def usefixtures(self, *names):
        return _marked("__usefixtures", names)

    def __getattr__(self, name):
        return _other_mark


def _other_mark(*args, **options):
    for function in args:
        return function
    return _unchanged


def _unchanged(marked):
    return marked


mark = _Marks()
