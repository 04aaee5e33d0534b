"""A method that is read as an attribute."""

_bind = _intrinsic("bind")


class hybrid_property(property):
    def expression(self, function):
        return self

    comparator = expression
    update_expression = expression


class hybrid_method:
    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner):
        return _bind(self.function, instance)
