"""The platform's lines in the log of an invocation.

AWS frames the log of an invocation with START and END and closes it with a REPORT:
the duration, the memory that the execution environment has used at most and, on a
cold start, the duration of its initialisation. The same lines are in the
`LogResult` that `Invoke` answers on request.
Source: Lambda Developer Guide, "Viewing CloudWatch logs for Lambda functions";
Lambda API Reference, "Invoke".

MiniStack 1.5.33 writes a REPORT without the initialisation, counts that into the
duration, takes the memory from processes that have already ended (zero, as long as
none has), and leaves the lines out of the `LogResult`.

Wrapped: `ProvidedWorker._spawn` and `ProvidedWorker.invoke` of
`ministack.core.lambda_runtime`, to measure and to frame, and
`ministack.services.lambda_svc._emit_lambda_logs`, which would frame once more.
"""

import math
import time
from pathlib import Path

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from portcullis_emulator.wrapping import Function, wrap


def peak_memory_mb(pid: int) -> int:
    """The peak resident memory of a live process, rounded up."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return math.ceil(int(line.split()[1]) / 1024)
    return 0


def report_line(
    request_id: str, duration_ms: float, init_ms: float | None, memory_size: int, peak_mb: int
) -> str:
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {duration_ms:.2f} ms",
        f"Billed Duration: {math.ceil(duration_ms + (init_ms or 0))} ms",
        f"Memory Size: {memory_size} MB",
        f"Max Memory Used: {peak_mb} MB",
    ]
    if init_ms is not None:
        parts.append(f"Init Duration: {init_ms:.2f} ms")
    return "\t".join(parts)


def install() -> None:
    def around_spawn(original: Function) -> Function:
        def spawn(self, init_timeout=None):
            started = time.monotonic()
            original(self, init_timeout)
            self.init_ms = (time.monotonic() - started) * 1000

        return spawn

    def around_invoke(original: Function) -> Function:
        def invoke(self, event, request_id, *, trace_id=None, invoked_function_arn=None):
            self.init_ms = None
            started = time.monotonic()
            result = original(
                self, event, request_id, trace_id=trace_id, invoked_function_arn=invoked_function_arn
            )
            duration_ms = (time.monotonic() - started) * 1000 - (self.init_ms or 0)
            # A process that died has taken its figure along.
            alive = self._proc is not None and self._proc.poll() is None
            peak_mb = peak_memory_mb(self._proc.pid) if alive else 0
            lines = [
                f"{_start(request_id)} Version: {self.config.get('Version', '$LATEST')}",
                *result["log"].splitlines(),
                f"END RequestId: {request_id}",
                report_line(request_id, duration_ms, self.init_ms, self.config.get("MemorySize", 128), peak_mb),
            ]
            return {**result, "log": "\n".join(lines)}

        return invoke

    def around_logs(original: Function) -> Function:
        def emit_lambda_logs(func, request_id, log_text, error, duration_ms, *, log_source=None):
            if log_text.startswith(_start(request_id)):
                # MiniStack leaves the lines as they are in a log that it believes to
                # come from Lambda's own runtime interface emulator.
                log_source = "rie"
            original(func, request_id, log_text, error, duration_ms, log_source=log_source)

        return emit_lambda_logs

    worker = lambda_runtime.ProvidedWorker
    wrap(worker, "_spawn", ("self", "init_timeout"), around_spawn)
    wrap(worker, "invoke", ("self", "event", "request_id", "trace_id", "invoked_function_arn"), around_invoke)
    wrap(
        lambda_svc,
        "_emit_lambda_logs",
        ("func", "request_id", "log_text", "error", "duration_ms", "log_source"),
        around_logs,
    )


def _start(request_id: str) -> str:
    return f"START RequestId: {request_id}"
