#!/bin/sh
# Prints the first Python from 3.11 to 3.13 on the path; "python3" where there is none, so that
# the error names something a person knows.
for python in python3 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        echo "$python"
        exit
    fi
done
echo python3
