#compdef mien mien-cli mien-train
# Completion for zsh. SPDX-License-Identifier: GPL-3.0-or-later
# Commands and options are asked from the programs themselves.
local -a found
local program=${words[1]:t}
if [[ $program != mien && $CURRENT == 2 ]]; then
  found=(${(f)"$($words[1] --help 2>/dev/null | sed -n 's/^  \([a-z-]*\)  *\(.*\)/\1:\2/p')"})
  _describe 'command' found
elif [[ $words[CURRENT] == -* ]]; then
  if [[ $program == mien ]]; then
    found=(${(f)"$($words[1] --help 2>/dev/null | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u)"})
  else
    found=(${(f)"$($words[1] $words[2] --help 2>/dev/null | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u)"})
  fi
  compadd -a found
else
  _files
fi
