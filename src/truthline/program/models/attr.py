"""Objects whose fields are filled by a constructor that nobody writes; validators and converters run in it."""

import dataclasses

_generating = _intrinsic("generating")
s = _intrinsic("bind")(_generating, "repr eq order")
attrs = s
dataclass = s
define = _intrinsic("bind")(_generating, "repr eq")
mutable = define
frozen = _intrinsic("bind")(_generating, "repr eq frozen")
evolve = dataclasses.replace
asdict = dataclasses.asdict
astuple = dataclasses.astuple
_getattr = _intrinsic("getattr")


class Factory:
    def __init__(self, factory, takes_self=False):
        self.factory = factory

    def __call__(self):
        return self.factory()


class _Attribute(dataclasses.Field):
    def __init__(self, default, factory, validator, converter):
        self.value = default
        self.default_factory = self._make
        self.factories = [factory]
        self.validators = [validator]
        self.converter = converter

    def validator(self, function):
        self.validators.append(function)
        return function

    def default(self, function):
        self.factories.append(function)
        return function

    def _make(self):
        for factory in self.factories:
            return factory()
        return self.value

    def _on_made(self, obj, name):
        value = _getattr(obj, name)
        self.converter(value)
        for validator in self.validators:
            validator(obj, self, value)
            for one in validator:
                one(obj, self, value)

    def _converted(self, value):
        if self.converter is None:
            return value
        return self.converter(value)


def field(*, default=None, validator=None, converter=None, factory=None, **options):
    if isinstance(default, Factory):
        return _Attribute(None, default, validator, converter)
    return _Attribute(default, factory, validator, converter)


def ib(default=None, validator=None, repr=True, eq=None, order=None, hash=None, init=True, metadata=None, type=None,
       converter=None, factory=None, **options):
    return field(default=default, validator=validator, converter=converter, factory=factory)


attrib = ib
