# scratch.sh - sourced by scripts that start a server: a folder, $folder, and the process $server.
# Both are gone when the script ends, however it does.

folder=$(mktemp -d)
server=
clean_up()
{
    test -z "$server" || kill -KILL "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# has TOOL...: whether all are installed; says which is not, and the package.
has()
{
    for tool; do
        if ! command -v "$tool" >/dev/null 2>&1; then
            echo "$(basename "$0" .sh): $tool is missing: install redis-tools" >&2
            return 1
        fi
    done
}
