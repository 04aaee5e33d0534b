from attr import Factory, asdict, astuple, define, evolve, field, frozen, mutable
