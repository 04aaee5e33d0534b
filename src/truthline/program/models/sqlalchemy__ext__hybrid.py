"""A property or method that is also an expression: of an object it is asked for its value, of the class for SQL."""

_bind = _intrinsic("bind")
_getattr = _intrinsic("getattr")
_given = _intrinsic("given")


class hybrid_property(property):
    def __init__(self, fget, fset=None, fdel=None, expr=None, **options):
        self.inplace = self
        self.fget = fget
        self.fset = fset
        self.fdel = fdel
        self.of_class = {}
        if expr is not None:
            self.of_class["asked"] = expr

    def __get__(self, obj, cls=None):
        if obj is None:
            return _given(self.of_class, "asked", self.fget)(cls)
        return self.fget(obj)

    def setter(self, function):
        self.fset = function
        return self

    def deleter(self, function):
        self.fdel = function
        return self

    def expression(self, function):
        self.of_class["asked"] = _getattr(function, "__func__", function)
        return self

    comparator = expression

    def update_expression(self, function):
        return self


class hybrid_method:
    def __init__(self, function, expr=None):
        self.inplace = self
        self.function = function
        self.of_class = {}
        if expr is not None:
            self.of_class["asked"] = expr

    def __get__(self, instance, owner):
        if instance is None:
            return _bind(_given(self.of_class, "asked", self.function), owner)
        return _bind(self.function, instance)

    def expression(self, function):
        self.of_class["asked"] = _getattr(function, "__func__", function)
        return self
