"""Processes of our own for work that may run long, or crash, inside a library.

A layout by Graphviz holds the interpreter's lock for seconds, a closed form by SymPy may never
end, and neither can be interrupted. So such work is done in a child process that is killed when
its time is up, while the other threads go on.

The pools of the standard library do not fit: one late task breaks a whole
``ProcessPoolExecutor``, and the children of ``multiprocessing`` run the main script again, which
in a Streamlit app or an unguarded script is the whole program. Here the child is
``python -c "… serve()"``, and the two sides exchange length-prefixed pickles over two pipes that
no one else can write to.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import pickle
import signal
import subprocess
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from chainrule.errors import OutsideError, OutsideTimeout
from chainrule.workers import serving
from chainrule.workers.serving import receive, send

MEMORY = 1 << 30
"""Address space one worker may use, in bytes; on Windows it cannot be limited."""

START_SECONDS = 60.0
"""Seconds a new worker may take to start; not counted as time of the task."""

GRACE = 1.0
"""Seconds after a deadline at which a worker ends itself, should its user be gone by then."""

_CHILD = (
    "import sys; sys.path[:] = sys.argv[1:]; from chainrule.workers.serving import serve; serve()"
)


class WorkersBusy(OutsideTimeout):
    """Every worker was taken for as long as the caller wanted to wait."""


class WorkerCrash(OutsideError):
    """The worker's process ended in the middle of its task."""


class WorkerFailure(OutsideError):
    """The function raised an exception in the worker.

    Attributes
    ----------
    kind
        Name of the exception's class, such as ``"ValueError"``.
    text
        The exception's own message.
    details
        The worker's traceback, for a log; never for a user.
    """

    def __init__(self, task: str, kind: str, text: str, details: str) -> None:
        self.kind = kind
        self.text = text
        self.details = details
        super().__init__(f"{task} failed: {text or kind}")


class _Lost(Exception):
    """A task lost its worker, perhaps by no fault of its own: another is to try it once more."""


