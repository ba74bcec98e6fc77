# The image of source-x, as connkit makes it. The context is the root of the repository.
# Base images and proxies are arguments, so that an organisation can point them elsewhere.
# Optional secrets of the build, which leave no trace: ca (certificates of a private proxy), netrc (its passwords).
# Optional file: build-ca.crt in the root of the context.
ARG GO_IMAGE=golang:1.25
ARG BASE_IMAGE=scratch

FROM ${GO_IMAGE} AS build
ARG BASE_IMAGE
ARG GOPROXY
ARG GOPRIVATE
ARG GONOSUMDB
ARG GOSUMDB
ENV CGO_ENABLED=0
# What a container needs and scratch does not have.
RUN mkdir -p /out/etc/ssl/certs /out/tmp && chmod 1777 /out/tmp \
    && if [ "$BASE_IMAGE" = scratch ] && [ -s /etc/ssl/certs/ca-certificates.crt ]; then cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/; fi
WORKDIR /src
COPY go.mod go.su[m] build-ca.cr[t] ./
COPY third_party/fork /src/third_party/fork

# Modules first: they change less often than the connector.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=secret,id=ca,target=/run/secrets/ca --mount=type=secret,id=netrc,target=/root/.netrc \
    for f in /run/secrets/ca /src/build-ca.crt; do if [ -s "$f" ]; then export SSL_CERT_FILE="$f"; fi; done; \
    go mod download
COPY go/common /src/go/common
COPY source-boilerplate /src/source-boilerplate
COPY source-x /src/source-x
COPY sqlcapture /src/sqlcapture
RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod \
    go build -trimpath -tags timetzdata -ldflags "-s -w" -o /out/connector ./source-x/cmd/connector

FROM ${BASE_IMAGE}
ARG CONNECTOR_TYPE=capture
ARG USAGE_RATE=1.0
LABEL FLOW_RUNTIME_PROTOCOL=${CONNECTOR_TYPE} \
      FLOW_RUNTIME_CODEC=json \
      dev.estuary.usage-rate=${USAGE_RATE}
COPY --from=build /out/ /
USER 65532:65532
ENTRYPOINT ["/connector"]
