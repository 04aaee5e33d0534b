resolve_name = _intrinsic("resolve_name")


class ModuleInfo:
    def __init__(self, name):
        self.module_finder = None
        self.name = name
        self.ispkg = False

    def __iter__(self):
        return iter((self.module_finder, self.name, self.ispkg))


def walk_packages(path=None, prefix="", onerror=None):
    return [(None, name, False) for name in _intrinsic("submodules")(path, prefix)]


def iter_modules(path=None, prefix=""):
    return [(None, name, False) for name in _intrinsic("submodules")(path, prefix)]
