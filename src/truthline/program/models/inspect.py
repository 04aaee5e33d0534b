def getmembers(obj, predicate=None):
    members = []
    for name in dir(obj):
        value = getattr(obj, name)
        if predicate is not None:
            predicate(value)
        members.append((name, value))
    return members


getmembers_static = getmembers


def unwrap(function, *, stop=None):
    return function.__wrapped__
