class ContextVar:
    def __init__(self, name, *, default=None):
        self._value = default

    def get(self, default=None):
        if default is not None:
            return default
        return self._value

    def set(self, value):
        self._value = value

    def reset(self, token):
        pass


class Context:
    def run(self, function, *args, **kwargs):
        return function(*args, **kwargs)


def copy_context():
    return Context()
