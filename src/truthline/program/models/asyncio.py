_await = _intrinsic("await")


def run(main, *, debug=None):
    return _await(main)


def create_task(coroutine, *, name=None, context=None):
    return _Task(_await(coroutine))


def ensure_future(coroutine, *, loop=None):
    return _Task(_await(coroutine))


class _Task:
    def __init__(self, value):
        self._value = value

    def __await__(self):
        return self._value

    def result(self):
        return self._value

    def add_done_callback(self, function, *, context=None):
        function(self)

    def cancel(self, *args):
        pass


def gather(*coroutines, return_exceptions=False):
    result = []
    _intrinsic("copy_awaited")(result, coroutines)
    return result


def wait_for(coroutine, timeout):
    return _await(coroutine)


shield = create_task


def to_thread(function, /, *args, **kwargs):
    return function(*args, **kwargs)


def run_coroutine_threadsafe(coroutine, loop):
    return _Task(_await(coroutine))


def as_completed(coroutines, *, timeout=None):
    return [_await(one) for one in coroutines]


def wait(coroutines, **options):
    return ([_await(one) for one in coroutines], [])


class _Loop:
    def run_in_executor(self, executor, function, *args):
        return function(*args)

    def run_until_complete(self, coroutine):
        return _await(coroutine)

    def create_task(self, coroutine, **options):
        return _Task(_await(coroutine))

    def call_soon(self, function, *args, context=None):
        function(*args)

    call_soon_threadsafe = call_soon

    def call_later(self, delay, function, *args, context=None):
        function(*args)

    call_at = call_later

    def add_signal_handler(self, number, function, *args):
        function(*args)

    def set_exception_handler(self, function):
        function(self, {})


def get_event_loop():
    return _Loop()


get_running_loop = get_event_loop
new_event_loop = get_event_loop


class TaskGroup:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        pass

    def create_task(self, coroutine, **options):
        return _Task(_await(coroutine))


class Lock:
    async def __aenter__(self):
        pass

    async def __aexit__(self, *details):
        pass


Semaphore = Lock
BoundedSemaphore = Lock
Condition = Lock


class Runner:
    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass

    def run(self, coroutine, *, context=None):
        return _await(coroutine)


class Queue:
    def __init__(self, maxsize=0):
        self._items = []

    async def put(self, item):
        self._items.append(item)

    def put_nowait(self, item):
        self._items.append(item)

    async def get(self):
        return self._items.pop(0)

    def get_nowait(self):
        return self._items.pop(0)

    async def join(self):
        pass

    def task_done(self):
        pass


LifoQueue = Queue
PriorityQueue = Queue
