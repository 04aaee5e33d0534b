"""Where the time of a run goes."""

import time

from truthline.timings import Timings


def test_stages_stand_in_the_order_in_which_they_began_and_add_up_to_the_whole() -> None:
    clock = Timings()
    with clock.stage("outer"):
        time.sleep(0.01)
        with clock.stage("inner"):
            time.sleep(0.02)
        time.sleep(0.01)
    rows = dict(clock.rows())
    whole = time.perf_counter() - clock.started
    assert list(rows) == ["outer", "inner", "everything else"]
    assert rows["outer"] >= 0.02
    assert rows["inner"] >= 0.02
    assert sum(rows.values()) <= whole


def test_a_stage_that_comes_again_is_counted_on() -> None:
    clock = Timings()
    for _ in range(2):
        with clock.stage("rule"):
            time.sleep(0.01)
    assert dict(clock.rows())["rule"] >= 0.02


def test_what_fails_inside_a_stage_is_counted_too() -> None:
    clock = Timings()
    try:
        with clock.stage("outer"), clock.stage("inner"):
            raise KeyError
    except KeyError:
        pass
    with clock.stage("after"):
        pass
    assert list(dict(clock.rows())) == ["outer", "inner", "after", "everything else"]
