# Completion of mien, mien-cli and mien-train for bash. SPDX-License-Identifier: GPL-3.0-or-later
# Commands and options are asked from the programs themselves, so that they are always those that exist.

_mien_options ()
{
  "$@" --help 2>/dev/null | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u
}

_mien_commands ()
{
  "$1" --help 2>/dev/null | sed -n 's/^  \([a-z-]*\)  .*/\1/p'
}

_mien ()
{
  local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  case "$before" in
    --detector) mapfile -t COMPREPLY < <(compgen -W "ssd fast haar" -- "$word"; compgen -f -- "$word"); return ;;
    --labels) mapfile -t COMPREPLY < <(compgen -W "ferplus fer2013" -- "$word"); return ;;
    --split) mapfile -t COMPREPLY < <(compgen -W "Training PublicTest PrivateTest" -- "$word"); return ;;
    --protocol) mapfile -t COMPREPLY < <(compgen -W "fer2013 argmax majority" -- "$word"); return ;;
  esac
  if [[ ${program##*/} != mien && $COMP_CWORD == 1 && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_mien_commands "$program")" -- "$word")
  elif [[ $word == -* && ${program##*/} == mien ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_mien_options "$program")" -- "$word")
  elif [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_mien_options "$program" "${COMP_WORDS[1]}")" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _mien mien mien-cli mien-train
