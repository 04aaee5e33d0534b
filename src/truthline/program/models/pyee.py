_settled = _intrinsic("settled")
_item = _intrinsic("item")


class EventEmitter:
    def __init__(self, *args, **kwargs):
        self.listeners_of = {}

    def on(self, event, f=None):
        if f is not None:
            self.listeners_of[event] = f
            return f

        def register(function):
            self.listeners_of[event] = function
            return function

        return register

    once = on
    listens_to = on

    def add_listener(self, event, f):
        self.listeners_of[event] = f
        return f

    def emit(self, event, *args, **kwargs):
        _settled(_item(self.listeners_of, event)(*args, **kwargs))
        return _intrinsic("boolean")()


AsyncIOEventEmitter = EventEmitter
