"""Requests come to views through the hooks of the application and of the blueprints; who registers calls nothing."""

from click import Group
from flask.signals import (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    before_render_template,
    got_request_exception,
    message_flashed,
    request_finished,
    request_started,
    request_tearing_down,
    template_rendered,
)

_inject = _intrinsic("inject")
_serve = _intrinsic("serve")
_settled = _intrinsic("settled")
_nothing = _intrinsic("nothing")
_matching = _intrinsic("matching")
_external = _intrinsic("external")
_getattr = _intrinsic("getattr")
_instances = _intrinsic("instances")
_item = _intrinsic("item")
_located = _intrinsic("located")


def _ask(name, marker, annotation):
    """Views are passed what stands in the URL."""
    return _nothing()


class _Rule:
    def __init__(self, owner, rule, view):
        self.owner = owner
        self.rule = rule
        self.view = view
        _serve(view, self.handle)

    def handle(self):
        self.owner._surround()
        return _settled(_inject(self.view, _ask))

    def _answer(self, prefix, path):
        _matching(self, prefix + self.rule, path).handle()


class _Scaffold:
    def _began(self, prefix):
        self.prefix = prefix
        self.rules = []
        self.parents = []
        self.children = []
        self.hooks = []
        self.app_hooks = []
        self.handlers = {}
        self.app_handlers = {}
        self.view_functions = {}
        self.cli = Group()

    def _add(self, rule, endpoint, view):
        self.rules.append(_Rule(self, rule, view))
        self.view_functions[endpoint] = view

    def _surround(self):
        for hook in self.hooks:
            _settled(_inject(hook, _ask))
        for handler in self.handlers.values():
            _settled(_inject(handler, _ask))
        for parent in self.parents:
            parent._surround()

    def _answer(self, prefix, path):
        for rule in self.rules:
            rule._answer(prefix + self.prefix, path)
        for child in self.children:
            child._answer(prefix + self.prefix, path)

    def route(self, rule, *, endpoint=None, **options):
        def register(view):
            self._add(rule, endpoint, view)
            return view

        return register

    get = route
    post = route
    put = route
    delete = route
    patch = route

    def add_url_rule(self, rule, endpoint=None, view_func=None, **options):
        self._add(rule, endpoint, view_func)

    def before_request(self, function):
        self.hooks.append(function)
        return function

    after_request = before_request
    teardown_request = before_request
    url_value_preprocessor = before_request
    context_processor = before_request
    teardown_appcontext = before_request

    def before_app_request(self, function):
        self.app_hooks.append(function)
        return function

    after_app_request = before_app_request
    teardown_app_request = before_app_request

    def errorhandler(self, code_or_exception):
        def register(handler):
            self.handlers[code_or_exception] = handler
            return handler

        return register

    def register_error_handler(self, code_or_exception, handler):
        self.handlers[code_or_exception] = handler

    def app_errorhandler(self, code):
        def register(handler):
            self.app_handlers[code] = handler
            return handler

        return register

    def register_blueprint(self, blueprint, *, url_prefix="", **options):
        registered = _Registered(self, blueprint, url_prefix)
        blueprint.parents.append(registered)
        self.children.append(registered)


class _Registered:
    """A blueprint in an application or another blueprint."""

    def __init__(self, parent, blueprint, prefix):
        self.parent = parent
        self.blueprint = blueprint
        self.prefix = prefix

    def _surround(self):
        self.parent._surround()

    def _answer(self, prefix, path):
        self.blueprint._answer(prefix + self.prefix, path)

    def _app_wide(self):
        for hook in self.blueprint.app_hooks:
            _settled(_inject(hook, _ask))
        for handler in self.blueprint.app_handlers.values():
            _settled(_inject(handler, _ask))


class Config(dict):
    """What code puts there, what the objects hold that it is taken from, and what comes from outside."""

    def __init__(self):
        self.sources = []

    def __getitem__(self, key):
        for source in self.sources:
            return _getattr(source, key)
        return _one_of(_item(self, key), _external("flask.Config()[]"))

    def get(self, key, default=None):
        return _one_of(self[key], default)

    def from_object(self, obj):
        self.sources.append(_located(obj))

    def from_mapping(self, mapping=None, **items):
        self.update(mapping, **items)

    def from_pyfile(self, filename, silent=False):
        return True

    from_envvar = from_pyfile
    from_file = from_pyfile
    from_prefixed_env = from_pyfile


_AROUND_REQUESTS = (appcontext_pushed, request_started, got_request_exception, request_finished, request_tearing_down,
                    appcontext_tearing_down, appcontext_popped)


class Flask(_Scaffold):
    logger = _external("logging.getLogger()")

    def __init__(self, import_name, **options):
        self._began("")
        self.extensions = {}
        self.config = Config()

    def _surround(self):
        _Scaffold._surround(self)
        for child in self.children:
            child._app_wide()
        for signal in _AROUND_REQUESTS:
            signal.send(self)

    def test_client(self, *args, **kwargs):
        return _Client(self)

    def __call__(self, environ, start_response):
        self._answer("", ""[0])

    def run(self, *args, **kwargs):
        self._answer("", ""[0])


class Blueprint(_Scaffold):
    def __init__(self, name, import_name, *, url_prefix="", **options):
        self._began(url_prefix)
        self.name = name


class _Client:
    def __init__(self, app):
        self.app = app

    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass

    def get(self, path, **options):
        self.app._answer("", path)
        return _external("werkzeug.test.TestResponse()")

    post = get
    put = get
    patch = get
    delete = get
    head = get
    open = get


class _CurrentApp:
    """`current_app`: any application that the program makes."""

    def __getattr__(self, name):
        return _getattr(_one_of(_instances(Flask), _external("flask.current_app")), name)

    def _get_current_object(self):
        return _instances(Flask)


def _one_of(first, second):
    if _intrinsic("boolean")():
        return first
    return second


current_app = _CurrentApp()


def render_template(template_name_or_list, **context):
    before_render_template.send(current_app)
    template_rendered.send(current_app)
    return ""[0]


render_template_string = render_template


def flash(message, category="message"):
    message_flashed.send(current_app)
