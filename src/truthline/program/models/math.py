def ceil(number, /):
    return number.__ceil__()


def floor(number, /):
    return number.__floor__()


def trunc(number, /):
    return number.__trunc__()
