# Completion of mien, mien-cli and mien-train for fish. SPDX-License-Identifier: GPL-3.0-or-later
# Commands and options are asked from the programs themselves.
function __mien_commands
    set -l tokens (commandline -opc)
    $tokens[1] --help 2>/dev/null | string replace -rf '^  ([a-z-]+)  +(.*)' '$1\t$2'
end
function __mien_options
    set -l tokens (commandline -opc)
    $tokens[1] $tokens[2] --help 2>/dev/null | string match -ra -- '--[a-z][a-z0-9-]*' | sort -u
end
for program in mien-cli mien-train
    complete -c $program -n __fish_use_subcommand -f -a '(__mien_commands)'
    complete -c $program -n 'not __fish_use_subcommand; and string match -q -- "-*" (commandline -ct)' -a '(__mien_options)'
end
complete -c mien -l version -d 'Print versions and exit'
complete -c mien -l camera -d 'Open the camera'
