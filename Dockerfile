# Teal in a container: built in one image, run in another that holds the binary, its site and CA certificates only.
FROM node:20-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends cmake python3 python3-venv && rm -rf /var/lib/apt/lists/*
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
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
ENV TEAL_LOG_FORMAT=json
WORKDIR /var/lib/teal
VOLUME /var/lib/teal
# With [sign_in] it listens where `listen` says, 0.0.0.0:3000 say. Without, on loopback only: run it with the host's network.
EXPOSE 3000
CMD ["teal", "serve", "--config", "/etc/teal/teal.toml"]
