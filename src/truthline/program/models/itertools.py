class chain:
    def __new__(cls, *iterables):
        return [item for iterable in iterables for item in iterable]

    @staticmethod
    def from_iterable(iterables):
        return [item for iterable in iterables for item in iterable]


def starmap(function, iterable):
    for arguments in iterable:
        yield function(*arguments)


def takewhile(predicate, iterable):
    for item in iterable:
        predicate(item)
        yield item


dropwhile = takewhile
filterfalse = takewhile


def accumulate(iterable, function=None, *, initial=None):
    for item in iterable:
        if function is not None:
            yield function(item, item)
        yield item


def groupby(iterable, key=None):
    for item in iterable:
        if key is not None:
            yield (key(item), [item])
        yield (item, [item])


def islice(iterable, *bounds):
    for item in iterable:
        yield item


cycle = islice


def repeat(item, times=None):
    yield item


def tee(iterable, count=2):
    return ([item for item in iterable], [item for item in iterable])


def zip_longest(*iterables, fillvalue=None):
    return zip(*iterables)


def product(*iterables, repeat=1):
    return [[item for iterable in iterables for item in iterable]]


def permutations(iterable, length=None):
    return [[item for item in iterable]]


combinations = permutations
combinations_with_replacement = permutations
pairwise = permutations
batched = permutations
