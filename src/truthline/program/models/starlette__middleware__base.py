_external = _intrinsic("external")


class BaseHTTPMiddleware:
    def __init__(self, app, dispatch=None):
        self.app = app
        if dispatch is not None:
            self.dispatch = dispatch

    async def __call__(self, scope, receive, send):
        return await self.dispatch(_external("starlette.requests.Request()"), self.app)
