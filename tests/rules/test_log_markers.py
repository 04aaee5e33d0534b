"""Markers on every way (TL601): each case is run, and found exactly where a run leaves without the marker."""

from pathlib import Path
from textwrap import dedent

import pytest
from tests.rules.logged import EVIDENCE, FLOW, RUNS, findings, module, run

DECISIONS = {
    "before the ways part": """
        passed = may(row(session))
        logger.info("evaluated", extra=FIELDS)
        if not passed:
            return False
        return True
    """,
    "an early return before the marker": """
        passed = may(row(session))
        if not passed:
            return False
        logger.info("evaluated", extra=FIELDS)
        return True
    """,
    "a return before the decision": """
        found = row(session)
        if found is None:
            return False
        passed = may(found)
        logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "a marker before the decision": """
        logger.info("evaluating now", extra=FIELDS)
        return may(row(session))
    """,
    "each branch has its own": """
        if may(row(session)):
            logger.info("evaluated", extra=FIELDS)
            return True
        else:
            logger.warning("evaluated", extra=FIELDS)
        return False
    """,
    "one branch has none": """
        if may(row(session)):
            logger.info("evaluated", extra=FIELDS)
            return True
        else:
            logger.warning("not evaluated_again", extra=FIELDS)
        return False
    """,
    "in a finally": """
        try:
            if may(row(session)):
                return True
            return False
        finally:
            logger.info("evaluated", extra=FIELDS)
    """,
    "the decision raises, and the handler returns": """
        try:
            passed = may(row(session))
        except ValueError:
            return False
        logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "the handler logs too": """
        try:
            passed = may(row(session))
        except ValueError:
            logger.exception("evaluated", extra=FIELDS)
            return False
        logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "a commit fails after the decision": """
        try:
            passed = may(row(session))
            session.commit()
            logger.info("evaluated", extra=FIELDS)
        except KeyError:
            return False
        return passed
    """,
    "an exception that nobody catches is no return": """
        passed = may(row(session))
        session.commit()
        logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "suppressed": """
        passed = False
        with contextlib.suppress(ValueError):
            passed = may(row(session))
            logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "only while there is something to say": """
        passed = may(row(session))
        for one in [passed] * int(passed):
            logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "a loop over a display": """
        passed = may(row(session))
        for level in (20, 30):
            logger.log(level, "evaluated", extra=FIELDS)
        return passed
    """,
    "until it is so": """
        while True:
            passed = may(row(session))
            if not passed:
                break
            logger.info("evaluated", extra=FIELDS)
            return True
        return False
    """,
    "a helper": """
        passed = may(row(session))
        mark()
        return passed
    """,
    "a helper that logs what it is told": """
        passed = may(row(session))
        mark("something else")
        return passed
    """,
    "a helper that logs sometimes": """
        def tell(passed):
            if passed:
                logger.info("evaluated", extra=FIELDS)
        passed = may(row(session))
        tell(passed)
        return passed
    """,
    "a helper that passes its arguments on": """
        def told(*args, **kwargs):
            logger.info(*args, **kwargs)
        passed = may(row(session))
        told("evaluated", extra=FIELDS)
        return passed
    """,
    "a helper that passes other arguments on": """
        def told(*args, **kwargs):
            logger.info(*args, **kwargs)
        passed = may(row(session))
        told("something else", extra=FIELDS)
        return passed
    """,
    "a helper two calls away": """
        def inner():
            mark()
        def outer():
            inner()
        passed = may(row(session))
        outer()
        return passed
    """,
    "the decision two calls away, logged by the caller": """
        def ask():
            return may(row(session))
        passed = ask()
        logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "the decision two calls away, logged by nobody": """
        def ask():
            return may(row(session))
        return ask()
    """,
    "a decorator that logs": """
        def told(function):
            @functools.wraps(function)
            def wrapper(*args):
                result = function(*args)
                logger.info("evaluated", extra=FIELDS)
                return result
            return wrapper
        @told
        def ask():
            return may(row(session))
        return ask()
    """,
    "a function that is made and not called": """
        def tell():
            logger.info("evaluated", extra=FIELDS)
        return may(row(session))
    """,
    "a context manager that logs at its end": """
        @contextlib.contextmanager
        def told():
            yield
            logger.info("evaluated", extra=FIELDS)
        with told():
            passed = may(row(session))
        return passed
    """,
    "a conditional expression": """
        passed = may(row(session))
        mark() if passed else None
        return passed
    """,
    "and": """
        passed = may(row(session))
        passed and mark()
        return passed
    """,
    "the same test twice": """
        passed = may(row(session))
        if passed:
            mark()
        if not passed:
            mark()
        return passed
    """,
    "match": """
        match may(row(session)):
            case True:
                mark()
                return True
            case _:
                return False
    """,
    "an f-string": """
        passed = may(row(session))
        logger.info(f"evaluated: {passed}", extra=FIELDS)
        return passed
    """,
    "a constant": """
        event = "evaluated"
        passed = may(row(session))
        logger.info(event, extra=FIELDS)
        return passed
    """,
    "printed is not logged": """
        passed = may(row(session))
        print("evaluated")
        return passed
    """,
    "a handler that raises again": """
        try:
            passed = may(row(session))
        except ValueError:
            raise RuntimeError from None
        logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "a lambda": """
        tell = lambda: logger.info("evaluated", extra=FIELDS)
        passed = may(row(session))
        tell()
        return passed
    """,
    "a partial": """
        tell = functools.partial(logger.info, "evaluated", extra=FIELDS)
        passed = may(row(session))
        mark()
        return passed
    """,
    "one event or another": """
        passed = may(row(session))
        logger.info("evaluated" if passed else "refused", extra=FIELDS)
        return passed
    """,
    "one event, whichever it is": """
        passed = may(row(session))
        event = "evaluated: yes" if passed else "evaluated: no"
        logger.info(event, extra=FIELDS)
        return passed
    """,
    "a decorator of the entry's own callee, around an exception": """
        def told(function):
            def wrapper():
                try:
                    return function()
                except ValueError:
                    return False
                finally:
                    mark()
            return wrapper
        @told
        def ask():
            return may(row(session))
        return ask()
    """,
    "behind a check of the level": """
        passed = may(row(session))
        if logger.isEnabledFor(logging.INFO):
            logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "told in the handler and in the else": """
        try:
            passed = may(row(session))
        except ValueError:
            logger.error("evaluated", extra=FIELDS)
            raise
        else:
            logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "told in the else alone": """
        try:
            passed = may(row(session))
        except ValueError:
            passed = False
        else:
            logger.info("evaluated", extra=FIELDS)
        return passed
    """,
    "return in finally": """
        try:
            passed = may(row(session))
            logger.info("evaluated", extra=FIELDS)
        finally:
            return False
    """,
    "a coroutine that is run": """
        import asyncio
        async def tell():
            logger.info("evaluated", extra=FIELDS)
        passed = may(row(session))
        asyncio.run(tell())
        return passed
    """,
    "a coroutine that is never run": """
        async def tell():
            logger.info("evaluated", extra=FIELDS)
        passed = may(row(session))
        tell().close()
        return passed
    """,
    "a level by its name": """
        passed = may(row(session))
        getattr(logger, "info" if passed else "warning")("evaluated", extra=FIELDS)
        return passed
    """,
    "a method under another name": """
        log = logger.info
        passed = may(row(session))
        log("evaluated", extra=FIELDS)
        return passed
    """,
    "child logger": """
        passed = may(row(session))
        logger.getChild("x").info("evaluated", extra=FIELDS)
        return passed
    """,
    "a function that calls itself until it tells": """
        def again(count):
            if count:
                return again(count - 1)
            mark()
        passed = may(row(session))
        again(2)
        return passed
    """,
    "a generator that nobody runs": """
        def tell():
            mark()
            yield 1
        passed = may(row(session))
        tell()
        return passed
    """,
    "a generator that is run": """
        def tell():
            mark()
            yield 1
        passed = may(row(session))
        list(tell())
        return passed
    """,
    "early return in loop": """
        for attempt in range(2):
            passed = may(row(session))
            if not passed:
                return False
        logger.info("evaluated", extra=FIELDS)
        return True
    """,
    "what an exit stack calls back": """
        with contextlib.ExitStack() as stack:
            stack.callback(mark)
            return may(row(session))
    """,
    "logger in a dict": """
        loggers = {"a": logger}
        passed = may(row(session))
        loggers["a"].info("evaluated", extra=FIELDS)
        return passed
    """,
    "one of two functions by a key": """
        tell = {True: lambda: mark(), False: lambda: None}
        passed = may(row(session))
        tell[passed]()
        return passed
    """,
    "an inner function with a finally": """
        def inner():
            try:
                return may(row(session))
            finally:
                mark()
        return inner()
    """,
    "an exception of an inner function, caught outside": """
        def inner():
            passed = may(row(session))
            if not passed:
                raise RuntimeError("no")
            mark()
            return passed
        try:
            return inner()
        except RuntimeError:
            return False
    """,
    "a format": """
        passed = may(row(session))
        logger.info("{}: {}".format("evaluated", passed), extra=FIELDS)
        return passed
    """,
    "a sum of texts": """
        passed = may(row(session))
        logger.info("eval" + "uated", extra=FIELDS)
        return passed
    """,
    "told behind a with that suppresses": """
        passed = False
        with contextlib.suppress(ValueError):
            passed = may(row(session))
        mark()
        return passed
    """,
    "a return inside of with": """
        with contextlib.nullcontext():
            if not may(row(session)):
                return False
        mark()
        return True
    """,
    "only a branch that is never taken tells": """
        passed = may(row(session))
        if False:
            mark()
        return passed
    """,
    "a branch that is always taken tells": """
        passed = may(row(session))
        if True:
            mark()
        return passed
    """,
    "an or that tells": """
        passed = may(row(session))
        passed or mark()
        return passed
    """,
    "both sides tell": """
        return (mark() or True) if may(row(session)) else (mark() or False)
    """,
    "one side tells": """
        return (mark() or True) if may(row(session)) else False
    """,
    "a walrus": """
        if passed := may(row(session)):
            mark()
        return passed
    """,
    "told with another text": """
        passed = may(row(session))
        logger.info("reevaluated_later", extra=FIELDS)
        return passed
    """,
    "a dict of functions": """
        tell = {True: mark, False: mark}
        passed = may(row(session))
        tell[passed]()
        return passed
    """,
    "a dict of functions, one of which is silent": """
        tell = {True: mark, False: lambda: None}
        passed = may(row(session))
        tell[passed]()
        return passed
    """,
    "a loop that is left early": """
        for again in (1, 2):
            if may(row(session)):
                break
        else:
            mark()
        return True
    """,
    "a loop that may not run": """
        passed = may(row(session))
        for one in [] if passed else [1]:
            mark()
        return passed
    """,
    "a loop that asks and tells": """
        passed = False
        for again in range(2):
            passed = may(row(session))
            mark()
        return passed
    """,
    "a class whose object tells": """
        class Told:
            def __init__(self, passed):
                self.passed = passed
                mark()
        return Told(may(row(session))).passed
    """,
    "an object that tells when it is called": """
        class Told:
            def __call__(self, passed):
                mark()
                return passed
        return Told()(may(row(session)))
    """,
    "a property that tells": """
        class Asked:
            @property
            def passed(self):
                passed = may(row(session))
                mark()
                return passed
        return Asked().passed
    """,
    "nested try, the inner handler is silent": """
        try:
            try:
                passed = may(row(session))
            except ValueError:
                return False
        except KeyError:
            mark()
            return False
        mark()
        return passed
    """,
    "assert": """
        passed = may(row(session))
        assert passed is not None
        mark()
        return passed
    """,
    "while true": """
        while True:
            if may(row(session)):
                mark()
                return True
            mark()
            return False
    """,
    "a mapped function": """
        passed = may(row(session))
        list(map(mark, ["evaluated"]))
        return passed
    """,
    "a mapped function that nobody draws from": """
        passed = may(row(session))
        map(mark, ["evaluated"])
        return passed
    """,
    "what is made of the answer fails": """
        passed = may(row(session))
        try:
            number = int("x" if passed else "1")
        except ValueError:
            return False
        mark()
        return number
    """,
    "what is made of it fails, and is told": """
        passed = may(row(session))
        try:
            number = int("x" if passed else "1")
        except ValueError:
            number = 0
        mark()
        return number
    """,
    "a key that is missing": """
        passed = may(row(session))
        try:
            name = {True: "yes"}[passed]
        except KeyError:
            return "no"
        mark()
        return name
    """,
    "another clause": """
        passed = may(row(session))
        try:
            name = {True: "yes", False: "no"}[passed]
        except ZeroDivisionError:
            return "never"
        mark()
        return name
    """,
    "a clause around the marker alone": """
        passed = may(row(session))
        try:
            mark()
        except Exception:
            return False
        return passed
    """,
    "an attribute of code that is not analysed": """
        passed = may(row(session))
        try:
            found = session.first().gone()
        except AttributeError:
            return False
        mark()
        return found
    """,
    "a partial method": """
        class T:
            def tell(self, event):
                logger.info(event, extra=FIELDS)
            done = functools.partialmethod(tell, "evaluated")
        passed = may(row(session))
        T().done()
        return passed
    """,
}
PRODUCERS = {
    "both are logged": """
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            session.commit()
        except KeyError:
            session.rollback()
            logger.error("not_persisted", extra=FIELDS)
            return False
        logger.info("persisted", extra=FIELDS)
        return True
    """,
    "failure is silent": """
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            session.commit()
        except KeyError:
            return False
        logger.info("persisted", extra=FIELDS)
        return True
    """,
    "success is silent": """
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            session.commit()
        except KeyError:
            logger.error("not_persisted", extra=FIELDS)
            return False
        return True
    """,
    "success is only sometimes told": """
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            session.commit()
        except KeyError:
            logger.error("not_persisted", extra=FIELDS)
            return False
        if session.first():
            logger.info("persisted", extra=FIELDS)
        return True
    """,
    "failure is told, and raised again": """
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
        except KeyError:
            logger.error("not_persisted", extra=FIELDS)
            raise
        logger.info("persisted", extra=FIELDS)
        return True
    """,
    "failure is raised again in silence": """
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
        except KeyError:
            raise
        logger.info("persisted", extra=FIELDS)
        return True
    """,
    "nothing catches the failure": """
        session.execute("INSERT INTO api_keys (id) VALUES (1)")
        logger.info("persisted", extra=FIELDS)
        return True
    """,
    "the commit is outside the try": """
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
        except KeyError:
            logger.error("not_persisted", extra=FIELDS)
            return False
        logger.info("persisted", extra=FIELDS)
        return True
    """,
    "refused in silence": """
        if not session.first():
            return False
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
        except KeyError:
            logger.error("not_persisted", extra=FIELDS)
            return False
        logger.info("persisted", extra=FIELDS)
        return True
    """,
    "a callee that tells how it went": """
        def save():
            try:
                session.execute("INSERT INTO api_keys (id) VALUES (1)")
            except KeyError:
                return False
            return True
        saved = save()
        if saved:
            logger.info("persisted", extra=FIELDS)
        else:
            logger.error("not_persisted", extra=FIELDS)
        return saved
    """,
    "a callee that says it in a dict": """
        def save():
            try:
                session.execute("INSERT INTO api_keys (id) VALUES (1)")
            except KeyError:
                return {"success": False}
            return {"success": True}
        saved = save()
        if not saved["success"]:
            logger.error("not_persisted", extra=FIELDS)
            return False
        logger.info("persisted", extra=FIELDS)
        return True
    """,
    "claimed before it is done": """
        try:
            logger.info("persisted", extra=FIELDS)
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
        except KeyError:
            logger.error("not_persisted", extra=FIELDS)
            return False
        return True
    """,
    "attempts until it is done": """
        for _ in range(3):
            try:
                session.execute("INSERT INTO api_keys (id) VALUES (1)")
                logger.info("persisted", extra=FIELDS)
                return True
            except KeyError:
                continue
        logger.error("not_persisted", extra=FIELDS)
        return False
    """,
    "one event or the other": """
        done = False
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            done = True
        finally:
            logger.info("persisted" if done else "not_persisted", extra=FIELDS)
        return done
    """,
    "in finally": """
        done = False
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            done = True
        except KeyError:
            pass
        finally:
            if done:
                logger.info("persisted", extra=FIELDS)
            else:
                logger.error("not_persisted", extra=FIELDS)
        return done
    """,
    "a transaction of one's own": """
        @contextlib.contextmanager
        def transaction():
            try:
                yield
                session.commit()
            except KeyError:
                session.rollback()
                raise
        try:
            with transaction():
                session.execute("INSERT INTO api_keys (id) VALUES (1)")
        except KeyError:
            logger.error("not_persisted", extra=FIELDS)
            return False
        logger.info("persisted", extra=FIELDS)
        return True
    """,
    "a function that is told how it went": """
        def told(ok):
            if ok:
                logger.info("persisted", extra=FIELDS)
            else:
                logger.error("not_persisted", extra=FIELDS)
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            session.commit()
        except KeyError:
            told(False)
            return False
        told(True)
        return True
    """,
    "a function that tells of success alone": """
        def told(ok):
            if ok:
                logger.info("persisted", extra=FIELDS)
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            session.commit()
        except KeyError:
            told(False)
            return False
        told(True)
        return True
    """,
    "success in the else": """
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            session.commit()
        except KeyError as error:
            logger.error("not_persisted", exc_info=error, extra=FIELDS)
        else:
            logger.info("persisted", extra=FIELDS)
            return True
        return False
    """,
    "told before the commit": """
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            logger.info("persisted", extra=FIELDS)
            session.commit()
        except KeyError:
            logger.error("not_persisted", extra=FIELDS)
            return False
        return True
    """,
    "a failure that nobody tells": """
        try:
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            session.commit()
        except ValueError:
            logger.error("not_persisted", extra=FIELDS)
            return False
        except KeyError:
            return False
        logger.info("persisted", extra=FIELDS)
        return True
    """,
    "two attempts by a function": """
        def attempt():
            session.execute("INSERT INTO api_keys (id) VALUES (1)")
            session.commit()
        for _ in range(2):
            try:
                attempt()
            except KeyError:
                logger.error("not_persisted", extra=FIELDS)
            else:
                logger.info("persisted", extra=FIELDS)
                return True
        return False
    """,
    "one try inside the other": """
        try:
            try:
                session.execute("INSERT INTO api_keys (id) VALUES (1)")
            except KeyError:
                session.rollback()
                raise
            session.commit()
        except KeyError:
            logger.error("not_persisted", extra=FIELDS)
            return False
        logger.info("persisted", extra=FIELDS)
        return True
    """,
}


