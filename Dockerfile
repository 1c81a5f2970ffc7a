# The application: ivr, jobs, api. No build step: Node runs the sources as they are, stripping their types.
FROM node:24-slim AS packages
WORKDIR /homeline
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-slim
ENV NODE_ENV=production VAR_FOLDER=/var/lib/homeline
RUN install -d -o node -g node /homeline /var/lib/homeline
WORKDIR /homeline
COPY --from=packages /homeline/node_modules node_modules
COPY . .
USER node
VOLUME /var/lib/homeline
CMD ["node", "processes/ivr.ts"]
