"""A command runs under the callbacks of its application and of those that this one was added to."""

from click import Context, get_current_context

_inject = _intrinsic("inject")
_serve = _intrinsic("serve")
_settled = _intrinsic("settled")
_nothing = _intrinsic("nothing")
_external = _intrinsic("external")


class _Parameter:
    def __init__(self, callback, default_factory, parser):
        self.callback = callback
        self.default_factory = default_factory
        self.parser = parser

    def _value(self):
        passed = _external("typer.passed")
        self.callback(get_current_context(), passed, passed)
        self.callback(passed)
        if _intrinsic("boolean")():
            return self.default_factory()
        return self.parser(passed)


def Option(default=None, *names, callback=None, default_factory=None, parser=None, **options):
    return _Parameter(callback, default_factory, parser)


Argument = Option


def _ask(name, marker, annotation):
    if annotation is Context:
        return get_current_context()
    if isinstance(marker, _Parameter):
        return marker._value()
    return _nothing()


class _Command:
    def __init__(self, app, function):
        self.app = app
        self.function = function
        _serve(function, self._enter)

    def _enter(self):
        self.app._approach()
        return _settled(_inject(self.function, _ask))


class Typer:
    def __init__(self, *, callback=None, **options):
        self.parents = []
        self.children = []
        self.commands = []
        self.callbacks = [callback]

    def command(self, name=None, **options):
        def register(function):
            self.commands.append(_Command(self, function))
            return function

        return register

    def callback(self, name=None, **options):
        def register(function):
            self.callbacks.append(function)
            return function

        return register

    def add_typer(self, typer_instance, *, callback=None, **options):
        typer_instance.parents.append(self)
        typer_instance.callbacks.append(callback)
        self.children.append(typer_instance)

    def _approach(self):
        for parent in self.parents:
            parent._approach()
        for callback in self.callbacks:
            _settled(_inject(callback, _ask))

    def _everything(self):
        for command in self.commands:
            command._enter()
        for child in self.children:
            child._everything()

    def __call__(self, *args, **options):
        self._everything()


def run(function):
    return _Command(Typer(), function)._enter()
