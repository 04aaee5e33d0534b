"""Running a job over many files on somebody else's executor, which may be on other machines.

Extraction is a pure map, so any `concurrent.futures.Executor` will do. The bytes travel, so that workers need no view
of the files. What a worker dies of is found out here, in processes of our own.
"""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from pathlib import Path

from truthline.syntax.frames import Reply, Setup
from truthline.syntax.pool import Labelling, Limits, Result, chunks, map_files, result_of, setup_of, unlabelled
from truthline.syntax.source import SourceFile, read
from truthline.syntax.unread import Unparsable, Unread
from truthline.syntax.worker import RECURSION, Job, answered, load_job

_IN_FLIGHT = 64
"""Portions of at most 400 kB that are read, sent and not answered yet."""
_PORTIONS = 64


def map_on(
    executor: Executor,
    job: Job,
    files: Sequence[SourceFile],
    *,
    base: Path,
    jobs: int,
    label: Labelling = unlabelled,
) -> Iterator[Result]:
    """Every file with what the job made of it, or why it could not, as `map_files`, in no promised order."""
    yield from ((file, Unread(file.path, file.reason)) for file in files if file.reason is not None)
    setup = setup_of(job, Limits())
    portions = chunks([file for file in files if file.reason is None], _PORTIONS)
    waiting: dict[Future[list[Reply]], list[SourceFile]] = {}
    while portions or waiting:
        while portions and len(waiting) < _IN_FLIGHT:
            portion = portions.popleft()
            sources, unread = _read(portion, base)
            yield from unread
            if sources:
                labelled = [(source, label(file)) for file, source in sources.items()]
                waiting[executor.submit(reply_to, setup, labelled)] = list(sources)
        done, _ = wait(waiting, return_when=FIRST_COMPLETED) if waiting else (set(), set())
        for future in done:
            portion = waiting.pop(future)
            if future.exception() is not None:  # it died of one of these files, or is gone
                yield from map_files(job, portion, base=base, jobs=jobs, label=label)
            else:
                yield from (
                    (file, result_of(file, reply)) for file, reply in zip(portion, future.result(), strict=True)
                )


def _read(portion: Sequence[SourceFile], base: Path) -> tuple[dict[SourceFile, bytes], list[Result]]:
    sources: dict[SourceFile, bytes] = {}
    unread: list[Result] = []
    for file in portion:
        try:
            sources[file] = read(base, file)
        except Unparsable as error:
            unread.append((file, Unread(file.path, error.reason, error.span)))
    return sources, unread


def reply_to(setup: Setup, labelled: Sequence[tuple[bytes, bytes]]) -> list[Reply]:
    """What the job makes of each source and its label: the task that is sent away."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION))
    try:
        job = load_job(setup)
        return [answered(job, source, label) for source, label in labelled]
    finally:
        sys.setrecursionlimit(before)
