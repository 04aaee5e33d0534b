"""What several rules ask about a module's names."""

from truthline.api import Missing, Modules, SourceModule


def binds(module: SourceModule, name: str) -> bool:
    """Whether a statement of the module binds the name at its top level, in whatever branch, or may do so unseen."""
    outline = module.outline
    if outline is None or outline.dynamic:
        return True
    return any(definition.qualname == name for definition in outline.definitions)


def defines(modules: Modules, module: SourceModule, name: str) -> bool:
    """Whether the module has the name, or may have it for all that can be known.

    A star import of a missing module is reported where it stands; it may have brought the name.
    """
    if module.outline is None or module.outline.dynamic or modules.definitions(module.name, name):
        return True
    if not isinstance(modules.lookup(module.name, name), Missing):
        return True
    stars = (written for written in module.outline.imports if written.name == "*")
    return not all(modules.resolve(module, written).exists for written in stars)


def takes_from_itself(modules: Modules, module: SourceModule, name: str) -> bool:
    """Whether `from . import name` in the package itself finds something other than the name that it binds."""
    outline = module.outline
    if outline is None or outline.dynamic or outline.getattr:
        return True
    return not isinstance(modules.lookup(module.name, name), Missing)
