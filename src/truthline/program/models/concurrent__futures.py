class Future:
    def __init__(self, value=None):
        self._value = value

    def result(self, timeout=None):
        return self._value

    def set_result(self, value):
        self._value = value

    def add_done_callback(self, function):
        function(self)


class Executor:
    def submit(self, function, /, *args, **kwargs):
        return Future(function(*args, **kwargs))

    def map(self, function, *iterables, timeout=None, chunksize=1):
        return [function(*arguments) for arguments in _intrinsic("zipped")(iterables)]

    def shutdown(self, wait=True):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass


class ThreadPoolExecutor(Executor):
    def __init__(self, max_workers=None, thread_name_prefix="", initializer=None, initargs=()):
        if initializer is not None:
            initializer(*initargs)


class ProcessPoolExecutor(Executor):
    def __init__(self, max_workers=None, mp_context=None, initializer=None, initargs=()):
        if initializer is not None:
            initializer(*initargs)


def as_completed(futures, timeout=None):
    return [future for future in futures]


def wait(futures, timeout=None):
    return ([future for future in futures], [])
