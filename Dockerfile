# The command citepath. Without settings it is the embedded default: one process, everything under /data;
# compose.yaml sets it beside the four stores.
# The image holds no model weights, names no package registry, and leaves out the extras (Milvus Lite, local models).

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock requirements-run.lock pyproject.toml README.md LICENSE ./
COPY .ci/setup .ci/setup
COPY app app
COPY navigators navigators
COPY stores stores
COPY docs_ingest docs_ingest
# The tools that build the wheel stay in this stage; the product gets its own locked dependencies only.
RUN VENV=/tools .ci/setup \
 && /tools/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir /wheels . \
 && python -m venv /venv \
 && /venv/bin/python -m pip install --quiet --require-hashes -r requirements-run.lock \
 && /venv/bin/python -m pip install --quiet --no-deps --no-index /wheels/*.whl

FROM python:3.11.14-slim-bookworm
RUN useradd --system --create-home --home-dir /data citepath
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH CITEPATH_HOME=/data PYTHONUNBUFFERED=1
USER citepath
VOLUME /data
ENTRYPOINT ["citepath"]
CMD ["doctor"]
