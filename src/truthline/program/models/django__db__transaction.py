"""`on_commit` runs what it is handed once the transaction has ended, before the request has."""


class Atomic:
    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass

    def __call__(self, function):
        return function


def atomic(using=None, savepoint=True, durable=False):
    function = _intrinsic("functions")(using)
    if function:
        return function
    return Atomic()


def non_atomic_requests(using=None):
    function = _intrinsic("functions")(using)
    if function:
        return function
    return _same


def _same(function):
    return function


def on_commit(func, using=None, robust=False):
    func()
