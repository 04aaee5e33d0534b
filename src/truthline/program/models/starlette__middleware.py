_settled = _intrinsic("settled")
_external = _intrinsic("external")


class Middleware:
    def __init__(self, cls, *args, **kwargs):
        self.cls = cls
        self.args = args
        self.kwargs = kwargs

    def _run(self, route):
        made = self.cls(route, *self.args, **self.kwargs)
        _settled(made(_external("scope"), _external("receive"), _external("send")))
