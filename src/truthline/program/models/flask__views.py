_inject = _intrinsic("inject")
_serve = _intrinsic("serve")
_settled = _intrinsic("settled")
_nothing = _intrinsic("nothing")
_getattr = _intrinsic("getattr")


def _ask(name, marker, annotation):
    return _nothing()


def _call(method):
    return _settled(_inject(method, _ask))


class View:
    @classmethod
    def as_view(cls, name, *args, **kwargs):
        def view(**passed):
            made = cls(*args, **kwargs)
            return _call(made.dispatch_request)

        for name in ("dispatch_request", "get", "post", "put", "patch", "delete", "head", "options"):
            _serve(_getattr(cls, name, None), view)
        for decorator in cls.decorators:
            return decorator(view)
        return view

    decorators = []


class MethodView(View):
    def dispatch_request(self, **passed):
        for name in ("get", "post", "put", "patch", "delete", "head", "options"):
            return _call(_getattr(self, name, None))