class Workers:
    """At most `size` worker processes, started when first needed and kept for the next call.

    Any thread may call; a worker that is late, crashes or runs out of memory is replaced without
    harm to the other callers. Nothing runs while nobody calls, and the workers end with the
    process that owns them, however it ends.

    Parameters
    ----------
    size
        How many tasks may run at once.
    environment
        Environment variables to set in the workers before anything is imported there.
    prepare
        ``"module:function"`` that a new worker calls once, without arguments, before its first
        task: imports and warm-up that should not count as time of a task.
    nested
        Whether what needs a worker inside a task gets one of its own, with its time limit;
        by default it is done in the task's own process, which has its limits already.
    """

    def __init__(
        self,
        size: int = 1,
        *,
        environment: Mapping[str, str] | None = None,
        prepare: str | None = None,
        nested: bool = False,
    ) -> None:
        if size < 1:
            raise ValueError(f"a pool of {size} workers; allowed: 1 or more")
        self._size = size
        self._start = functools.partial(_Worker, dict(environment or {}), prepare, nested)
        self._forget()
        atexit.register(_if_alive, weakref.WeakMethod(self.close))
        if sys.platform != "win32":
            forget = weakref.WeakMethod(self._forget)
            os.register_at_fork(after_in_child=functools.partial(_if_alive, forget))

    def _forget(self) -> None:
        """Begin with no workers; a forked copy of the owner must not share the owner's pipes."""
        self._owner = os.getpid()
        self._places = Queue(self._size)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._spare = self._adding = False

    def call(
        self,
        function: Callable[..., Any] | str,
        *args: object,
        timeout: float,
        wait: float = 60.0,
        what: str = "",
    ) -> Any:
        """Run `function(*args)` in a worker and return what it returns.

        Parameters
        ----------
        function
            A function at the top level of an importable module, or its ``"module:function"``.
        args
            Arguments; they and the result must be picklable.
        timeout
            Seconds the task may run, counted from the moment a worker takes it.
        wait
            Seconds to wait for a free worker.
        what
            What an error message calls the task, such as "the closed form"; else the path.

        Raises
        ------
        OutsideTimeout
            After `timeout` seconds; the worker has been killed.
        WorkersBusy
            If no worker was free within `wait` seconds.
        WorkerCrash
            If the worker's process ended in the middle of the task.
        WorkerFailure
            If `function` raised; carries the exception's text.
        TypeError, ValueError
            If `function` cannot be found by a path, or `timeout` is not positive.
        """
        path = function if isinstance(function, str) else _path(function)
        if not timeout > 0:
            raise ValueError(f"timeout={timeout}; allowed: a positive number of seconds")
        request = pickle.dumps((path, args, timeout + GRACE), pickle.HIGHEST_PROTOCOL)
        if not self._places.enter(wait):
            raise WorkersBusy(
                f"{what or path}: no worker became free within {wait:g} s; "
                f"allowed at once: {self._size}"
            )
        try:
            try:
                return self._asked(self._take(), request, timeout, what or path, again=True)
            except _Lost:
                return self._asked(self._start(), request, timeout, what or path, again=False)
        finally:
            self._places.leave()

    def _asked(
        self, worker: _Worker, request: bytes, timeout: float, what: str, *, again: bool
    ) -> Any:
        try:
            result = worker.ask(request, timeout, what)
        except WorkerFailure as failure:
            if failure.kind != "MemoryError":
                self._give_back(worker)
                raise
            # What is left in the heap would count against the next task, as what earlier tasks
            # left may have done with this one.
            worker.kill()
            if again and worker.asked > 1:
                raise _Lost from failure
            raise
        except WorkerCrash as crash:
            # Some libraries end their process where they find no memory: Typst keeps what it made.
            worker.kill()
            # And what was killed from outside has done nothing wrong.
            if again and (worker.asked > 1 or worker.was_killed):
                raise _Lost from crash
            raise
        except BaseException:
            worker.kill()
            raise
        self._give_back(worker)
        return result

    def start(self) -> None:
        """Start all workers and a spare one, so that nobody waits for a process to begin.

        From then on the spare one is replaced as soon as it is needed.
        """
        self._spare = True
        starting = [threading.Thread(target=self._add) for _ in range(self._size + 1)]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()

    def _add(self) -> None:
        try:
            worker = self._start()
            if self._spare:
                self._give_back(worker)
            else:  # closed meanwhile
                worker.kill()
        finally:
            self._adding = False

    def close(self) -> None:
        """End the idle workers; a later call starts new ones."""
        if os.getpid() != self._owner:
            return
        with self._lock:
            self._spare = False
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.kill()

    def _take(self) -> _Worker:
        found = None
        with self._lock:
            while self._idle and found is None:
                # The last one used: its memory is warm, and surplus workers stay asleep.
                worker = self._idle.pop()
                if worker.alive:
                    found = worker
                else:
                    worker.kill()
            wanting = self._spare and not self._idle and not self._adding
            self._adding = self._adding or wanting
        if wanting:
            threading.Thread(target=self._add, daemon=True).start()
        return found or self._start()

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            if len(self._idle) <= self._size:
                self._idle.append(worker)
                return
        worker.kill()


def call(
    function: Callable[..., Any] | str,
    *args: object,
    timeout: float,
    wait: float = 60.0,
    what: str = "",
) -> Any:
    """Run `function(*args)` in one of the shared workers; see :meth:`Workers.call`.

    In a worker it runs at once: that process has its limits already.
    """
    if serving.inside:
        path = function if isinstance(function, str) else _path(function)
        done, outcome = pickle.loads(serving.run(path, args))
        if done:
            return outcome
        raise WorkerFailure(what or path, *outcome)
    return _shared().call(function, *args, timeout=timeout, wait=wait, what=what)


