"""Pages on loopback that answer as they are told."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

CERTIFICATE = Path(__file__).parent.parent / "data" / "tls" / "loopback.pem"


@Request.application
def by_path(request: Request) -> Response:
    """``/404`` answers 404, whatever comes behind it; redirects lead nowhere."""
    code = int(request.path.split("/")[1] or 200)
    headers = {"location": "http://nowhere.invalid/"} if code // 100 == 3 else {}
    return Response("page", status=code, headers=headers)


@contextmanager
def serving(*, tls: bool = False) -> Iterator[str]:
    """The pages; their address."""
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    server = make_server("127.0.0.1", 0, by_path, threaded=True, ssl_context=context)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
