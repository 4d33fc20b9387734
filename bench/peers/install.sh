#!/bin/sh
# Installs what the benchmarks compare with: from npm by the lock file, from Go at the versions in go-tools.txt into
# .bin/<name>-<version>/, from PyPI at those in requirements.txt into .venv/. Nothing is installed outside this folder,
# apart from caches. What cannot be installed is named and passed over; the benchmarks then report it as not measured.
set -eu
cd "$(dirname "$0")"

failed=""
# Some versions of npm refuse a lock file that leaves out packages for other platforms; installing goes by it all the same.
npm ci --ignore-scripts || npm install --ignore-scripts --no-save || failed="$failed npm's"
# Without `go install`, which needs the list of a module's versions as well.
build() (
  name=$1 module=$2 package=$3 tags=$4 folder=$5
  if [ -d "$name" ]; then
    cd "$name"
    go build -o "$folder/$name" .
  else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    go mod init peer
    go mod edit -require="$module"
    go build -mod=mod -tags "$tags" -o "$folder/$name" "${module%@*}${package%/}"
  fi
)
while read -r name module package tags; do
  case "$name" in "" | "#"*) continue ;; esac
  version=${module##*@}
  folder="$PWD/.bin/$name-$version"
  if [ -x "$folder/$name" ]; then
    echo "$name $version is already built"
    continue
  fi
  echo "building $name from $module"
  build "$name" "$module" "$package" "$tags" "$folder" || failed="$failed $name"
done <go-tools.txt

python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt || failed="$failed PyPI's"

if [ -n "$failed" ]; then
  echo "WARNING: NOT installed:$failed. The benchmarks will report them as not measured." >&2
  exit 1
fi
