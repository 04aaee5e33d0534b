_getattr = _intrinsic("getattr")
_external = _intrinsic("external")


class HttpRequest:
    """One object for the request: what middleware puts there, the view finds."""

    def __init__(self, method=None):
        self.method = method

    def __getattr__(self, name):
        return _getattr(_external("django.http.HttpRequest()"), name)
