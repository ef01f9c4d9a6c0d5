#!/bin/bash
# Run once by the image of PostgreSQL, on an empty data folder: the two roles and their database.
# The owner migrates; the application reads and writes what migrations grant it (ADR 3).
set -euo pipefail

secrets="${PORTAL_SECRETS:-/run/secrets}"
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
    --set=owner_password="$(tr -d '\n' <"$secrets/database_owner_password")" \
    --set=app_password="$(tr -d '\n' <"$secrets/database_app_password")" <<'SQL'
CREATE ROLE portal_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE portal_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
CREATE DATABASE portal OWNER portal_owner;
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT ON DATABASE portal TO portal_app;
\connect portal
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO portal_app;
GRANT ALL ON SCHEMA public TO portal_owner;
SQL
