class _GeneratorContextManager:
    def __init__(self, generator):
        self.generator = generator

    def __enter__(self):
        return next(self.generator)

    def __exit__(self, *details):
        pass

    async def __aenter__(self):
        return next(self.generator)

    async def __aexit__(self, *details):
        pass

    def __call__(self, function):
        def inside(*args, **kwargs):
            next(self.generator)
            return function(*args, **kwargs)

        return inside


def contextmanager(function):
    def manager(*args, **kwargs):
        return _GeneratorContextManager(function(*args, **kwargs))

    return manager


asynccontextmanager = contextmanager


class ContextDecorator:
    def __call__(self, function):
        def inside(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return inside


class AsyncContextDecorator:
    def __call__(self, function):
        async def inside(*args, **kwargs):
            async with self:
                return await function(*args, **kwargs)

        return inside


class AbstractContextManager:
    def __enter__(self):
        return self


class AbstractAsyncContextManager:
    async def __aenter__(self):
        return self


class closing:
    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, *details):
        self.thing.close()


class nullcontext:
    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result

    def __exit__(self, *details):
        pass

    async def __aenter__(self):
        return self.enter_result

    async def __aexit__(self, *details):
        pass


class suppress:
    def __init__(self, *exceptions):
        pass

    def __enter__(self):
        pass

    def __exit__(self, *details):
        pass


class redirect_stdout:
    def __init__(self, target):
        self.target = target

    def __enter__(self):
        return self.target

    def __exit__(self, *details):
        pass


redirect_stderr = redirect_stdout


class ExitStack:
    def __init__(self):
        self.pushed = []
        self.later = []
        self.exits = []

    def __enter__(self):
        return self

    async def __aenter__(self):
        return self

    def enter_context(self, manager):
        self.pushed.append(manager)
        return manager.__enter__()

    async def enter_async_context(self, manager):
        self.pushed.append(manager)
        return await manager.__aenter__()

    def push(self, manager):
        self.pushed.append(manager)
        self.exits.append(_intrinsic("functions")(manager))
        return manager

    push_async_exit = push

    def callback(self, function, /, *args, **kwargs):
        self.later.append((function, args, kwargs))
        return function

    push_async_callback = callback

    def pop_all(self):
        return self

    def close(self):
        for manager in self.pushed:
            manager.__exit__(None, None, None)
        for leave in self.exits:
            leave(None, None, None)
        for function, args, kwargs in self.later:
            function(*args, **kwargs)

    def __exit__(self, *details):
        self.close()

    async def aclose(self):
        for manager in self.pushed:
            await manager.__aexit__(None, None, None)
            manager.__exit__(None, None, None)
        for leave in self.exits:
            await leave(None, None, None)
        for function, args, kwargs in self.later:
            await function(*args, **kwargs)

    async def __aexit__(self, *details):
        await self.aclose()


class AsyncExitStack(ExitStack):
    pass
