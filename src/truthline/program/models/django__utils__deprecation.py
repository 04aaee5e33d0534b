_settled = _intrinsic("settled")
_getattr = _intrinsic("getattr")


class MiddlewareMixin:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        _settled(_getattr(self, "process_request", None)(request))
        response = _settled(self.get_response(request))
        _settled(_getattr(self, "process_response", None)(request, response))
        return response
