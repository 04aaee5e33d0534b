"""A hook calls every implementation of its name, each with those of the arguments that it names."""

_inject = _intrinsic("inject")
_settled = _intrinsic("settled")
_nothing = _intrinsic("nothing")
_item = _intrinsic("item")
_members = _intrinsic("members")
_getattr = _intrinsic("getattr")
_plain_functions = _intrinsic("plain_functions")


def _ask(name, marker, annotation):
    return _nothing()


class HookspecMarker:
    def __init__(self, project_name):
        self.project_name = project_name

    def __call__(self, function=None, **options):
        if function is not None:
            return function

        def mark(function):
            return function

        return mark


class HookimplMarker:
    def __init__(self, project_name):
        self.project_name = project_name

    def __call__(self, function=None, *, specname=None, **options):
        if function is not None:
            return function

        def mark(function):
            if specname is None:
                return function
            return _Implementation(function, specname)

        return mark


class _Implementation:
    """A method that implements a hook of another name."""

    def __init__(self, function, specname):
        self.function = function
        self.by_name = {specname: function}

    def __get__(self, instance, owner):
        return _intrinsic("bind")(self.function, instance)

    def _implements(self, plugin, name, arguments):
        return _settled(_inject(_intrinsic("bind")(_item(self.by_name, name), plugin), _ask, **arguments))


class PluginManager:
    def __init__(self, project_name):
        self.plugins = []
        self.named = {}
        self.hook = _Hooks(self)

    def register(self, plugin, name=None):
        self.plugins.append(plugin)
        self.named[name] = plugin
        return name

    def unregister(self, plugin=None, name=None):
        return plugin

    def get_plugin(self, name):
        return self.named[name]

    def get_plugins(self):
        return self.plugins

    def subset_hook_caller(self, name, remove_plugins):
        return _Hook(self, name)

    def _call(self, name, arguments):
        results = []
        for plugin in self.plugins:
            results.append(_settled(_inject(_getattr(plugin, name, None), _ask, **arguments)))
            results.append(_members(plugin, "_implements")._implements(plugin, name, arguments))
        return results


class _Hooks:
    def __init__(self, manager):
        self.manager = manager

    def __getattr__(self, name):
        return _Hook(self.manager, name)


class _Hook:
    def __init__(self, manager, name):
        self.manager = manager
        self.name = name

    def __call__(self, **arguments):
        return self.manager._call(self.name, arguments)

    def call_historic(self, result_callback=None, kwargs={}):
        for result in self.manager._call(self.name, kwargs):
            result_callback(result)
