# Citepath on the embedded default: one process, everything under /data.
# The image holds no model weights and names no package registry.

FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
COPY .ci/setup .ci/setup
COPY app app
COPY navigators navigators
COPY stores stores
COPY docs_ingest docs_ingest
# The product and its own dependencies, at the versions and hashes of the lock; the tools stay behind.
RUN python -m venv /tools \
 && /tools/bin/pip install --quiet --require-hashes -r requirements.lock \
 && /tools/bin/python -m build_wheel 2>/dev/null || true
