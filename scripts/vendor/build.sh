#!/bin/sh
# Makes pipelines/site/assets/parquet.js anew: two libraries, packed and made small, with their licences beside it. Needs
# npm and a network; nothing else does, since the result is kept. Versions stand here and in the file's first line; its
# SHA-256 in pipelines/site/vendored.yml, which tests/site/test_explore.py holds it to.
set -eu
HYPARQUET=1.33.0 FZSTD=0.1.1 ESBUILD=0.28.2
here=$(cd "$(dirname "$0")" && pwd)
assets=$here/../../pipelines/site/assets
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$here/parquet.js" "$folder/entry.js"
cd "$folder"
printf '{"private": true, "type": "module"}\n' > package.json
npm install --no-audit --no-fund --silent "hyparquet@$HYPARQUET" "fzstd@$FZSTD" "esbuild@$ESBUILD"
npx esbuild entry.js --bundle --minify --format=iife --global-name=tthcParquet --log-level=warning \
    --banner:js="/* hyparquet $HYPARQUET, fzstd $FZSTD: MIT, see parquet.LICENSE.txt; packed by scripts/vendor/build.sh */" \
    --outfile="$assets/parquet.js"
{
    printf 'parquet.js holds hyparquet %s and fzstd %s. Their licences:\n' "$HYPARQUET" "$FZSTD"
    for name in hyparquet fzstd; do
        printf '\n\n---- %s ----\n\n' "$name"
        cat "node_modules/$name/LICENSE"
    done
} > "$assets/parquet.LICENSE.txt"
sha256sum "$assets/parquet.js"
