# shellcheck shell=bash
# Sourced by the other scripts: messages, and system packages on Debian and Ubuntu.

say() { printf '%s\n' "$@" >&2; }

# install_packages NAME… → true when apt installed them; never asks for a password.
install_packages() {
    local as_root=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    say "正在安装系统软件包：$* … / Installing system packages: $* …"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" \
        >/dev/null 2>&1 </dev/null && return
    # The list of packages may be old, or empty on a new machine.
    "${as_root[@]}" apt-get update -qq >/dev/null </dev/null &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" \
            >/dev/null </dev/null
}
