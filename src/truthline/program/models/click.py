_inject = _intrinsic("inject")
_serve = _intrinsic("serve")
_nothing = _intrinsic("nothing")
_external = _intrinsic("external")
_getattr = _intrinsic("getattr")
_given = _intrinsic("given")
_functions = _intrinsic("functions")


def _ask(name, marker, annotation):
    """What a command is passed comes from the command line."""
    return _nothing()


class Context:
    """Every context stands for the current one: what one callback puts there, another finds."""

    params = {}
    meta = {}
    args = []

    def invoke(self, callback, *args, **kwargs):
        return _plain(callback)(*args, **kwargs)

    def forward(self, callback, *args, **kwargs):
        return _inject(_plain(callback), _ask, **kwargs)

    def call_on_close(self, function):
        function()
        return function

    def ensure_object(self, object_type):
        self.obj = _functions(object_type)()
        return self.obj

    def find_object(self, object_type):
        return self.obj

    find_root = _intrinsic("nothing")

    def with_resource(self, manager):
        return manager.__enter__()

    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass


_context = Context()


def get_current_context(silent=False):
    return _context


def _plain(callback):
    """The function of a command; a function itself."""
    if isinstance(callback, Command):
        return callback.callback
    return callback


class Command:
    def __init__(self, name=None, *, callback=None, params=None, **options):
        self.name = name
        self.callback = callback
        self.parents = []
        self.commands = {}
        self.results = []
        for one in params:
            one._on(callback)
        _serve(callback, self._enter)

    def _enter(self):
        """What runs when the command line names the command."""
        self._approach()
        return self.invoke(_context)

    def _approach(self):
        for parent in self.parents:
            parent._approach()
            parent.get_command(_context, self.name)
            parent.invoke(_context)

    def _run(self):
        _getattr(self.callback, "__click_callback__", None)(_context, _external("click.Parameter()"), ""[0])
        result = _inject(self.callback, _ask)
        for one in self.results:
            _inject(one, _ask)
        return result

    def _choose(self, arguments):
        self.invoke(_context)
        for word in arguments:
            self.commands[word]._choose(arguments)

    def main(self, args=None, *rest, **options):
        if args is None:
            self._everything()
        else:
            self._choose(args)

    def _everything(self):
        self.invoke(_context)
        for command in self.commands.values():
            command._everything()

    def __call__(self, *args, **kwargs):
        return self.main(*args, **kwargs)

    def invoke(self, context):
        return self._run()


class Group(Command):
    def __init__(self, name=None, commands=None, **options):
        Command.__init__(self, name, **options)
        self.commands.update(commands)

    def add_command(self, cmd, name=None):
        self._named(name if name is not None else cmd.name, cmd)

    def get_command(self, context, name):
        return self.commands[name]

    def _named(self, name, command):
        self.commands[name] = command
        command.parents.append(self)
        return command

    def command(self, name=None, cls=None, **options):
        function = _functions(name)
        if function:
            return self._named(_default_name(function), _made(Command, cls, name, function))

        def register(function):
            made = _made(Command, cls, name, function)
            return self._named(made.name, made)

        return register

    def group(self, name=None, cls=None, **options):
        function = _functions(name)
        if function:
            return self._named(_default_name(function), _made(Group, cls, name, function))

        def register(function):
            made = _made(Group, cls, name, function)
            return self._named(made.name, made)

        return register

    def result_callback(self, replace=False):
        def register(function):
            self.results.append(function)
            return function

        return register


MultiCommand = Group
CommandCollection = Group
BaseCommand = Command


def _default_name(function):
    return function.__name__.replace("_", "-")


def _made(plain, cls, name, function):
    kind = cls if cls is not None else plain
    return kind(name if isinstance(name, str) else _default_name(function), callback=function)


def command(name=None, cls=None, **options):
    function = _functions(name)
    if function:
        return _made(Command, cls, name, function)

    def register(function):
        return _made(Command, cls, name, function)

    return register


def group(name=None, cls=None, **options):
    function = _functions(name)
    if function:
        return _made(Group, cls, name, function)

    def register(function):
        return _made(Group, cls, name, function)

    return register


class Parameter:
    def __init__(self, *names, callback=None, type=None, default=None, **options):
        self.callback = callback
        self.type = type
        self.default = default

    def _on(self, function):
        function.__click_callback__ = self._convert

    def _convert(self, context, parameter, value):
        self.callback(context, parameter, value)
        self.type.convert(value, parameter, context)
        self.default()


Option = Parameter
Argument = Parameter


def option(*names, callback=None, type=None, default=None, **options):
    def attach(function):
        Parameter(callback=callback, type=type, default=default)._on(_plain(function))
        return function

    return attach


argument = option


def pass_context(function):
    def with_context(*args, **kwargs):
        return function(_context, *args, **kwargs)

    return with_context


def pass_obj(function):
    def with_object(*args, **kwargs):
        return function(_context.obj, *args, **kwargs)

    return with_object


def make_pass_decorator(object_type, ensure=False):
    def decorate(function):
        def with_object(*args, **kwargs):
            if ensure:
                _context.obj = _functions(object_type)()
            return function(_context.obj, *args, **kwargs)

        return with_object

    return decorate


class ParamType:
    pass
