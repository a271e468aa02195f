FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    BRIDGE_WEB__HOST=0.0.0.0 \
    BRIDGE_WEB__PORT=8080 \
    BRIDGE_STORE__URL=sqlite:////data/bridge.db

WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bridge ./bridge
RUN pip install -c constraints.txt . \
    && rm -rf /src/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin bridge \
    && install -d -o bridge -g bridge /data

# A bridge.toml may be mounted into /data.
WORKDIR /data
USER bridge
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['BRIDGE_WEB__PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["bridge"]
CMD ["run"]
