#!/bin/sh
# build.sh PROGRAM.cpp OUT: as a Makefile would, with PKG_CONFIG_PATH set.
set -eu
c++ -std=c++20 "$1" -o "$2" $(pkg-config --cflags --libs sluice-testing)
