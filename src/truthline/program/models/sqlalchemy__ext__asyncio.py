"""Classes of sessions of one's own; what SQLAlchemy itself makes stays external beside them."""

from sqlalchemy.orm import _make_factory, _make_registry

_bind = _intrinsic("bind")
_beside = _intrinsic("beside")
_functions = _intrinsic("functions")
_known = _intrinsic("known")


@_beside
def async_sessionmaker(bind=None, *, class_=None, **options):
    return _bind(_make_factory, _functions(class_))()


@_beside
def async_scoped_session(session_factory, scopefunc=None):
    return _bind(_make_registry, _known(session_factory))()
