#!/usr/bin/env bash
# Does what the installer's script of this name does before every start: removes the skills that an upgrade of the package
# brought back and the site does not want. On most starts there is none, and nothing is written.
set -euo pipefail

if command -v npm &> /dev/null; then
  npm_root="$(npm root -g 2> /dev/null || true)"
else
  npm_root=""
fi

if [[ -n "${KIMAKI_SKILLS_DIR:-}" ]]; then
  skills_dir="$KIMAKI_SKILLS_DIR"
elif [[ -n "$npm_root" ]]; then
  skills_dir="$npm_root/kimaki/skills"
else
  skills_dir="/usr/lib/node_modules/kimaki/skills"
fi

list=""
for config in "${KIMAKI_DATA_DIR:-/nowhere}/kimaki-config" "$HOME/.kimaki/kimaki-config" /opt/kimaki-config; do
  [[ -z "$list" && -f "$config/skills-enable-list.txt" ]] && list="$config/skills-enable-list.txt"
done

is_enabled() {
  local line
  while IFS= read -r line || [[ -n "$line" ]]; do
    line="${line%%#*}"
    [[ "${line//[[:space:]]/}" == "$1" ]] && return 0
  done < "$list"
  return 1
}

removed=0
for skill_dir in "$skills_dir"/*/; do
  [[ -d "$skill_dir" ]] || continue
  name="$(basename "$skill_dir")"
  if [[ "$name" == upgrade-wp-coding-agents ]] || { [[ -n "$list" ]] && ! is_enabled "$name"; }; then
    rm -rf "$skill_dir"
    removed=$((removed + 1))
  fi
done
echo "kimaki-config: done ($removed package skills removed)"
