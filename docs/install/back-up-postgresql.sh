#!/bin/sh
# Back up Countersign on PostgreSQL: a file for each day of the week, its documents, and a note for doctor and /metrics.
#
#     back-up-postgresql.sh FOLDER DATABASE [DOCUMENTS]
#
# DATABASE is a name or a URL, as pg_dump takes it; its password belongs into ~/.pgpass. DOCUMENTS is the folder that
# COUNTERSIGN_DOCUMENTS names. A dump that is not whole never takes the place of an older one.
set -eu
umask 077
file=$1/$(date +%u).dump
trap 'rm -f "$file.new"' EXIT
pg_dump --format=custom --file="$file.new" "$2"
pg_restore --list "$file.new" > /dev/null
mv "$file.new" "$file"
# After the rows: a document is there before its row, and goes after it.
if [ -n "${3:-}" ]; then
    mkdir -p "$file.documents"
    cp -Rp "$3/." "$file.documents/"
fi
"${COUNTERSIGN:-/opt/countersign/bin/countersign}" backed-up
