#!/usr/bin/env bash
# System packages that the tests use: a browser, Chinese fonts, PostgreSQL server programs.
# What cannot be installed is said here; the tests that need it then skip and say so again.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/debian.sh
source scripts/debian.sh

have_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
have_fonts() { [ -n "$(find /usr/share/fonts /usr/local/share/fonts "${HOME:-/nonexistent}/.fonts" -iname '*cjk*' -print -quit 2>/dev/null)" ]; }
have_postgresql() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }

# provide CHECK PACKAGE WHAT: nothing when the check is content, otherwise the package or a clear sentence.
provide() {
    "$1" >/dev/null 2>&1 && return
    install_packages "$2" && "$1" >/dev/null 2>&1 && return
    say "缺少 $3，且无法自动安装；相关测试将跳过。请以管理员身份运行：apt install $2" \
        "Missing: $2. It could not be installed, so the tests that need it will skip. Run as root: apt install $2"
}

provide have_browser chromium "Chromium 浏览器"
provide have_fonts fonts-noto-cjk "中文字体"
provide have_postgresql postgresql "PostgreSQL 服务器程序"