def renew() -> None:
    """Let new workers do what `call` is asked next.

    A task that was cut off in the middle may leave a library in disorder, such as SymPy's
    knowledge of its own constants.
    """
    if not serving.inside:
        _shared().close()


@functools.cache
def _shared() -> Workers:
    # Sets in the same order in every worker: what SymPy tries, and how often, follows from it.
    return Workers(size=min(2, os.cpu_count() or 1), environment={"PYTHONHASHSEED": "0"})


def _if_alive(method: weakref.WeakMethod[Callable[[], None]]) -> None:
    if (bound := method()) is not None:
        bound()


def _path(function: Callable[..., Any]) -> str:
    """Return the ``"module:function"`` under which a worker finds `function`."""
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", "")
    if not module or module == "__main__" or not name or "<" in name:
        raise TypeError(
            f"{function!r} cannot be found by a worker; "
            "allowed: a function at the top level of an importable module"
        )
    return f"{module}:{name}"


class _Worker:
    """One child process and the two pipes to it; used by one thread at a time."""

    def __init__(self, environment: dict[str, str], prepare: str | None, nested: bool) -> None:
        path = [entry or os.getcwd() for entry in sys.path]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _CHILD, *path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | environment,
            # Ctrl-C is the owner's, and a child's own children can be killed with it.
            start_new_session=True,
        )
        self._guard = threading.Lock()
        self.asked = 0
        self._task = 0
        self._late = False
        try:
            first = pickle.dumps((MEMORY, prepare, nested, START_SECONDS))
            self.ask(first, START_SECONDS, "the start of a worker")
            self.asked = 0
        except BaseException:
            self.kill()
            raise

    @property
    def alive(self) -> bool:
        return not self._late and self._process.poll() is None

    @property
    def was_killed(self) -> bool:
        """Whether somebody else has ended the process."""
        return sys.platform != "win32" and self._process.returncode == -signal.SIGKILL

    def ask(self, request: bytes, seconds: float, what: str) -> Any:
        """Send `request` and return the result, or raise what became of it."""
        assert self._process.stdin and self._process.stdout
        self.asked += 1
        self._task += 1
        timer = threading.Timer(seconds, self._expire, (self._task,))
        timer.daemon = True
        timer.start()
        reply = None
        try:
            send(self._process.stdin, request)
            reply = receive(self._process.stdout)
        except OSError:
            # The pipe broke; the exit code, read below, says why.
            pass
        finally:
            with self._guard:
                self._task += 1
            timer.cancel()
        if reply is not None:
            done, outcome = pickle.loads(reply)
            if done:
                return outcome
            raise WorkerFailure(what, *outcome)
        self.kill()
        code = self._process.returncode
        if self._late or (sys.platform != "win32" and code == -signal.SIGALRM):
            raise OutsideTimeout(f"{what} was stopped; allowed: {seconds:g} s")
        raise WorkerCrash(f"{what} ended its process (exit code {code}); another takes its place")

    def _expire(self, task: int) -> None:
        # Under the guard, so that a reply that just arrived is not followed by a kill.
        with self._guard:
            if task == self._task:
                self._late = True
                self._kill_processes()

    def _kill_processes(self) -> None:
        if sys.platform == "win32":
            self._process.kill()
        elif self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End the process and close the pipes; may be called twice."""
        self._kill_processes()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # Closing sends what is left of a request, here to a process that is gone.
                with contextlib.suppress(OSError):
                    pipe.close()


class Queue:
    """Places that are given to who waits longest.

    A semaphore of the standard library gives them to anyone, so under load some wait for ever.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def enter(self, seconds: float) -> bool:
        """Wait for a place; tell whether there was one in time."""
        turn = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            self._waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._lock:
            if turn.is_set():
                return True
            self._waiting.remove(turn)
        return False

    def leave(self) -> None:
        """Give the place on."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
