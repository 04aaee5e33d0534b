def run_in_threadpool(func, *args, **kwargs):
    return func(*args, **kwargs)


def iterate_in_threadpool(iterator):
    return iterator
