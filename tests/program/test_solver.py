"""The budget of the fixpoint: whatever grows, the work ends."""

from collections.abc import Iterable

from truthline.program.engine.solver import Node, Solver


def test_copying_a_large_set_each_time_it_grows_is_work() -> None:
    solver = Solver(1_000_000)
    few, many = solver.node("few", None), solver.node("many", None)
    solver.push(few, range(10))
    solver.push(few, range(20))
    assert solver.spent == 0
    solver.push(many, range(100_000))
    before = solver.spent
    for number in range(100):
        solver.push(many, [100_000 + number])
    assert solver.spent - before >= 100 * (100_000 // 2048)


def test_a_set_that_grows_without_end_spends_the_budget() -> None:
    solver = Solver(500)

    def one_more() -> Iterable[int]:
        return [*solver.read(node), len(solver.read(node))]

    node: Node = solver.node("endless", one_more)
    assert solver.solve(node) == frozenset(range(500))
    assert solver.exhausted
