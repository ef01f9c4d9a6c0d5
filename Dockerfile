# syntax=docker/dockerfile:1
# The portal: one image for web, worker, beat and migrate; docker-compose.yml says which is which.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.production.lock /tmp/
# Every package by its hash, and nothing that would have to be compiled.
RUN python -m venv /opt/portal \
    && /opt/portal/bin/pip install --require-hashes --only-binary=:all: \
        --requirement /tmp/requirements.production.lock

FROM ${PYTHON_IMAGE} AS portal
# Pango sets the type of slips and proofs; the fonts are for names that Be Vietnam Pro lacks letters for.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpangoft2-1.0-0 fonts-noto-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin portal
COPY --from=packages /opt/portal /opt/portal
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings.prod \
    STATIC_ROOT=/app/staticfiles \
    WEB_BIND=0.0.0.0:8000
WORKDIR /app
# Owned by root, run by nobody in particular: the portal cannot change its own code.
COPY . /app
# Hashed names, gzip and brotli; no secret is needed and none stays behind.
RUN DJANGO_SETTINGS_MODULE=portal.settings.build python manage.py collectstatic --no-input \
    && python -m compileall -q accounts dossiers payments portal procedures reports
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "deploy/healthcheck.py", "web"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "portal.wsgi"]
