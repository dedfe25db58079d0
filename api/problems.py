"""Any exception as problem+json: the one place that knows how an error looks on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import psycopg
import psycopg_pool
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from .errors import ApiError, DatabaseUnavailable, InvalidRequest
from .schemas.wire import FieldError, Problem

MEDIA_TYPE = "application/problem+json"
_CODES = {
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
    400: "invalid_request",
}
_UNREADABLE = "The request has fields that cannot be read."
_BROKEN = "Something broke on our side; the request id names it in our log."
_log = structlog.get_logger("api")


def problem(status: int, code: str, detail: str, request_id: str, errors: list[FieldError] | None = None) -> Problem:
    """A problem whose title is the status' own phrase and whose type is relative to this API's documentation."""
    return Problem(
        type=f"/problems/{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        errors=errors or [],
        request_id=request_id,
    )


def of_error(error: ApiError, request_id: str) -> tuple[Problem, dict[str, str]]:
    """The problem of one of our own errors, and the headers that go with it."""
    named = [FieldError(error.field, error.detail)] if error.field else []
    retry = getattr(error, "retry_after_s", None)
    headers = {} if retry is None else {"retry-after": str(retry)}
    return problem(error.status, error.code, error.detail, request_id, named), headers


def encode(value: Problem) -> bytes:
    return msgspec.json.encode(value)


def handle(request: Request, error: Exception) -> Response[bytes]:
    """Litestar's exception handler for everything."""
    request_id = request_id_of(request.scope)
    headers: dict[str, str] = {}
    match error:
        case ApiError():
            value, headers = of_error(error, request_id)
        case ValidationException():
            value = problem(400, InvalidRequest.code, _UNREADABLE, request_id, _fields(error))
        case HTTPException(status_code=status) if status < 500:
            code = _CODES.get(status, HTTPStatus(status).name.lower())
            value = problem(status, code, error.detail or HTTPStatus(status).phrase, request_id)
            headers = {k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"}
        case psycopg_pool.PoolTimeout() | psycopg_pool.PoolClosed() | psycopg.OperationalError():
            _log.warning("database_unavailable", request_id=request_id, error=str(error))
            value, headers = of_error(DatabaseUnavailable(), request_id)
        case _:
            _log.error("request_failed", request_id=request_id, path=request.scope["path"], exc_info=error)
            value = problem(500, "internal_error", _BROKEN, request_id)
    return Response(encode(value), status_code=value.status, media_type=MEDIA_TYPE, headers=headers)


def request_id_of(scope: Mapping[str, Any]) -> str:
    """The id that the edge gave this request."""
    return str(scope.get("request_id", ""))


def _fields(error: ValidationException) -> list[FieldError]:
    extra = error.extra if isinstance(error.extra, list) else []
    return [
        FieldError(str(item.get("key", "")), str(item.get("message", ""))) for item in extra if isinstance(item, dict)
    ] or [FieldError("", error.detail)]
