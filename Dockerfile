# syntax=docker/dockerfile:1

FROM node:22-trixie-slim AS ui
WORKDIR /src/ui
COPY ui/package.json ui/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY ui/ ./
RUN npm run build

FROM golang:1.26-trixie AS build
ARG VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=ui /src/ui/dist ui/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=${VERSION}" -o /agente-ceo .

FROM debian:trixie-slim
# PostgreSQL's server is for running without DATABASE_URL, its tools for backups. The package must not make a cluster of its own.
RUN mkdir -p /etc/postgresql-common \
 && echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf \
 && apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates postgresql tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /var/lib/agente-ceo --create-home agente
COPY --from=build /agente-ceo /usr/local/bin/agente-ceo
USER agente
WORKDIR /var/lib/agente-ceo
ENV AGENTE_DATA_DIR=/var/lib/agente-ceo AGENTE_HTTP_ADDR=0.0.0.0:8080
VOLUME /var/lib/agente-ceo
EXPOSE 8080
ENTRYPOINT ["agente-ceo"]
CMD ["serve"]
