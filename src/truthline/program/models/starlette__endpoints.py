_inject = _intrinsic("inject")
_serve = _intrinsic("serve")
_settled = _intrinsic("settled")


class HTTPEndpoint:
    def __init__(self, scope, receive=None, send=None):
        pass