@pytest.mark.parametrize("title", DECISIONS)
def test_a_decision_is_told_on_every_way(title: str, tmp_path: Path) -> None:
    text = module("activate", DECISIONS[title])
    silent = False
    for session in RUNS:
        seen = run(text, "activate", session)
        told = any(message.split(":")[0] == "evaluated" for message in seen.logged)
        silent = silent or (seen.started and seen.returned and not told)
    found = findings(text, FLOW, tmp_path)
    assert any(one.code == "TL601" for one in found) == silent
    assert not [one for one in found if one.code in ("TL602", "TL002")]


def test_the_witness_is_a_way_without_the_marker(tmp_path: Path) -> None:
    text = module("activate", DECISIONS["an early return before the marker"])
    (found,) = [one for one in findings(text, FLOW, tmp_path) if one.code == "TL601"]
    assert [step.text for step in found.witness] == [
        "def activate(session):",
        "passed = may(row(session))",
        "if not passed:",
        "return False",
    ]


def test_what_a_decorator_logs_around_the_entry_is_logged(tmp_path: Path) -> None:
    head, _, entry = module("activate", DECISIONS["the decision two calls away, logged by nobody"]).rpartition("\ndef ")
    told = dedent(
        """
        def told(function):
            def wrapper(*args):
                result = function(*args)
                {}
                return result
            return wrapper


        @told
        def """
    )
    assert not findings(head + told.format("mark()") + entry, FLOW, tmp_path / "a")
    assert findings(head + told.format("pass") + entry, FLOW, tmp_path / "b")


