from starlette.background import BackgroundTasks
from starlette.routing import BaseRoute, Router

_inject = _intrinsic("inject")
_settled = _intrinsic("settled")
_external = _intrinsic("external")
_validate = _intrinsic("validate")


class _Depends:
    def __init__(self, dependency):
        self.dependency = dependency


class _DependsOnType:
    """`Depends()`: the annotation is what is called."""


def Depends(dependency=None, *, use_cache=True, scope=None):
    if dependency is None:
        return _DependsOnType()
    return _Depends(dependency)


def Security(dependency=None, *, scopes=None, use_cache=True):
    return Depends(dependency)


def _provide(name, marker, annotation):
    """A parameter that depends on something holds what that returns, or yields; a model of the body is validated."""
    if isinstance(marker, _Depends):
        return _settled(_inject(marker.dependency, _provide))
    if isinstance(marker, _DependsOnType):
        return _settled(_inject(annotation, _provide))
    return _validate(annotation)


class APIRoute(BaseRoute):
    def __init__(self, path, endpoint, dependencies):
        BaseRoute.__init__(self, path, endpoint, _provide)
        for one in dependencies:
            self.dependencies.append(one)


class _Operations(Router):
    prefix = ""

    def _depend(self, dependencies, prefix):
        self.prefix = prefix
        self.dependencies = []
        for one in dependencies:
            self.dependencies.append(one)

    def _surround(self, route):
        for marker in self.dependencies:
            _provide("", marker, None)
        Router._surround(self, route)

    def _answer(self, prefix, path):
        Router._answer(self, prefix + self.prefix, path)

    def add_api_route(self, path, endpoint, *, dependencies=None, **options):
        self._add(APIRoute(path, endpoint, dependencies))

    add_api_websocket_route = add_api_route

    def get(self, path, *, dependencies=None, **options):
        def register(endpoint):
            self._add(APIRoute(path, endpoint, dependencies))
            return endpoint

        return register

    post = get
    put = get
    patch = get
    delete = get
    head = get
    options = get
    trace = get
    api_route = get
    websocket = get
    websocket_route = get

    def include_router(self, router, *, prefix="", dependencies=None, **options):
        included = _Included(self, router, prefix, dependencies)
        router.parents.append(included)
        self.children.append(included)


class _Included:
    """A router in another, with what was said when it was included."""

    def __init__(self, parent, router, prefix, dependencies):
        self.parent = parent
        self.router = router
        self.prefix = prefix
        self.dependencies = dependencies

    def _surround(self, route):
        for marker in self.dependencies:
            _provide("", marker, None)
        self.parent._surround(route)

    def _answer(self, prefix, path):
        self.router._answer(prefix + self.prefix, path)


class FastAPI(_Operations):
    state = _external("fastapi.FastAPI().state")

    def __init__(self, *, routes=None, dependencies=None, middleware=None, exception_handlers=None, on_startup=None,
                 on_shutdown=None, lifespan=None, **options):
        self._began(routes, middleware, exception_handlers, on_startup, on_shutdown, lifespan)
        self._depend(dependencies, "")
        self.dependency_overrides = {}
        self.router = self


class APIRouter(_Operations):
    def __init__(self, *, prefix="", dependencies=None, routes=None, on_startup=None, on_shutdown=None, lifespan=None,
                 **options):
        self._began(routes, None, None, on_startup, on_shutdown, lifespan)
        self._depend(dependencies, prefix)
