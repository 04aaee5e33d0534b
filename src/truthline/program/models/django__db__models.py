"""Objects that are saved send signals; managers hand on to querysets, which make objects of their model."""

from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

_new = _intrinsic("new")
_type = _intrinsic("type")
_getattr = _intrinsic("getattr")
_external = _intrinsic("external")
_boolean = _intrinsic("boolean")
_defined = _intrinsic("defined")
_functions = _intrinsic("functions")


class QuerySet:
    def __init__(self, model=None, *args, **options):
        self.model = model

    @classmethod
    def as_manager(cls):
        made = Manager()
        made._made_of = cls
        return made

    def filter(self, *args, **kwargs):
        return self

    all = filter
    exclude = filter
    order_by = filter
    reverse = filter
    distinct = filter
    select_related = filter
    prefetch_related = filter
    select_for_update = filter
    annotate = filter
    alias = filter
    defer = filter
    only = filter
    using = filter
    none = filter
    complex_filter = filter
    _clone = filter
    _chain = filter

    def get(self, *args, **kwargs):
        return _new(self.model)

    first = get
    last = get
    latest = get
    earliest = get

    async def aget(self, *args, **kwargs):
        return self.get()

    afirst = aget
    alast = aget
    alatest = aget
    aearliest = aget

    def create(self, **kwargs):
        made = self.model(**kwargs)
        made.save()
        return made

    async def acreate(self, **kwargs):
        return self.create(**kwargs)

    def get_or_create(self, defaults=None, **kwargs):
        if _boolean():
            return (self.get(), False)
        return (self.create(**defaults, **kwargs), True)

    def update_or_create(self, defaults=None, create_defaults=None, **kwargs):
        if _boolean():
            found = self.get()
            found.save()
            return (found, False)
        return (self.create(**defaults, **kwargs), True)

    async def aget_or_create(self, defaults=None, **kwargs):
        return self.get_or_create(defaults, **kwargs)

    async def aupdate_or_create(self, defaults=None, create_defaults=None, **kwargs):
        return self.update_or_create(defaults, create_defaults, **kwargs)

    def delete(self):
        self.get().delete()
        return _external("django.db.models.QuerySet().delete()")

    def iterator(self, *args, **kwargs):
        return self

    def __iter__(self):
        return [self.get()]

    def __aiter__(self):
        return [self.get()]

    def __getitem__(self, key):
        if isinstance(key, slice):
            return self
        return self.get()

    def __or__(self, other):
        return self

    __and__ = __or__


class Manager:
    """Whatever it is asked for, its queryset answers."""

    _made_of = QuerySet

    def __get__(self, instance, owner):
        self.model = owner
        return self

    @classmethod
    def from_queryset(cls, queryset_class, class_name=None):
        class Made(cls):
            _made_of = queryset_class

        return Made

    def get_queryset(self):
        return self._made_of(self.model)

    def all(self):
        return self.get_queryset()

    def __getattr__(self, name):
        return _getattr(self.get_queryset(), name)


BaseManager = Manager


class _DefaultManager:
    def __get__(self, instance, owner):
        made = Manager()
        made.model = owner
        return made


class Model:
    objects = _DefaultManager()
    _default_manager = objects
    _base_manager = objects

    def save(self, *args, **kwargs):
        pre_save.send(_type(self), instance=self, raw=False, using=None, update_fields=None)
        post_save.send(_type(self), instance=self, created=_boolean(), raw=False, using=None, update_fields=None)

    save_base = save

    def delete(self, *args, **kwargs):
        pre_delete.send(_type(self), instance=self, using=None, origin=self)
        post_delete.send(_type(self), instance=self, using=None, origin=self)
        return _external("django.db.models.Model().delete()")

    async def asave(self, *args, **kwargs):
        self.save(*args, **kwargs)

    async def adelete(self, *args, **kwargs):
        return self.delete(*args, **kwargs)

    def full_clean(self, *args, **kwargs):
        self.clean_fields()
        self.clean()
        self.validate_unique()

    def clean_fields(self, exclude=None):
        pass

    def clean(self):
        pass

    def validate_unique(self, exclude=None):
        pass


class ForeignKey:
    """What the attribute of an object holds: an object of the other model, which may be named by a text."""

    def __init__(self, to, *args, **options):
        self.to = to

    def __get__(self, instance, owner):
        if isinstance(self.to, str):
            return _new(owner if self.to == "self" else _functions(_defined(self.to)))
        return _new(self.to)


OneToOneField = ForeignKey
