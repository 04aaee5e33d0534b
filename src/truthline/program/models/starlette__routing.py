"""Requests come to routes through what stands around them; who registers a route calls nothing."""

from starlette.middleware import Middleware

_inject = _intrinsic("inject")
_serve = _intrinsic("serve")
_settled = _intrinsic("settled")
_nothing = _intrinsic("nothing")
_matching = _intrinsic("matching")


def _ask(name, marker, annotation):
    """Starlette passes a request and fills no parameters."""
    return _nothing()


class BaseRoute:
    def __init__(self, path, endpoint, provide=_ask):
        self.path = path
        self.endpoint = endpoint
        self.provide = provide
        self.owners = []
        self.dependencies = []
        _serve(endpoint, self.handle)

    def handle(self):
        for owner in self.owners:
            owner._surround(self)
        for marker in self.dependencies:
            self.provide("", marker, None)
        return self._call()

    def _call(self):
        return _settled(_inject(self.endpoint, self.provide))

    async def __call__(self, *passed):
        return self._call()

    def _answer(self, prefix, path):
        _matching(self, prefix + self.path, path).handle()

    def _included_in(self, owner):
        self.owners.append(owner)


class Route(BaseRoute):
    def __init__(self, path, endpoint, *, methods=None, name=None, include_in_schema=True, middleware=None):
        BaseRoute.__init__(self, path, endpoint)
        for one in middleware:
            self.owners.append(_Around([one]))


class WebSocketRoute(Route):
    pass


class _Around:
    """Middleware of one route."""

    def __init__(self, middlewares):
        self.middlewares = middlewares

    def _surround(self, route):
        for middleware in self.middlewares:
            middleware._run(route)


class Router:
    def __init__(self, routes=None, redirect_slashes=True, default=None, on_startup=None, on_shutdown=None,
                 lifespan=None, *, middleware=None, **options):
        self._began(routes, middleware, None, on_startup, on_shutdown, lifespan)

    def _began(self, routes, middleware, exception_handlers, on_startup, on_shutdown, lifespan):
        self.routes = []
        self.parents = []
        self.children = []
        self.middlewares = []
        self.handlers = {}
        self.lifespan = lifespan
        self.listeners = []
        for route in routes:
            self._add(route)
        for one in middleware:
            self.middlewares.append(one)
        self.handlers.update(exception_handlers)
        for one in on_startup:
            self.listeners.append(one)
        for one in on_shutdown:
            self.listeners.append(one)

    def _add(self, route):
        self.routes.append(route)
        route._included_in(self)

    def _surround(self, route):
        """What a request passes on its way to a route."""
        for middleware in self.middlewares:
            middleware._run(route)
        for handler in self.handlers.values():
            _settled(_inject(handler, _ask))
        for parent in self.parents:
            parent._surround(route)

    def _answer(self, prefix, path):
        for route in self.routes:
            route._answer(prefix, path)
        for child in self.children:
            child._answer(prefix, path)

    def _start(self):
        for listener in self.listeners:
            _settled(_inject(listener, _ask))
        _settled(self.lifespan(self))

    def __call__(self, scope, receive, send):
        self._start()
        self._answer("", ""[0])

    def add_route(self, path, route, methods=None, name=None, include_in_schema=True):
        self._add(Route(path, route))

    add_websocket_route = add_route

    def route(self, path, methods=None, name=None, include_in_schema=True):
        def register(endpoint):
            self._add(Route(path, endpoint))
            return endpoint

        return register

    websocket_route = route

    def mount(self, path, app=None, name=None):
        self.children.append(_Child(app, path))
        app.parents.append(self)

    def add_middleware(self, middleware_class, *args, **kwargs):
        self.middlewares.append(Middleware(middleware_class, *args, **kwargs))

    def middleware(self, middleware_type):
        def register(function):
            self.middlewares.append(_FunctionMiddleware(function))
            return function

        return register

    def add_exception_handler(self, exc_class_or_status_code, handler):
        self.handlers[exc_class_or_status_code] = handler

    def exception_handler(self, exc_class_or_status_code):
        def register(handler):
            self.handlers[exc_class_or_status_code] = handler
            return handler

        return register

    def add_event_handler(self, event_type, func):
        self.listeners.append(func)

    def on_event(self, event_type):
        def register(func):
            self.listeners.append(func)
            return func

        return register


class Mount(Router):
    def __init__(self, path, app=None, routes=None, name=None, *, middleware=None):
        self._began(routes, middleware, None, None, None, None)
        self.path = path
        if app is not None:
            self.mount("", app)

    def _included_in(self, owner):
        self.parents.append(owner)

    def _answer(self, prefix, path):
        Router._answer(self, prefix + self.path, path)


class _Child:
    def __init__(self, app, prefix):
        self.app = app
        self.prefix = prefix

    def _answer(self, prefix, path):
        self.app._answer(prefix + self.prefix, path)


class _FunctionMiddleware:
    def __init__(self, function):
        self.function = function

    def _run(self, route):
        _settled(self.function(_external("starlette.requests.Request()"), route))


_external = _intrinsic("external")