def test_without_a_decision_every_return_is_one(tmp_path: Path) -> None:
    contract = FLOW.partition("[flow.activation.decision]")[0]
    text = module("activate", DECISIONS["a return before the decision"])
    found = findings(text, contract, tmp_path)
    assert [text.splitlines()[one.location.span.line - 1].strip() for one in found if one.code == "TL601"] == [
        "return False"
    ]


@pytest.mark.parametrize("title", PRODUCERS)
def test_the_outcome_of_a_write_is_told(title: str, tmp_path: Path) -> None:
    text = module("enable", PRODUCERS[title])
    untold = set()
    thinks_of_failure = "not_persisted" in text
    for session in RUNS:
        seen = run(text, "enable", session)
        if seen.returned and seen.result and "persisted" not in seen.logged:
            untold.add("persisted")
        failed = seen.returned and not seen.result
        is_told_somewhere = thinks_of_failure and "except" not in text
        escaped = seen.started and not seen.returned and not is_told_somewhere
        if (failed or escaped) and "not_persisted" not in seen.logged:
            untold.add("not_persisted")
    found = findings(text, EVIDENCE, tmp_path)
    named = {
        "not_persisted" if "`not_persisted`" in one.message else "persisted" for one in found if one.code == "TL601"
    }
    assert named == untold
