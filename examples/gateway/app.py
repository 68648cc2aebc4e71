"""A product that knows nothing of Insula: it counts the lines and words of a text, as they arrive.

The gateway in front of it has checked who is calling and says so in headers (`insula-tenant`, `insula-subject`,
`insula-role`, `insula-permissions`). What the call has used goes back in `insula-usage`, and is metered.
"""

import json

import componentize_py_async_support
import wit_world
from componentize_py_types import Ok
from wit_world import exports
from wit_world.imports.wasi_http_types import Fields, Method_Post, Request, Response

PIECE = 64 * 1024


class Handler(exports.Handler):
    async def handle(self, request: Request) -> Response:
        if not isinstance(request.get_method(), Method_Post):
            return answer(405, {"error": "POST a text"}, [("allow", "POST")])
        headers = request.get_headers()
        told = lambda name: b"".join(headers.get(name)).decode()
        tenant, subject = told("insula-tenant"), told("insula-subject")

        lines, words = await count(request)

        return answer(
            200,
            {"tenant": tenant, "subject": subject, "lines": lines, "words": words},
            [("insula-usage", f"rows_analyzed={lines}")],
        )


async def count(request: Request) -> tuple[int, int]:
    """Reads the body piece by piece, so that its size does not matter."""
    lines, words, inside, last = 0, 0, False, b"\n"
    body, _ = Request.consume_body(request, wit_world.result_unit_wasi_http_types_error_code_future(lambda: Ok(None))[1])
    with body:
        while not body.writer_dropped:
            piece = await body.read(PIECE)
            if not piece:
                continue
            lines += piece.count(b"\n")
            words += len(piece.split()) - (inside and not piece[:1].isspace())
            inside, last = not piece[-1:].isspace(), piece[-1:]
    return lines + (last != b"\n"), words


def answer(status: int, value: dict, headers: list[tuple[str, str]]) -> Response:
    body = json.dumps(value).encode()
    named = [("content-type", "application/json"), ("content-length", str(len(body))), *headers]
    writer, contents = wit_world.byte_stream()
    no_trailers = wit_world.result_option_wasi_http_types_fields_wasi_http_types_error_code_future(lambda: Ok(None))[1]
    fields = Fields.from_list([(name, value.encode()) for name, value in named])
    response, _ = Response.new(fields, contents, no_trailers)
    response.set_status_code(status)
    componentize_py_async_support.spawn(write(body, writer))
    return response


async def write(body: bytes, writer) -> None:
    with writer:
        await writer.write_all(body)
