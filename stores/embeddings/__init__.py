"""Texts to vectors: the implementations of the port `Embedder`.

OpenAiEmbedder               a server that speaks OpenAI's /v1/embeddings (vLLM, TEI, llama-server, Ollama, OpenAI)
SentenceTransformerEmbedder  a model folder on this machine (extra `local-embeddings`)
HashingEmbedder              our own tokens, hashed: knows words, not meanings; for tests and the demo
"""

from stores.embeddings.hashing import HashingEmbedder
from stores.embeddings.model_folder import SentenceTransformerEmbedder
from stores.embeddings.openai_server import OpenAiEmbedder

__all__ = ["HashingEmbedder", "OpenAiEmbedder", "SentenceTransformerEmbedder"]
