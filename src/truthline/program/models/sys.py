class _Modules(dict):
    def __getitem__(self, name):
        return _intrinsic("loaded_module")(name)

    def get(self, name, default=None):
        if _intrinsic("boolean")():
            return _intrinsic("loaded_module")(name)
        return default


modules = _Modules()


def settrace(function):
    function(None, "", None)


setprofile = settrace
