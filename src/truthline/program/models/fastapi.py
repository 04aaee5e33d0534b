from starlette.background import BackgroundTasks
from starlette.routing import BaseRoute, Router

_inject = _intrinsic("inject")
_settled = _intrinsic("settled")
_external = _intrinsic("external")
_validate = _intrinsic("validate")
_answered = _intrinsic("answered")
_boolean = _intrinsic("boolean")
_functions = _intrinsic("functions")
_instances = _intrinsic("instances")
_item = _intrinsic("item")
_members = _intrinsic("members")
_nothing = _intrinsic("nothing")


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
        return _depended(marker.dependency)
    if isinstance(marker, _DependsOnType):
        return _depended(annotation)
    _validate(annotation)
    return _nothing()


def _depended(dependency):
    """What a dependency gives, or what stands in its place in some application."""
    if _boolean():
        return _settled(_inject(_item(_instances(FastAPI).dependency_overrides, dependency), _provide))
    return _settled(_inject(dependency, _provide))


class APIRoute(BaseRoute):
    def __init__(self, path, endpoint, dependencies, response_model):
        BaseRoute.__init__(self, path, endpoint, _provide)
        self.response_model = response_model
        for one in dependencies:
            self.dependencies.append(one)

    def _call(self):
        """The answer is put into its model, and that is written out."""
        result = BaseRoute._call(self)
        _write(_validate(self.response_model))
        _write(_validate(_answered(self.endpoint)))
        return result

    def get_route_handler(self):
        return _respond


async def _respond(request):
    return _external("starlette.responses.Response()")


def _write(made):
    _members(made, "_on_dumped")._on_dumped(made)


class _Operations(Router):
    prefix = ""

    def _depend(self, dependencies, prefix, route_class=None):
        self.prefix = prefix
        self.route_class = _functions(route_class)
        self.dependencies = []
        for one in dependencies:
            self.dependencies.append(one)

    def _surround(self, route):
        for marker in self.dependencies:
            _provide("", marker, None)
        made = _intrinsic("new")(self.route_class)
        _settled(made.get_route_handler()(_external("starlette.requests.Request()")))
        Router._surround(self, route)

    def _answer(self, prefix, path):
        Router._answer(self, prefix + self.prefix, path)

    def add_api_route(self, path, endpoint, *, dependencies=None, response_model=None, **options):
        self._add(APIRoute(path, endpoint, dependencies, response_model))

    add_api_websocket_route = add_api_route

    def get(self, path, *, dependencies=None, response_model=None, **options):
        def register(endpoint):
            self._add(APIRoute(path, endpoint, dependencies, response_model))
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
                 route_class=None, **options):
        self._began(routes, None, None, on_startup, on_shutdown, lifespan)
        self._depend(dependencies, prefix, route_class)
