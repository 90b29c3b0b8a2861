#!/usr/bin/env bash
# Set up .venv: `environment.sh runtime` for serving, `environment.sh tests` for everything.
# Installs only when the pinned requirements changed, so that a second run starts at once and needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/debian.sh
source scripts/debian.sh

purpose=${1:-runtime}
case $purpose in
    runtime) requirements=(requirements.txt) ;;
    tests) requirements=(tests/requirements.txt requirements.txt) ;;
    *) say "用法 / usage: scripts/environment.sh runtime|tests" && exit 2 ;;
esac

new_enough() { # also false for a launcher that is there but has no Python behind it
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (4, 0))' >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11; do
        if new_enough "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    say "找不到 Python 3.11 或更高版本。请先安装，例如：apt install python3" \
        "No Python 3.11 or newer was found. Install one first, for example: apt install python3"
    return 1
}

create_environment() {
    local python version
    python=$(find_python)
    version=$("$python" -c 'import sys; print("{}.{}".format(*sys.version_info))')
    rm -rf .venv
    if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        "$python" -m venv .venv
        return
    fi
    # Debian and Ubuntu split the venv module off into a package of its own.
    if install_packages "python$version-venv" || install_packages python3-venv; then
        "$python" -m venv .venv && return
    fi
    say "此 Python 缺少 venv 模块。请以管理员身份运行：apt install python3-venv，然后重试。" \
        "This Python has no venv module. Run as root: apt install python3-venv, then try again."
    return 1
}

if ! new_enough .venv/bin/python; then
    say "正在创建 Python 环境 .venv … / Creating the Python environment .venv …"
    create_environment
fi

stamp=.venv/.installed-$purpose
wanted=$(cat "${requirements[@]}" | sha256sum)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    say "正在安装 ${requirements[0]} 中固定的版本（首次约需两分钟）… / Installing the pinned versions of ${requirements[0]} …"
    # -qq keeps errors and drops warnings, which only tell how this machine's pip is set up.
    if ! .venv/bin/python -m pip install -qq --disable-pip-version-check -r "${requirements[0]}"; then
        say "安装失败：原因见上。内网安装见 README.md 的《离线安装》一节。" \
            "The installation failed for the reason above. For a machine without network see README.md (离线安装)."
        exit 1
    fi
    printf '%s' "$wanted" >"$stamp"
fi
