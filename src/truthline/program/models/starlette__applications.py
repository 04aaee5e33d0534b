from starlette.routing import Router

_external = _intrinsic("external")


class Starlette(Router):
    state = _external("starlette.applications.Starlette().state")

    def __init__(self, debug=False, routes=None, middleware=None, exception_handlers=None, on_startup=None,
                 on_shutdown=None, lifespan=None, **options):
        self._began(routes, middleware, exception_handlers, on_startup, on_shutdown, lifespan)
