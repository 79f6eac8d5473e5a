"""An embedder on a model folder of this machine, through sentence-transformers. Never downloads anything."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stores.embeddings.unit import named, readable, unit
from stores.errors import StoreUnavailable
from stores.pool import Pool

_BATCH = 32  # texts
_MOST_CHARACTERS = 20_000  # the model cuts by its own tokens; this only keeps its tokeniser from whole books


class SentenceTransformerEmbedder:
    """The port `Embedder` on a folder as `SentenceTransformer.save` writes it. Loaded at the first call.

    `dimensions` are checked against the model's. Prompts that the model's own
    configuration has for questions and for passages are used. `device`: "cpu",
    "cuda", ...; None takes what there is. Code that lies in the folder is not
    run. All calls go one after the other, in a thread of their own.
    """

    def __init__(self, folder: Path, dimensions: int, *, device: str | None = None) -> None:
        self.dimensions = dimensions
        self.name = named(folder.name, dimensions)
        self._folder = folder
        self._device = device
        self._pool = Pool("embedding", threads=1, queue=64)
        self._lock = threading.Lock()
        self._model: Any = None

    async def embed(self, texts: Sequence[str], *, question: bool = False) -> list[tuple[float, ...]]:
        """As the port says. Raises StoreUnavailable also when the package, the folder or the model's shape is amiss."""
        vectors: list[tuple[float, ...]] = []
        for first in range(0, len(texts), _BATCH):  # one by one, so that a question need not wait for a whole book
            vectors += await self._pool.run(self._embedded, texts[first : first + _BATCH], question)
        return vectors

    async def close(self) -> None:
        """Wait for the call that has begun; the embedder cannot be used afterwards."""
        self._pool.close()
        self._model = None

    def _embedded(self, texts: Sequence[str], question: bool) -> list[tuple[float, ...]]:
        model = self._loaded()
        encode = model.encode_query if question else model.encode_document
        cut = [readable(text, "", _MOST_CHARACTERS) for text in texts]
        try:
            rows = encode(cut, batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True)
            return [unit(row, self.dimensions) for row in rows.tolist()]
        except (RuntimeError, ValueError, TypeError, IndexError) as error:  # torch and transformers raise all of these
            raise StoreUnavailable(f"the model in {self._folder} could not embed: {type(error).__name__}") from error

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> Any:
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415  # an extra, and seconds to import
        except ImportError as error:
            raise StoreUnavailable(
                "a model folder needs the package sentence-transformers: pip install 'citepath[local-embeddings]', "
                "or name an embeddings server instead"
            ) from error
        if not (self._folder / "modules.json").is_file():  # any other name would be looked for on the hub
            raise StoreUnavailable(f"{self._folder} is no model folder: there is no modules.json in it")
        try:
            model = SentenceTransformer(
                str(self._folder), device=self._device, local_files_only=True, trust_remote_code=False
            )
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise StoreUnavailable(f"the model in {self._folder} cannot be loaded: {error}") from error
        found = model.get_embedding_dimension()
        if found != self.dimensions:
            raise StoreUnavailable(f"the model in {self._folder} has {found} dimensions, not {self.dimensions}")
        return model
