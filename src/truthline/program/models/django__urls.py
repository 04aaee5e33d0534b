"""Requests come to views through the middleware of the settings; who registers a view calls nothing."""

from django.conf import settings
from django.http import HttpRequest

_inject = _intrinsic("inject")
_serve = _intrinsic("serve")
_settled = _intrinsic("settled")
_nothing = _intrinsic("nothing")
_getattr = _intrinsic("getattr")
_defined = _intrinsic("defined")
_located = _intrinsic("located")
_external = _intrinsic("external")

_SETTINGS = ("INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def _ask(name, marker, annotation):
    """Views are passed the request, and what stands in the URL."""
    return _nothing()


class URLPattern:
    def __init__(self, view):
        self.view = view
        _serve(view, self.handle, HttpRequest(_external("django.http.HttpRequest().method")))

    def handle(self, request):
        for name in _defined("MIDDLEWARE", "INSTALLED_APPS", "ROOT_URLCONF"):
            self._pass(_located(name), request)
        for name in ("handler400", "handler403", "handler404", "handler500"):
            _located(_defined(name, "urlpatterns"))(request)
        return self._call(request)

    def _pass(self, middleware, request):
        made = middleware(self._call)
        _settled(made(request))
        _settled(_getattr(made, "process_view", None)(request, self.view, (), {}))
        _settled(_getattr(made, "process_exception", None)(request, Exception()))
        _settled(_getattr(made, "process_template_response", None)(request, _external("django.http.HttpResponse()")))

    def _call(self, request):
        return _settled(self.view(request))


def path(route, view, kwargs=None, name=None):
    return URLPattern(view)


re_path = path
