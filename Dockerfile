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
# The program belongs to root and runs as `node`, so it cannot change itself. The working folder is
# the one place it can write to: the embedded database, when no DATABASE_URL is set, lands there.
RUN install -d -o node -g node -m 0700 /data
WORKDIR /data
USER node
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["--help"]
