"""A class-based view: an object for each request, whose method is chosen by the request's."""

from django.http import HttpRequest

_item = _intrinsic("item")
_serve = _intrinsic("serve")
_settled = _intrinsic("settled")
_getattr = _intrinsic("getattr")
_external = _intrinsic("external")

_HANDLERS = {"GET": "get", "POST": "post", "PUT": "put", "PATCH": "patch", "DELETE": "delete", "HEAD": "head",
             "OPTIONS": "options", "TRACE": "trace"}
_HOOKS = ("dispatch", "setup", "get_queryset", "get_object", "get_context_data", "get_form_class", "get_form",
          "get_form_kwargs", "get_initial", "form_valid", "form_invalid", "get_success_url", "get_template_names",
          "render_to_response", "test_func", "has_permission", "handle_no_permission", "get_redirect_url",
          "get_ordering", "paginate_queryset")


def _serve_handler(cls, view, name, method):
    _serve(_getattr(cls, name, None), view, HttpRequest(method))


class View:
    def __init__(self, **kwargs):
        _intrinsic("set_all")(self, kwargs)

    @classmethod
    def as_view(cls, **initkwargs):
        def view(request, *args, **kwargs):
            made = cls(**initkwargs)
            made.setup(request, *args, **kwargs)
            return made.dispatch(request, *args, **kwargs)

        _serve_handler(cls, view, "get", "GET")
        _serve_handler(cls, view, "post", "POST")
        _serve_handler(cls, view, "put", "PUT")
        _serve_handler(cls, view, "patch", "PATCH")
        _serve_handler(cls, view, "delete", "DELETE")
        for name in _HOOKS:
            _serve(_getattr(cls, name, None), view)
        return view

    def setup(self, request, *args, **kwargs):
        self.request = request
        self.args = args
        self.kwargs = kwargs

    def dispatch(self, request, *args, **kwargs):
        return _settled(_getattr(self, _item(_HANDLERS, request.method), None)(request, *args, **kwargs))

    def http_method_not_allowed(self, request, *args, **kwargs):
        return _external("django.http.HttpResponseNotAllowed()")


class ContextMixin:
    def get_context_data(self, **kwargs):
        kwargs["view"] = self
        return kwargs


class TemplateResponseMixin:
    def render_to_response(self, context, **kwargs):
        self.get_template_names()
        return _external("django.template.response.TemplateResponse()")

    def get_template_names(self):
        return []


class TemplateView(TemplateResponseMixin, ContextMixin, View):
    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(**kwargs))


class RedirectView(View):
    def get_redirect_url(self, *args, **kwargs):
        return ""[0]

    def get(self, request, *args, **kwargs):
        return self.get_redirect_url(*args, **kwargs)

    post = get
    put = get
    patch = get
    delete = get
    head = get
    options = get
