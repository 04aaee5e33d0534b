"""Listeners run where what they listen to happens: `happens` is told of each call of SQLAlchemy's methods.

A listener of a mapped class hears of objects of that class; one of a session, an engine or an attribute of whatever happens.
"""

_about = _intrinsic("about")
_instances = _intrinsic("instances")
_item = _intrinsic("item")

_LOADING = ("load", "do_orm_execute", "before_compile", "loaded_as_persistent")
_STATEMENT = ("before_execute", "after_execute", "before_cursor_execute", "after_cursor_execute", "connect", "checkout",
              "begin", "after_begin", "engine_connect")
_ATTACHING = ("before_attach", "after_attach", "transient_to_pending", "before_insert", "after_insert")
_WRITING = ("before_flush", "after_flush", "after_flush_postexec", *_STATEMENT)
HEARD = {
    "loads": (*_LOADING, *_STATEMENT),
    "refreshes": ("refresh", "do_orm_execute", *_STATEMENT),
    "executes": ("do_orm_execute", *_STATEMENT),
    "adds": _ATTACHING,
    "sets": ("set", "modified", "before_update", "after_update"),
    "deletes": ("before_delete", "after_delete", "persistent_to_deleted"),
    "flushes": _WRITING,
    "commits": (*_WRITING, "before_commit", "after_commit", "commit", "after_transaction_end"),
    "rolls back": ("after_rollback", "after_soft_rollback", "rollback"),
}


class _Listener:
    def _listen(self, target, identifier, function):
        self.function = function
        self.by_name = {identifier: self}
        self.by_target = {target: self}

    def _heard(self, name, target):
        return _item(_item(self.by_name, name).by_target, target)


class listen(_Listener):
    def __init__(self, target, identifier, fn, *args, **options):
        self._listen(target, identifier, fn)


class listens_for(_Listener):
    def __init__(self, target, identifier, *args, **options):
        self._listen(target, identifier, None)

    def __call__(self, function):
        self.function = function
        return function


def _happens(what, target, passed, attribute):
    for name in _item(HEARD, what):
        for listener in (_instances(listen), _instances(listens_for)):
            _about(listener._heard(name, target), attribute).function(passed, passed, passed, passed, passed, passed)
