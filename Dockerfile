# Debian's slim image, not Alpine: the tests run on glibc, so the image runs on glibc too.
FROM node:22-bookworm-slim AS base
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false

FROM base AS build
COPY package.json package-lock.json ./
# No package's install script runs in either stage; nothing here needs one.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY drizzle ./drizzle
COPY scripts ./scripts
COPY src ./src
COPY web ./web
RUN npm run build

FROM base AS dependencies
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM base AS production
ENV NODE_ENV=production
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY drizzle ./drizzle
COPY --from=build /app/dist ./dist
COPY --from=build /app/store-template ./store-template
# The program belongs to root and runs as 10001, so it cannot change itself. The number, not a name: with
# `runAsNonRoot` Kubernetes takes no other. The working folder is the one place it can write to: the
# embedded database, when no DATABASE_URL is set, lands there.
RUN install -d -o 10001 -g 10001 -m 0700 /data
WORKDIR /data
USER 10001:10001
# HTTP, and the port of --metrics-port by convention.
EXPOSE 8580 9464
LABEL org.opencontainers.image.title="runfold" \
  org.opencontainers.image.description="An event-sourced metrics store for AI agents" \
  org.opencontainers.image.licenses="Apache-2.0"
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["--help"]
