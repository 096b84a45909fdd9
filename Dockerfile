# Teal in a container: built in one image, run in another that holds the binary, its site and CA certificates only.
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      build-essential ca-certificates cmake curl git nodejs npm pkg-config python3 python3-venv rustup \
    && rm -rf /var/lib/apt/lists/*
RUN rustup toolchain install 1.95 --profile minimal && rustup default 1.95
WORKDIR /src
COPY . .
RUN make build

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/teal --create-home teal
COPY --from=build /src/target/release/teal /usr/local/bin/teal
COPY --from=build /src/target/release/site /usr/local/bin/site
USER teal
WORKDIR /var/lib/teal
VOLUME /var/lib/teal
# Until sign-in exists Teal listens on loopback only: run it with the host's network, or behind a sidecar.
EXPOSE 3000
CMD ["teal", "serve", "--config", "/etc/teal/teal.toml"]
