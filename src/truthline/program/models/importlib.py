import_module = _intrinsic("import_module")


def reload(module):
    return module
