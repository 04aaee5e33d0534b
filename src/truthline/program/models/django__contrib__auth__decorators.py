"""Guards of views: the view is what it was, with a test before it."""

_functions = _intrinsic("functions")


def _guard(view, test):
    def guarded(request, *args, **kwargs):
        test(request.user)
        return view(request, *args, **kwargs)

    _intrinsic("serve")(view, guarded)
    guarded.__wrapped__ = view
    return guarded


def user_passes_test(test_func, login_url=None, redirect_field_name=None):
    def decorate(view):
        return _guard(view, test_func)

    return decorate


def login_required(function=None, redirect_field_name=None, login_url=None):
    if function is None:
        return _same
    return function


def permission_required(perm, login_url=None, raise_exception=False):
    return _same


def login_not_required(view):
    return view


def _same(view):
    return view
