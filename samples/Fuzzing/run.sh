#!/usr/bin/env bash
# Fuzzes readers with AFL++ (apt-get install afl++): run.sh <folder> <seconds> [reader]... ; all readers, one after the other, by default.
# Crashes lie in <folder>/out/<reader>/default/crashes; 'dotnet <folder>/app/SingleDarts.Fuzzing.dll <reader> <files>' says what they are.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: run.sh <folder> <seconds> [reader]..."; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
work=$(cd "$1" && pwd) seconds=$2
shift 2
if [ ! -d "$work/app" ]; then
  dotnet publish "$here" -c Release --nologo -v quiet -o "$work/app.new"
  (cd "$here" && dotnet tool restore > /dev/null && dotnet sharpfuzz "$work/app.new/SingleDarts.Core.dll")
  mv "$work/app.new" "$work/app"
  dotnet "$work/app/SingleDarts.Fuzzing.dll" seeds "$work/seeds"
fi
[ $# -gt 0 ] || set -- $(ls "$work/seeds")
# Files of inputs lie in memory; AFL's own limit of memory counts addresses, of which .NET takes many, so the program holds its own.
[ -w /dev/shm ] && export TMPDIR=/dev/shm
export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 \
  AFL_FORKSRV_INIT_TMOUT=120000 DOTNET_TieredPGO=0
mkdir -p "$work/out"
for reader in "$@"; do
  nice -n 10 afl-fuzz -i "$work/seeds/$reader" -o "$work/out/$reader" -t 10000 -m none -V "$seconds" -- \
    dotnet "$work/app/SingleDarts.Fuzzing.dll" "$reader" > "$work/$reader.log" 2>&1 || { tail -n 20 "$work/$reader.log"; exit 1; }
  grep -E '^(execs_done|execs_per_sec|corpus_count|saved_crashes|saved_hangs|bitmap_cvg|edges_found|peak_rss_mb) ' \
    "$work/out/$reader/default/fuzzer_stats" | tr -s ' ' | paste -sd ' ' | sed "s/^/$reader: /"
done
