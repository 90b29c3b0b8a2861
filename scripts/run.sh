#!/usr/bin/env bash
# Build the demo database if no database is configured, then serve.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/debian.sh
source scripts/debian.sh

export BAMAI_ENV=${BAMAI_ENV:-demo}

if [ -n "${BAMAI_DATABASE_URL:-}${BAMAI_SNAPSHOTS:-}" ]; then
    if [ "$BAMAI_ENV" = demo ]; then
        say "注意：正以演示模式（BAMAI_ENV=demo）打开已配置的数据库，演示账号可以登录。正式使用请设 BAMAI_ENV=production。" \
            "Note: the configured database is served in demo mode, so the demo accounts can log in. Set BAMAI_ENV=production for real use."
    fi
elif ! compgen -G 'data/published/v*.duckdb' >/dev/null; then
    # Records without a snapshot are left by a build that was stopped before its end: publishing them is enough.
    if [ ! -e data/bamai.db ] || ! .venv/bin/python manage.py publish >/dev/null 2>&1; then
        say "尚未配置数据库，正在生成演示数据（市级规模）… / No database is configured; building the demo database …"
        .venv/bin/python manage.py demo --scale city --seed 1
    fi
fi

exec .venv/bin/python server.py
