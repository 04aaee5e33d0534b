_settled = _intrinsic("settled")


class BackgroundTask:
    """What runs after the response runs because of the request."""

    def __init__(self, func, *args, **kwargs):
        _settled(func(*args, **kwargs))


class BackgroundTasks:
    def __init__(self, tasks=None):
        pass

    def add_task(self, func, *args, **kwargs):
        _settled(func(*args, **kwargs))
