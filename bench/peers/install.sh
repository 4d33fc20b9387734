#!/bin/sh
# Installs the runners that bench/runner compares with: those from npm by their lock file, those built from Go at the
# versions in go-tools.txt into .bin/<name>-<version>/. Nothing is installed outside this folder, apart from Go's caches.
# A tool that cannot be built is named and passed over; the benchmark then reports it as not measured.
set -eu
cd "$(dirname "$0")"

npm ci --ignore-scripts

failed=""
while read -r name package tags; do
  case "$name" in "" | "#"*) continue ;; esac
  folder="$PWD/.bin/$name-${package##*@}"
  if [ -x "$folder/$name" ]; then
    echo "$name ${package##*@} is already built"
    continue
  fi
  echo "building $name from $package"
  GOBIN="$folder" go install -tags "$tags" "$package" || failed="$failed $name"
done <go-tools.txt

if [ -n "$failed" ]; then
  echo "WARNING: NOT installed:$failed. The benchmark will report them as not measured." >&2
  exit 1
fi
