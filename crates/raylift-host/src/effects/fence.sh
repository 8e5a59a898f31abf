#!/bin/sh
# raylift-fence: run @RUN@
#
# raylift changes this site at the moment. Until it has finished nobody else may start it, so this
# script stands where the site's own start script was. That one lies, unchanged, in the folder below.

folder=@FOLDER@
attempts=@ATTEMPTS@
real=$folder/catalina.sh

CATALINA_HOME=${CATALINA_HOME:-@TOMCAT@}
CATALINA_BASE=${CATALINA_BASE:-$CATALINA_HOME}
export CATALINA_HOME CATALINA_BASE

run_real() {
    if [ -x "$real" ]; then
        exec "$real" "$@"
    fi
    exec /bin/sh "$real" "$@"
}

case $1 in
    stop | version | configtest) run_real "$@" ;;
esac

# A pass is good as long as the raylift that wrote it lives, known by process number and start time (fields 1 and 22
# of /proc/PID/stat). Where nobody sees the processes of others it is good by itself.
writer_lives() (
    read -r pid started 2>/dev/null <"$1" || exit 1
    [ -r /proc/1/stat ] || exit 0
    read -r fields 2>/dev/null <"/proc/$pid/stat" || exit 1
    set -- ${fields##*) }
    [ "$1" != Z ] && [ "${20}" = "$started" ]
)

# The pass is claimed by renaming it: of several starts at the same moment exactly one finds it.
if mv -f "$folder/pass/token" "$folder/pass/used-$$" 2>/dev/null && writer_lives "$folder/pass/used-$$"; then
    run_real "$@"
fi

{ echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $PPID $*" >>"$attempts"; } 2>/dev/null

home=@HOME@
{
    echo "raylift: this site is being changed (run @RUN@) and must not be started now."
    echo "raylift: to go on:   raylift resume --site '$home'"
    echo "raylift: to go back: raylift rollback --site '$home'"
} >&2
exit 75
