# `rust-tunnel serve` before an application, here the one of `npm start`: docker compose up
# Without Docker, `npm run test:container` runs each of these commands.

FROM rust:1.95-bookworm AS front
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p rust-tunnel

# Workers need the package's JavaScript, and no addon.
FROM node:24-bookworm-slim AS app
WORKDIR /src
COPY . .
RUN npm run package -- --only main
WORKDIR /app
RUN npm install --ignore-scripts @bluelibs/runner@5.5.0 ../src/dist-packages/*.tgz

FROM node:24-bookworm-slim
ENV NODE_ENV=production RUST_TUNNEL_HOST=0.0.0.0 RUST_TUNNEL_PORT=7070
WORKDIR /app
COPY --from=front /src/target/release/rust-tunnel /usr/local/bin/
COPY --from=app /app/node_modules node_modules
COPY runner-native/examples/runner/main.js app.js
COPY container/health.js health.js
# The image's user `node`, by its number: an orchestrator sees that it is not root.
USER 1000
EXPOSE 7070
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "health.js"]
CMD ["rust-tunnel", "serve", "--app", "app.js", "--workers", "2"]
