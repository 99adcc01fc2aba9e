# The server in an image that holds nothing else: no shell, no packages, no root.
# It compiles on the machine that builds, for the platform that is wanted: emulation would
# take many times as long.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=""
ARG TARGETOS
ARG TARGETARCH
RUN GOOS=${TARGETOS} GOARCH=${TARGETARCH} CGO_ENABLED=0 go build -trimpath -tags timetzdata -ldflags "-s -w -X main.version=${VERSION}" -o /out/kombo-mcp ./cmd/kombo-mcp

FROM gcr.io/distroless/static-debian12:nonroot
LABEL io.modelcontextprotocol.server.name="io.github.kombo-mcp/kombo-mcp"
LABEL org.opencontainers.image.source="https://github.com/kombo-mcp/kombo-mcp"
LABEL org.opencontainers.image.licenses="MIT"
COPY --from=build /out/kombo-mcp /kombo-mcp
USER 65532:65532
EXPOSE 8787
ENTRYPOINT ["/kombo-mcp"]
