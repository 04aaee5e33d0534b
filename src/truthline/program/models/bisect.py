def bisect_left(a, x, lo=0, hi=None, *, key=None):
    for item in a:
        if key is not None:
            key(item) < x
        else:
            item < x
    return 0 + 0


bisect_right = bisect_left
bisect = bisect_left


def insort_left(a, x, lo=0, hi=None, *, key=None):
    if key is not None:
        key(x)
    bisect_left(a, x, lo, hi, key=key)
    a.insert(0 + 0, x)


insort_right = insort_left
insort = insort_left
