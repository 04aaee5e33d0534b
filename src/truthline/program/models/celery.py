"""A task that is sent runs: `task.delay(x)` calls `task(x)`."""

from celery.signals import after_task_publish, before_task_publish, task_failure, task_postrun, task_prerun, task_success

_given = _intrinsic("given")
_serve = _intrinsic("serve")
_settled = _intrinsic("settled")
_external = _intrinsic("external")
_functions = _intrinsic("functions")
_instances = _intrinsic("instances")
_item = _intrinsic("item")


class AsyncResult:
    def __init__(self, result=None):
        self.result = result

    def get(self, *args, **kwargs):
        return self.result

    wait = get


def _free(task, function, args, kwargs):
    return function(*args, **kwargs)


def _bound(task, function, args, kwargs):
    return function(task, *args, **kwargs)


_BINDING = {False: _free, True: _bound}


class Task:
    request = _external("celery.app.task.Context()")

    def run(self, *args, **kwargs):
        return _BINDING[self.is_bound](self, self.function, args, kwargs)

    def __call__(self, *args, **kwargs):
        task_prerun.send(self, task=self, args=args, kwargs=kwargs)
        self.before_start(""[0], args, kwargs)
        result = self.run(*args, **kwargs)
        task_success.send(self, result=result)
        task_failure.send(self, exception=Exception(), args=args, kwargs=kwargs)
        task_postrun.send(self, task=self, args=args, kwargs=kwargs, retval=result)
        self.on_success(result, ""[0], args, kwargs)
        self.on_failure(Exception(), ""[0], args, kwargs, None)
        self.after_return(""[0], result, ""[0], args, kwargs, None)
        return result

    def __get__(self, instance, owner):
        return self

    def _enter(self, *args, **kwargs):
        return self(*args, **kwargs)

    def before_start(self, task_id, args, kwargs):
        pass

    def on_success(self, result, task_id, args, kwargs):
        pass

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        pass

    def on_retry(self, exc, task_id, args, kwargs, einfo):
        pass

    def after_return(self, status, result, task_id, args, kwargs, einfo):
        pass

    def delay(self, *args, **kwargs):
        return self.apply_async(args, kwargs)

    def apply_async(self, args=(), kwargs={}, task_id=None, producer=None, link=None, link_error=None, **options):
        before_task_publish.send(self)
        after_task_publish.send(self)
        result = self(*args, **kwargs)
        _follow(link, result)
        _follow(link_error, result)
        return AsyncResult(result)

    apply = apply_async

    def retry(self, args=(), kwargs={}, **options):
        self.on_retry(Exception(), ""[0], args, kwargs, None)
        self(*args, **kwargs)
        return _external("celery.exceptions.Retry()")

    def s(self, *args, **kwargs):
        return Signature(self, args, kwargs)

    si = s

    def signature(self, args=(), kwargs={}, **options):
        return Signature(self, args, kwargs)

    subtask = signature

    def map(self, items):
        return _Each(self, items)

    starmap = map
    chunks = map


class _Each:
    def __init__(self, task, items):
        self.task = task
        self.items = items

    def __call__(self, *args):
        return [self.task(item) for item in self.items]

    delay = __call__
    apply_async = __call__

    def group(self):
        return self


def _follow(link, result):
    link(result)
    for one in link:
        one(result)


def _make_task(owner, function, options):
    made = _given(options, "base", owner.Task)()
    made.function = function
    made.is_bound = _given(options, "bind", False)
    made.name = _given(options, "name", function.__module__ + "." + function.__name__)
    owner.tasks[made.name] = made
    _serve(function, made._enter)
    return made


class Celery:
    conf = _external("celery.Celery().conf")

    def __init__(self, *args, task_cls=Task, **kwargs):
        self.Task = task_cls
        self.tasks = {}

    def task(self, *args, **options):
        for function in args:
            return _make_task(self, function, options)

        def register(function):
            return _make_task(self, function, options)

        return register

    def register_task(self, task):
        made = task() if isinstance(task, type) else task
        self.tasks[made.name] = made
        return made

    def send_task(self, name, args=(), kwargs={}, **options):
        return AsyncResult(_named(name)(*args, **kwargs))

    def signature(self, task, args=(), kwargs={}, **options):
        return signature(task, args, kwargs)


class _SharedTask:
    Task = Task

    def __init__(self):
        self.tasks = {}

    def __call__(self, *args, **options):
        for function in args:
            return _make_task(self, function, options)

        def register(function):
            return _make_task(self, function, options)

        return register


shared_task = _SharedTask()


def _named(name):
    """The task of a name, whichever application has it."""
    if _intrinsic("boolean")():
        return _item(shared_task.tasks, name)
    return _item(_instances(Celery).tasks, name)


class Signature:
    def __init__(self, task, args=(), kwargs={}):
        self.task = task
        self.args = args
        self.kwargs = kwargs
        self.links = []

    def __call__(self, *args, **kwargs):
        result = self.task(*args, *self.args, **self.kwargs, **kwargs)
        for link in self.links:
            link(result)
        return result

    def delay(self, *args, **kwargs):
        return AsyncResult(self(*args, **kwargs))

    def apply_async(self, args=(), kwargs={}, **options):
        return AsyncResult(self(*args, **kwargs))

    apply = apply_async

    def link(self, callback):
        self.links.append(callback)
        return callback

    link_error = link

    def set(self, **options):
        return self

    def clone(self, args=(), kwargs={}, **options):
        return self

    def on_error(self, callback):
        self.links.append(callback)
        return self

    def __or__(self, other):
        return _Chain((self, other))

    def __iter__(self):
        return []


class _Chain(Signature):
    def __init__(self, parts):
        self.parts = parts
        self.links = []

    def __call__(self, *args, **kwargs):
        first, *rest = self.parts
        result = first(*args)
        for inner in first:
            inner()
        for one in rest:
            result = one(result)
        for link in self.links:
            link(result)
        return result


class _Group(Signature):
    def __init__(self, parts):
        self.parts = parts
        self.links = []

    def __call__(self, *args, **kwargs):
        for part in self.parts:
            part(*args)
            for inner in part:
                inner(*args)
        for link in self.links:
            link([])
        return []


class _Chord(Signature):
    def __init__(self, header, body):
        self.header = header
        self.body = body
        self.links = []

    def __call__(self, body=None, **kwargs):
        for inner in self.header:
            inner()
        self.header()
        self.body([])
        body([])


def chain(*tasks, **options):
    return _Chain(tasks)


def group(*tasks, **options):
    return _Group(tasks)


def chord(header, body=None, **options):
    return _Chord(header, body)


def signature(task, args=(), kwargs={}, **options):
    if isinstance(task, str):
        return Signature(_named(task), args, kwargs)
    return Signature(task, args, kwargs)


subtask = signature


class _CurrentApp:
    def __getattr__(self, name):
        return _intrinsic("getattr")(_instances(Celery), name)


current_app = _CurrentApp()
