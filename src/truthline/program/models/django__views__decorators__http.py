"""Decorators that look at a request's head and hand the view back as it was."""


def _same(view):
    return view


def require_http_methods(methods):
    return _same


require_GET = _same
require_POST = _same
require_safe = _same
conditional_page = _same


def condition(etag_func=None, last_modified_func=None):
    def decorate(view):
        def with_condition(request, *args, **kwargs):
            etag_func(request, *args, **kwargs)
            last_modified_func(request, *args, **kwargs)
            return view(request, *args, **kwargs)

        _intrinsic("serve")(view, with_condition)
        return with_condition

    return decorate


def etag(etag_func):
    return condition(etag_func=etag_func)


def last_modified(last_modified_func):
    return condition(last_modified_func=last_modified_func)
