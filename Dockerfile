# Three stages, so that the image that runs holds neither Node nor pip's leftovers.
# docker build -t longroom . && docker run -p 8080:8080 -v longroom:/data longroom

FROM node:22-slim AS client
WORKDIR /longroom/client_static
COPY client_static/package.json client_static/package-lock.json client_static/.npmrc client_static/vendor.mjs ./
RUN npm ci --omit=dev && node vendor.mjs

FROM python:3.11-slim AS build
WORKDIR /longroom
COPY pyproject.toml .ci/constraints.txt ./
COPY server server
RUN python -m venv /opt/longroom \
 && /opt/longroom/bin/pip install --no-cache-dir --only-binary=:all: -c constraints.txt -e .

FROM python:3.11-slim
# The same path as in `build`: the installed package is a pointer to /longroom, where the server also
# finds client_static/ and migrations/.
WORKDIR /longroom
COPY --from=build /opt/longroom /opt/longroom
COPY . .
COPY --from=client /longroom/client_static/vendor client_static/vendor
RUN useradd --system --uid 10001 --no-create-home longroom \
 && install -d -o longroom -g longroom -m 700 /data
USER longroom
ENV PATH=/opt/longroom/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LONGROOM_HOST=0.0.0.0 \
    LONGROOM_PORT=8080 \
    LONGROOM_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"LONGROOM_PORT\"]}/healthz', timeout=2)"]
# exec: the server becomes process 1 and gets the TERM that starts its 10 s drain.
CMD ["sh", "-c", "longroom migrate && exec longroom serve"]
