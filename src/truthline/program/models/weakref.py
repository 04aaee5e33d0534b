class ref:
    def __init__(self, obj, callback=None):
        self._obj = obj
        if callback is not None:
            callback(self)

    def __call__(self):
        return self._obj


WeakMethod = ref


def proxy(obj, callback=None):
    return obj


def finalize(obj, function, /, *args, **kwargs):
    function(*args, **kwargs)


class WeakValueDictionary(dict):
    pass


class WeakKeyDictionary(dict):
    pass


class WeakSet(set):
    pass
