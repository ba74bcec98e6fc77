# The image of source-x, as connkit makes it. The context is the root of the repository.
# Base images and indexes are arguments, so that an organisation can point them elsewhere.
# Optional secrets of the build, which leave no trace: ca (certificates of a private index), pip_conf.
# Optional files: build-ca.crt in the root of the context, source-x/wheelhouse with wheels to use in place of an index.
ARG BASE_IMAGE=python:3.12-slim

FROM ${BASE_IMAGE} AS build
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /opt/venv && mkdir /context \
    && printf '%s\n' '#!/bin/sh -e' \
      'for f in /run/secrets/ca /context/build-ca.crt; do if [ -s "$f" ]; then export PIP_CERT="$f" REQUESTS_CA_BUNDLE="$f" SSL_CERT_FILE="$f"; fi; done' \
      'if ls /context/wheelhouse/*.whl >/dev/null 2>&1; then export PIP_NO_INDEX=1 PIP_FIND_LINKS=/context/wheelhouse; fi' \
      'exec "$@"' >/usr/local/bin/index && chmod +x /usr/local/bin/index
WORKDIR /src/source-x
COPY source-x/pyproject.toml build-ca.cr[t] /context/
COPY source-x/pyproject.toml source-x/wheelhous[e] /context/wheelhouse/

# Dependencies first: they change less often than the connector.
COPY source-x/pyproject.toml ./
RUN /opt/venv/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"].get("dependencies", []), sep="\n")' >/context/requirements.txt && sed -i 's/^-e //' /context/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip --mount=type=secret,id=ca,target=/run/secrets/ca --mount=type=secret,id=pip_conf,target=/etc/pip.conf \
    index /opt/venv/bin/pip install -r /context/requirements.txt
COPY source-x ./
RUN --mount=type=cache,target=/root/.cache/pip --mount=type=secret,id=ca,target=/run/secrets/ca --mount=type=secret,id=pip_conf,target=/etc/pip.conf \
    index /opt/venv/bin/pip install .

FROM ${BASE_IMAGE}
ARG CONNECTOR_TYPE=capture
ARG USAGE_RATE=1.0
LABEL FLOW_RUNTIME_PROTOCOL=${CONNECTOR_TYPE} \
      FLOW_RUNTIME_CODEC=json \
      dev.estuary.usage-rate=${USAGE_RATE}
COPY --from=build /opt/venv /opt/venv
WORKDIR /tmp
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp
USER 65532:65532
ENTRYPOINT ["python","-m","source_x"]
