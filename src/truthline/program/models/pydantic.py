"""Models that are made run their validators; models that are dumped, their serializers and computed fields."""

from dataclasses import Field as _Field
from functools import cached_property

_type = _intrinsic("type")
_getattr = _intrinsic("getattr")
_members = _intrinsic("members")
_external = _intrinsic("external")
_field_dict = _intrinsic("field_dict")
_functions = _intrinsic("functions")


class _Hook:
    """A method that runs when an object is made or dumped."""

    def __init__(self, function, names):
        self.function = function
        self.names = names

    def __get__(self, instance, owner):
        return _intrinsic("bind")(self._plain(), owner)

    def _plain(self):
        return _getattr(self.function, "__func__", self.function)


class _FieldValidator(_Hook):
    def _on_made(self, obj, name):
        for one in self.names:
            self._plain()(_type(obj), _getattr(obj, one), _external("pydantic.ValidationInfo()"))


class _BeforeValidator(_Hook):
    def _on_made(self, obj, name):
        self._plain()(_type(obj), _external("pydantic.data"), _external("pydantic.handler"))


class _AfterValidator(_Hook):
    def __get__(self, instance, owner):
        return _intrinsic("bind")(self._plain(), instance)

    def _on_made(self, obj, name):
        self._plain()(obj, _external("pydantic.ValidationInfo()"))


class _Serializer(_Hook):
    def __get__(self, instance, owner):
        return _intrinsic("bind")(self._plain(), instance)

    def _on_dumped(self, obj):
        for one in self.names:
            self._plain()(obj, _getattr(obj, one), _external("pydantic.SerializationInfo()"))


class _ComputedField(property):
    def _on_dumped(self, obj):
        self.fget(obj)


def field_validator(*names, mode="after", check_fields=None):
    def decorate(function):
        return _FieldValidator(function, names)

    return decorate


def validator(*names, pre=False, always=False, **options):
    def decorate(function):
        return _FieldValidator(function, names)

    return decorate


def model_validator(*, mode):
    def decorate(function):
        if mode == "after":
            return _AfterValidator(function, ())
        return _BeforeValidator(function, ())

    return decorate


def root_validator(*args, pre=False, **options):
    function = _functions(args[0])
    if function:
        return _BeforeValidator(function, ())

    def decorate(function):
        return _BeforeValidator(function, ())

    return decorate


def field_serializer(*names, **options):
    def decorate(function):
        return _Serializer(function, names)

    return decorate


def model_serializer(function=None, **options):
    if function is not None:
        return _Serializer(function, ("",))

    def decorate(function):
        return _Serializer(function, ("",))

    return decorate


def computed_field(function=None, **options):
    if function is not None:
        return _computed(function)
    return _computed


def _computed(function):
    if isinstance(function, property):
        return _ComputedField(function.fget)
    if isinstance(function, cached_property):
        return _ComputedField(function.func)
    return _ComputedField(function)


def Field(default=None, *, default_factory=None, **options):
    return _Field(default, default_factory)


PrivateAttr = Field


class BaseModel:
    @classmethod
    def model_validate(cls, obj, **options):
        return cls(**obj)

    @classmethod
    def model_validate_json(cls, text, **options):
        return cls(**_external("pydantic.data"))

    parse_obj = model_validate
    parse_raw = model_validate_json
    from_orm = model_validate_json

    def model_dump(self, **options):
        _members(self, "_on_dumped")._on_dumped(self)
        return _field_dict(self)

    dict = model_dump

    def model_dump_json(self, **options):
        self.model_dump()
        return ""[0]

    json = model_dump_json

    def model_copy(self, *, update=None, deep=False):
        return _intrinsic("replaced")(self, update)

    copy = model_copy
