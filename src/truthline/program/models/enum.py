class EnumMeta(type):
    pass


EnumType = EnumMeta


class Enum:
    def __str__(self):
        return ""[0]


class IntEnum(int, Enum):
    pass


class StrEnum(str, Enum):
    pass


class Flag(Enum):
    pass


class IntFlag(int, Flag):
    pass


class auto:
    pass


def unique(cls):
    return cls


class member:
    def __init__(self, value):
        self.value = value


class nonmember:
    def __init__(self, value):
        self.value = value
